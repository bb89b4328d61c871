#include "http/work_threads.hpp"

#include <exception>
#include <pthread.h>

namespace sluice::http {

WorkThreads::~WorkThreads() { join(); }

bool WorkThreads::has_room() {
    const MutexLock lock(mutex_);
    const bool is_served = free_ > jobs_.size() || threads_.size() < settings_.threads_max;
    return is_served || jobs_.size() - free_ < settings_.waiting_max;
}

void WorkThreads::run(Job job) {
    {
        const MutexLock lock(mutex_);
        jobs_.push_back(std::move(job));
        if (free_ < jobs_.size() && threads_.size() < settings_.threads_max) {
            threads_.emplace_back([this] { work(); });
            ++free_;
        }
    }
    wake_.notify_one();
}

void WorkThreads::work() {
    ::pthread_setname_np(::pthread_self(), settings_.name.substr(0, 15).c_str());
    for (;;) {
        Job job;
        {
            const MutexLock lock(mutex_);
            while (jobs_.empty() && !stopping_) {
                wake_.wait(mutex_);
            }
            --free_;
            if (jobs_.empty()) {
                return;
            }
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        try {
            job();
        } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see below
            // Whatever waits for the job is told by what the job owned, as it is dropped.
        }
        job = nullptr;
        const MutexLock lock(mutex_);
        ++free_;
    }
}

void WorkThreads::join() {
    std::vector<std::thread> threads;
    {
        const MutexLock lock(mutex_);
        stopping_ = true;
        threads.swap(threads_);
    }
    wake_.notify_all();
    for (std::thread& thread : threads) {
        thread.join();
    }
}

}  // namespace sluice::http
