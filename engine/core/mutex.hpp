#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define SLUICE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define SLUICE_THREAD_ANNOTATION(x)
#endif
#define SLUICE_CAPABILITY(x) SLUICE_THREAD_ANNOTATION(capability(x))
#define SLUICE_SCOPED_CAPABILITY SLUICE_THREAD_ANNOTATION(scoped_lockable)
#define SLUICE_GUARDED_BY(x) SLUICE_THREAD_ANNOTATION(guarded_by(x))
#define SLUICE_REQUIRES(...) SLUICE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define SLUICE_ACQUIRE(...) SLUICE_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define SLUICE_RELEASE(...) SLUICE_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define SLUICE_EXCLUDES(...) SLUICE_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))

namespace sluice {

/// std::mutex with the annotations that let clang check who holds what.
class SLUICE_CAPABILITY("mutex") Mutex {
  public:
    void lock() SLUICE_ACQUIRE() { mutex_.lock(); }
    void unlock() SLUICE_RELEASE() { mutex_.unlock(); }

  private:
    friend class ConditionVariable;
    std::mutex mutex_;
};

class SLUICE_SCOPED_CAPABILITY MutexLock {
  public:
    explicit MutexLock(Mutex& mutex) SLUICE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
    ~MutexLock() SLUICE_RELEASE() { mutex_.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

  private:
    Mutex& mutex_;
};

/// Waits on a Mutex that the caller holds. Always wait in a loop on the guarded condition.
/// Telling others is cheaper after the mutex is free again: whom it wakes needs the mutex first.
class ConditionVariable {
  public:
    void wait(Mutex& mutex) SLUICE_REQUIRES(mutex) {
        Held held(mutex.mutex_);
        condition_.wait(held.lock);
    }
    template <class TimePoint>
    std::cv_status wait_until(Mutex& mutex, TimePoint deadline) SLUICE_REQUIRES(mutex) {
        Held held(mutex.mutex_);
        return condition_.wait_until(held.lock, deadline);
    }
    void notify_one() { condition_.notify_one(); }
    void notify_all() { condition_.notify_all(); }

  private:
    /// The caller's lock in the form that std::condition_variable wants (the one for any lock
    /// takes a second mutex at every wait and every notice); it stays the caller's.
    struct Held {
        explicit Held(std::mutex& mutex) : lock(mutex, std::adopt_lock) {}
        ~Held() { lock.release(); }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        std::unique_lock<std::mutex> lock;
    };

    std::condition_variable condition_;
};

}  // namespace sluice
