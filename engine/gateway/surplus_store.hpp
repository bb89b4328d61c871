#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"
#include "gateway/listing.hpp"
#include "payment/payer.hpp"

namespace sluice::gateway {

/// Money that came and that no order took.
struct Surplus {
    CaseId id;
    RunId payment;
    OrderId order;
    std::string merchant_id;
    std::string merchant_order_number;
    InstructionId instruction;
    std::string channel;
    std::string channel_account;
    Money amount;
    Time at{};            ///< when it was booked
    bool is_open = true;  ///< until it is back with the payer
    std::optional<RunId> refund;
    std::string refund_status;  ///< "" while there is no refund
    payment::OrderPaidBy order_paid_by = payment::OrderPaidBy::unknown;
};

/// What one day comes to in one currency.
struct SurplusTotal {
    Money amount;
    Money open;
    std::int64_t count = 0;
};

struct SurplusQuery {
    std::optional<std::string> merchant_id;  ///< none: everybody's
    Time from{};                             ///< of the day, included
    Time to{};                               ///< not included
    ListWindow window;                       ///< `from` is not looked at
};

struct SurplusPage {
    std::vector<Surplus> surpluses;    ///< newest payments first
    std::vector<SurplusTotal> totals;  ///< of the whole day, by currency
    std::optional<Id128> next_after;   ///< none: this was the last page
};

/// Surplus money as the database has it. Never writes: the worker does. Blocks on the database. Any
/// thread.
class SurplusStore {
  public:
    virtual ~SurplusStore() = default;

    virtual Result<SurplusPage> list(const SurplusQuery& query) = 0;
};

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<SurplusStore> make_surplus_store(db::Pool& pool);

}  // namespace sluice::gateway
