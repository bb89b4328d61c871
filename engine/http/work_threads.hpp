#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/mutex.hpp"

namespace sluice::http {

/// Threads for what may block, so that the I/O thread need not: started when a job finds none
/// idle, up to a limit; above it jobs wait in line. Any thread may call. What a job throws is
/// dropped with the job.
class WorkThreads {
  public:
    using Job = std::move_only_function<void()>;

    struct Settings {
        std::size_t threads_max = 32;
        std::size_t waiting_max = 10'000;  ///< jobs without a thread
        std::string name = "work";         ///< at most 15 characters
    };

    explicit WorkThreads(Settings settings) : settings_(std::move(settings)) {}
    ~WorkThreads();  ///< joins
    WorkThreads(const WorkThreads&) = delete;
    WorkThreads& operator=(const WorkThreads&) = delete;

    /// False when the line is full: whoever comes now should be sent away.
    [[nodiscard]] bool has_room();
    /// Takes the job in any case.
    void run(Job job);
    /// Runs what is in line and joins. A second call does nothing.
    void join();

  private:
    void work();

    const Settings settings_;
    Mutex mutex_;
    ConditionVariable wake_;
    std::deque<Job> jobs_ SLUICE_GUARDED_BY(mutex_);
    std::vector<std::thread> threads_ SLUICE_GUARDED_BY(mutex_);
    /// Threads without a job; one that is still starting counts, or its job would start another.
    std::size_t free_ SLUICE_GUARDED_BY(mutex_) = 0;
    bool stopping_ SLUICE_GUARDED_BY(mutex_) = false;
};

}  // namespace sluice::http
