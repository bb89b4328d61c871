#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/random.hpp"

namespace sluice::simulator {

/// Every number the simulator invents, repeatable for a seed as long as requests come one after
/// another. Any thread.
class IdSource {
  public:
    explicit IdSource(std::uint64_t seed) : random_(seed) {}

    /// 28 digits: 4200, eight random ones, the day, a counter; never twice in one process.
    std::string transaction_id(Time now);
    /// 28 digits: the day, 2200, eight random ones, a counter.
    std::string trade_number(Time now);
    /// 29 digits: 50, nine random ones, the day, a counter.
    std::string refund_id(Time now);
    /// "PO", the day, eight random digits, a counter.
    std::string payout_id(Time now);
    /// "CO" and the same of collections.
    std::string collection_id(Time now);
    std::string uuid();
    /// Letters and digits.
    std::string token(std::size_t length);
    /// 0 to 99.
    unsigned percent();

  private:
    Mutex mutex_;
    SeededRandom random_ SLUICE_GUARDED_BY(mutex_);
    std::uint32_t transactions_ SLUICE_GUARDED_BY(mutex_) = 0;
    std::uint32_t refunds_ SLUICE_GUARDED_BY(mutex_) = 0;
    std::uint32_t collections_ SLUICE_GUARDED_BY(mutex_) = 0;
    std::uint32_t payouts_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::simulator
