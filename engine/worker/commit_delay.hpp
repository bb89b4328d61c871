#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace sluice::worker {

/// How long a commit that could go waits for activations to go with it. A commit costs the database
/// as much before its first row as some rows do; where the last one carried many activations, more
/// are on their way. A quiet worker waits for nobody, and nobody waits for those who do not come.
class CommitDelay {
  public:
    using Clock = std::chrono::steady_clock;

    struct Limits {
        std::size_t busy = 12;    ///< activations of the last batch from which on it is worth it
        std::size_t enough = 24;  ///< activations that go at once
        std::chrono::microseconds idle{200};      ///< without a new one, then it goes
        std::chrono::microseconds longest{2000};  ///< however many come; 0: no commit ever waits
    };

    CommitDelay(const Limits& limits, Clock::time_point now)
        : limits_(limits), until_(now + limits.longest), grew_at_(now) {}

    /// Whether a batch of `prepared` activations after one of `last` gains by more of them.
    [[nodiscard]] static bool is_worth_it(
        const Limits& limits, std::size_t last, std::size_t prepared
    );

    /// How long to wait for the next of them, or nothing: the commit goes now. Asked again after
    /// each wait, with what is prepared by then.
    [[nodiscard]] std::optional<std::chrono::microseconds> patience(
        std::size_t last, std::size_t prepared, Clock::time_point now
    );

  private:
    Limits limits_;
    Clock::time_point until_;
    Clock::time_point grew_at_;
    std::size_t prepared_ = 0;
};

}  // namespace sluice::worker
