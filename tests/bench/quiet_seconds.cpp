#include "bench/quiet_seconds.hpp"

#include <algorithm>

namespace sluice::bench {

void QuietSeconds::add(std::size_t second, std::chrono::microseconds latency) {
    seconds_[std::min(second, seconds_.size() - 1)].latencies.add(latency);
}

void QuietSeconds::others_had(std::size_t second, double percent) {
    seconds_[std::min(second, seconds_.size() - 1)].taken_percent = percent;
}

QuietSeconds::Result QuietSeconds::with_at_most(double percent) const {
    Latencies all;
    std::size_t count = 0;
    for (const Second& second : seconds_) {
        if (second.taken_percent <= percent) {
            all.add_all(second.latencies);
            ++count;
        }
    }
    return {.seconds = count, .p99_ms = all.quantile_ms(0.99)};
}

}  // namespace sluice::bench
