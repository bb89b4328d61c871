#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/mutex.hpp"

namespace sluice::http {

/// The threads that serve connections: started when a connection finds none idle, up to a limit;
/// above it connections wait. Any thread may call.
class ConnectionThreads {
  public:
    struct Settings {
        std::size_t threads_max = 0;
        std::string name;
    };

    explicit ConnectionThreads(Settings settings) : settings_(std::move(settings)) {}

    void run(std::function<void()> job);
    /// True while a connection waits for a thread: the others should not idle.
    [[nodiscard]] bool under_pressure() const { return waiting_.load() > 0; }
    /// Runs what waits and joins.
    void join();

  private:
    void work();
    void count_waiting() SLUICE_REQUIRES(mutex_);

    Settings settings_;
    std::atomic<std::size_t> waiting_ = 0;
    Mutex mutex_;
    ConditionVariable wake_;
    std::deque<std::function<void()>> jobs_ SLUICE_GUARDED_BY(mutex_);
    std::vector<std::thread> threads_ SLUICE_GUARDED_BY(mutex_);
    /// Threads without a job; one that is still starting counts, or its job would look stuck.
    std::size_t free_ SLUICE_GUARDED_BY(mutex_) = 0;
    bool stopping_ SLUICE_GUARDED_BY(mutex_) = false;
};

}  // namespace sluice::http
