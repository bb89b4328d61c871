#include "core/mutex.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace sluice {
namespace {

class Counter {
  public:
    void add() SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        ++value_;
        changed_.notify_all();
    }

    void wait_for(int wanted) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        while (value_ < wanted) {
            changed_.wait(mutex_);
        }
    }

    int value() SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        return value_;
    }

  private:
    Mutex mutex_;
    ConditionVariable changed_;
    int value_ SLUICE_GUARDED_BY(mutex_) = 0;
};

TEST(Mutex, LosesNoUpdateOfFourThreads) {
    Counter counter;
    std::vector<std::thread> threads;

    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&counter] {
            for (int n = 0; n < 1000; ++n) {
                counter.add();
            }
        });
    }
    counter.wait_for(4000);
    for (auto& thread : threads) {
        thread.join();
    }

    EXPECT_EQ(counter.value(), 4000);
}

TEST(ConditionVariable, TellsWhenTheDeadlinePassed) {
    Mutex mutex;
    ConditionVariable never;

    const MutexLock lock(mutex);
    const auto status = never.wait_until(mutex, std::chrono::steady_clock::now());

    EXPECT_EQ(status, std::cv_status::timeout);
}

}  // namespace
}  // namespace sluice
