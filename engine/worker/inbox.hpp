#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/mutex.hpp"
#include "core/result.hpp"
#include "worker/input.hpp"

namespace sluice::worker {

/// What waits in front of a worker. Any thread posts; one thread, the worker's, waits and takes.
/// While it waits it can watch the socket of its session too: an answer wakes it like an input.
///
/// Payments that begin and everything else stand in two lines and are taken in turn, one of each:
/// what goes on never waits behind all that wants to begin, nor the other way round. Each line is
/// first in, first out.
class Inbox {
  public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    /// More than `most` in both lines are refused, other than what is said only once.
    explicit Inbox(std::size_t most);
    ~Inbox();
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    /// An input that cannot be taken (full, closed) is refused at once.
    void post(Input input);
    /// The worker's own inputs, behind what came before them: a timer must not beat a callback.
    void line_up(std::vector<Input> inputs);
    /// Whether some of what was lined up has not been taken yet.
    [[nodiscard]] bool has_lined_up() const;

    struct Patience {
        std::size_t inputs = 1;  ///< that wake the worker; more of them save wake-ups
        std::chrono::microseconds longest{0};
        std::optional<int> socket;
    };
    /// Returns when so many inputs wait, the socket can be read, the time is over or the inbox is
    /// closed; at times for nothing.
    void wait(const Patience& patience);
    /// The oldest of either line in turn, at most `most`. Does not wait. Nothing once the inbox is
    /// closed.
    [[nodiscard]] std::vector<Input> take(std::size_t most);

    /// Wakes the worker for good; what is posted from now on is refused.
    void close();
    [[nodiscard]] bool is_closed() const;
    /// Returns when the inbox is closed or the time is over, whatever else comes.
    void wait_closed(SteadyTime until);
    void refuse_all(const Error& error);

  private:
    using Line = std::deque<Input>;
    bool put(Input& input);
    [[nodiscard]] Line& line_of(const Input& input) SLUICE_REQUIRES(mutex_);
    [[nodiscard]] std::size_t waiting() const SLUICE_REQUIRES(mutex_);
    void ring() const;

    const std::size_t most_;
    const int bell_;  ///< an eventfd
    mutable Mutex mutex_;
    Line begins_ SLUICE_GUARDED_BY(mutex_);
    Line goes_on_ SLUICE_GUARDED_BY(mutex_);
    bool begins_next_ SLUICE_GUARDED_BY(mutex_) = false;
    bool closed_ SLUICE_GUARDED_BY(mutex_) = false;
    /// How many inputs wake the worker; nothing while it is awake.
    std::optional<std::size_t> call_ SLUICE_GUARDED_BY(mutex_);
    /// Inputs that left the line of what goes on, and how many of them there will be when
    /// everything that was lined up has left it.
    std::uint64_t gone_ SLUICE_GUARDED_BY(mutex_) = 0;
    std::uint64_t lined_up_until_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::worker
