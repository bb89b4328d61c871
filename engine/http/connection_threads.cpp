#include "http/connection_threads.hpp"

#include <pthread.h>

namespace sluice::http {

void ConnectionThreads::run(std::function<void()> job) {
    const MutexLock lock(mutex_);
    jobs_.push_back(std::move(job));
    if (free_ < jobs_.size() && threads_.size() < settings_.threads_max) {
        threads_.emplace_back([this] { work(); });
        ++free_;
    }
    count_waiting();
    wake_.notify_one();
}

void ConnectionThreads::count_waiting() {
    waiting_ = jobs_.size() > free_ ? jobs_.size() - free_ : 0;
}

void ConnectionThreads::work() {
    ::pthread_setname_np(::pthread_self(), settings_.name.substr(0, 15).c_str());
    for (;;) {
        std::function<void()> job;
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
            count_waiting();
        }
        job();
        const MutexLock lock(mutex_);
        ++free_;
        count_waiting();
    }
}

void ConnectionThreads::join() {
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
