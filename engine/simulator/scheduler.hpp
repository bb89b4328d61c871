#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <thread>

#include "core/mutex.hpp"

namespace sluice::simulator {

/// Runs acts later, one after another, on a thread of its own. Real time. Any thread may call.
class Scheduler {
  public:
    Scheduler();
    ~Scheduler();
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    /// Dropped when the scheduler stops first.
    void after(std::chrono::microseconds delay, std::function<void()> act);
    /// Blocks the caller; returns at once when the scheduler stops.
    void sleep(std::chrono::microseconds time);
    void stop();

  private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    void run();

    Mutex mutex_;
    ConditionVariable wake_;
    ConditionVariable stopped_;
    std::multimap<SteadyTime, std::function<void()>> acts_ SLUICE_GUARDED_BY(mutex_);
    bool stopping_ SLUICE_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace sluice::simulator
