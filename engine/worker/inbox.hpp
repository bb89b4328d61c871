#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <vector>

#include "core/mutex.hpp"
#include "core/result.hpp"
#include "worker/input.hpp"

namespace sluice::worker {

/// What waits in front of a worker. Any thread posts; one thread, the worker's, takes.
///
/// Payments that begin and everything else stand in two lines, served in turn: they touch
/// different tables, so a batch of one sort needs half of the statements of a mixed one, and what
/// a statement costs before its first row is most of what a small batch costs. Each line is first
/// in, first out; nothing waits for more than one batch of the other line.
class Inbox {
  public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    /// More than `most` in both lines are refused, other than what is said only once.
    explicit Inbox(std::size_t most) : most_(most) {}

    /// An input that cannot be taken (full, closed) is refused at once.
    void post(Input input);
    /// In front of its line: it had been taken, and its turn has come too early.
    void put_back(std::vector<Input> inputs);
    /// The oldest of the line whose turn it is, at most `most`; waits for the first one until the
    /// given time. Nothing when the time is over or the inbox is closed.
    [[nodiscard]] std::vector<Input> take(std::size_t most, SteadyTime until);

    /// Wakes the worker for good; what is posted from now on is refused.
    void close();
    [[nodiscard]] bool is_closed() const;
    /// Returns when the inbox is closed or the time is over, whatever else comes.
    void wait_closed(SteadyTime until);
    void refuse_all(const Error& error);

  private:
    using Line = std::deque<Input>;
    [[nodiscard]] Line& line_of(const Input& input) SLUICE_REQUIRES(mutex_);

    const std::size_t most_;
    mutable Mutex mutex_;
    ConditionVariable arrived_;
    Line begins_ SLUICE_GUARDED_BY(mutex_);
    Line goes_on_ SLUICE_GUARDED_BY(mutex_);
    bool begins_next_ SLUICE_GUARDED_BY(mutex_) = false;
    bool closed_ SLUICE_GUARDED_BY(mutex_) = false;
};

}  // namespace sluice::worker
