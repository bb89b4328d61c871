#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/mutex.hpp"
#include "core/value.hpp"
#include "simulator/api_error.hpp"

namespace sluice::simulator {

/// A checked call for many payouts; the payouts themselves are checked one by one.
struct PayoutBatchOrder {
    std::string batch_number;
    std::int64_t total_amount = 0;  ///< fen
    ValueArray payouts;             ///< each with a request_number and an amount
    /// Equal for two calls exactly when all their parameters are equal, whatever their order.
    std::string fingerprint;
};

/// Checks what channels/bank/README.md tells of a batch: its number, that count and sum are those
/// of its payouts, that none is there twice. PARAM_ERROR names the first mistake.
ApiResult<PayoutBatchOrder> read_payout_batch(const Value& body);

/// Which batches the bank has taken, by account. Forgets the oldest first. Any thread.
class PayoutBatches {
  public:
    explicit PayoutBatches(std::size_t batches_max) : batches_max_(batches_max) {}

    /// BATCH_NUMBER_USED when the number stands for another content; that keeps nothing.
    ApiResult<void> take(const std::string& account, const PayoutBatchOrder& order);

    /// [{"account","batch_number","count","amount","requests"}], in the order of their first
    /// request; of one account, or "" for all.
    Value report(const std::string& account);

  private:
    using Key = std::pair<std::string, std::string>;
    struct Batch {
        std::string fingerprint;
        std::int64_t count = 0;
        std::int64_t amount = 0;
        std::int64_t requests = 0;
    };

    const std::size_t batches_max_;
    Mutex mutex_;
    std::map<Key, Batch> batches_ SLUICE_GUARDED_BY(mutex_);
    std::deque<Key> by_age_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::simulator
