#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"

namespace sluice::gateway {

/// Money of ours that was moved from our bank to a channel account, to pay out from there.
struct FloatTopUp {
    std::string channel;
    std::string channel_account;
    std::string number;  ///< the operator's own: what makes it happen once for this account
    Money amount;        ///< more than zero
    Time at{};
};

struct FloatChange {
    Money balance;  ///< of the float in that currency, after it
    bool is_new = true;
};

/// The floats of channel accounts, as the ledger has them. Blocks on the database. Any thread.
class FloatStore {
  public:
    virtual ~FloatStore() = default;

    /// Books it: debit the float, credit our bank. `conflict` with context
    /// "float_top_up_number_reused": the number was used with another amount.
    virtual Result<FloatChange> top_up(const FloatTopUp& top_up) = 0;
    /// One balance for each currency; below zero when more was paid out than was moved there.
    virtual Result<std::vector<Money>> balances(
        std::string_view channel, std::string_view channel_account
    ) = 0;
};

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<FloatStore> make_float_store(db::Pool& pool);

}  // namespace sluice::gateway
