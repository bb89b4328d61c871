#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "payment/payment.hpp"
#include "worker/order_payers.hpp"

namespace sluice::worker {

/// The subjects of runs with their orders and instructions as one snapshot has them, as they came
/// from the database: each is read when it is asked for, so that one that cannot be read spoils no
/// other. Any one thread at a time.
class PictureRows {
  public:
    /// One statement, a second when some are no payments, two more when some are payments of which
    /// money came that no order took; blocks. Errors are the connection's.
    static Result<PictureRows> load(db::Connection& connection, std::span<const RunId> ids);

    /// nullopt when there is no such run. `corrupt` or `invalid` for rows that cannot be read.
    [[nodiscard]] Result<std::optional<payment::Picture>> read(RunId id) const;

  private:
    PictureRows() = default;
    void add(db::Rows rows);

    struct Place {
        std::size_t set = 0;
        std::size_t row = 0;
    };
    std::vector<db::Rows> sets_;
    std::unordered_map<RunId, Place> first_;  ///< the rows of a run lie together
    std::optional<OrderPayers> payers_;       ///< of those that have surplus
};

/// The same for one payment.
Result<std::optional<payment::Picture>> load_picture(db::Connection& connection, RunId id);

}  // namespace sluice::worker
