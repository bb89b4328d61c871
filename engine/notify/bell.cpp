#include "notify/bell.hpp"

namespace sluice::notify {

void Bell::ring() {
    if (rung_.load() || rung_.exchange(true)) {
        return;
    }
    // Whoever found it silent has begun to wait when this lock is free.
    {
        const MutexLock lock(mutex_);
    }
    sounds_.notify_one();
}

bool Bell::wait_until(std::chrono::steady_clock::time_point deadline) {
    const MutexLock lock(mutex_);
    while (!rung_.load()) {
        if (sounds_.wait_until(mutex_, deadline) == std::cv_status::timeout) {
            break;
        }
    }
    return rung_.exchange(false);
}

}  // namespace sluice::notify
