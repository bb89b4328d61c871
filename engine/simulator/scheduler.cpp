#include "simulator/scheduler.hpp"

#include <pthread.h>

namespace sluice::simulator {

Scheduler::Scheduler() : thread_([this] { run(); }) {}

Scheduler::~Scheduler() { stop(); }

void Scheduler::after(std::chrono::microseconds delay, std::function<void()> act) {
    const MutexLock lock(mutex_);
    const auto place = acts_.emplace(std::chrono::steady_clock::now() + delay, std::move(act));
    if (place == acts_.begin()) {
        wake_.notify_one();
    }
}

void Scheduler::sleep(std::chrono::microseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    const MutexLock lock(mutex_);
    while (!stopping_ && std::chrono::steady_clock::now() < deadline) {
        stopped_.wait_until(mutex_, deadline);
    }
}

void Scheduler::stop() {
    {
        const MutexLock lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
        stopped_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Scheduler::run() {
    ::pthread_setname_np(::pthread_self(), "psp-timer");
    for (;;) {
        std::function<void()> act;
        {
            const MutexLock lock(mutex_);
            while (!stopping_ &&
                   (acts_.empty() || acts_.begin()->first > std::chrono::steady_clock::now())) {
                if (acts_.empty()) {
                    wake_.wait(mutex_);
                } else {
                    wake_.wait_until(mutex_, acts_.begin()->first);
                }
            }
            if (stopping_) {
                return;
            }
            act = std::move(acts_.begin()->second);
            acts_.erase(acts_.begin());
        }
        act();
    }
}

}  // namespace sluice::simulator
