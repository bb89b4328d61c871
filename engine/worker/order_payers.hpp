#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "payment/payment.hpp"

namespace sluice::worker {

/// Who paid the orders of some payments of which money came that no order took, and who paid that.
/// No row of the database has it: payers stand in the journals alone, as fingerprints, so that a
/// payment which goes as it should costs nothing for this. A value.
class OrderPayers {
  public:
    /// Two statements for however many payments; blocks. A journal that cannot be read tells of
    /// nobody; errors are the connection's.
    static Result<OrderPayers> load(db::Connection& connection, std::span<const RunId> payments);

    /// Of one instruction of a payment that was asked for.
    [[nodiscard]] payment::OrderPaidBy of(RunId payment, InstructionId surplus) const;
    /// Of all that the payment has; nullopt when it has none.
    [[nodiscard]] std::optional<payment::OrderPaidBy> of(const payment::Picture& payment) const;

  private:
    /// What the order of a payment was paid by.
    struct Paid {
        std::set<RunId> payments;
        std::set<InstructionId> instructions;  ///< of them, at channels
    };
    std::map<RunId, Paid> paid_;
    std::map<InstructionId, std::string> payers_;
};

}  // namespace sluice::worker
