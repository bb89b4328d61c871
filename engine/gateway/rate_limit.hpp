#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace sluice::gateway {

/// Lets so many a second through, and after a pause a second's worth at once. Not for several
/// threads: its owner guards it.
class RateLimit {
  public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    /// `per_second` is at least 1.
    explicit RateLimit(std::size_t per_second)
        : step_(std::chrono::nanoseconds(kSecond) / std::max<std::size_t>(per_second, 1)) {}

    /// False: this one is too many; nothing is counted then.
    [[nodiscard]] bool take(SteadyTime now) {
        const SteadyTime begin = std::max(free_at_, now);
        if (begin - now > kSecond - step_) {
            return false;
        }
        free_at_ = begin + step_;
        return true;
    }

  private:
    static constexpr std::chrono::nanoseconds kSecond = std::chrono::seconds(1);

    std::chrono::nanoseconds step_;
    SteadyTime free_at_{};  ///< when all that was let through is a thing of the past
};

}  // namespace sluice::gateway
