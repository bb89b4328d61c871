#pragma once

#include <atomic>
#include <chrono>

#include "core/mutex.hpp"

namespace sluice::notify {

/// Wakes the dispatcher: rung by whoever committed something it should look at. Ringing a bell that
/// still sounds costs one atomic load, so a worker may ring after each commit. Any thread rings,
/// one waits.
class Bell {
  public:
    void ring();
    /// Returns when it was rung since the last wait, or at the deadline; true for the former.
    bool wait_until(std::chrono::steady_clock::time_point deadline) SLUICE_EXCLUDES(mutex_);

  private:
    std::atomic<bool> rung_{false};
    Mutex mutex_;
    ConditionVariable sounds_;
};

}  // namespace sluice::notify
