#include "worker/commit_delay.hpp"

#include <algorithm>

namespace sluice::worker {

bool CommitDelay::is_worth_it(const Limits& limits, std::size_t last, std::size_t prepared) {
    return limits.longest.count() > 0 && last >= limits.busy && prepared > 0 &&
           prepared < limits.enough;
}

std::optional<std::chrono::microseconds> CommitDelay::patience(
    std::size_t last, std::size_t prepared, Clock::time_point now
) {
    if (prepared > prepared_) {
        prepared_ = prepared;
        grew_at_ = now;
    }
    const Clock::time_point end = std::min(until_, grew_at_ + limits_.idle);
    if (!is_worth_it(limits_, last, prepared) || now >= end) {
        return std::nullopt;
    }
    return std::chrono::ceil<std::chrono::microseconds>(end - now);
}

}  // namespace sluice::worker
