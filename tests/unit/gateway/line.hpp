#pragma once

#include <chrono>
#include <utility>

#include "core/mutex.hpp"
#include "http/responder.hpp"

namespace sluice::testing {

/// A connection as far as one answer needs it; the thread that waits keeps the time.
class Line final : public http::ResponseSink {
  public:
    void answer(http::MakeResponse make) override {
        {
            const MutexLock lock(mutex_);
            make_ = std::move(make);
        }
        given_.notify_one();
    }
    void drop() override {
        answer([] { return http::Response{.status = 599, .body = "nobody answered"}; });
    }
    void give_up_at(http::SteadyTime deadline, http::MakeResponse make) override {
        {
            const MutexLock lock(mutex_);
            deadline_ = deadline;
            give_up_ = std::move(make);
        }
        given_.notify_one();
    }
    http::Response wait() {
        http::MakeResponse make;
        {
            const MutexLock lock(mutex_);
            while (make_ == nullptr && std::chrono::steady_clock::now() < deadline_) {
                given_.wait_until(mutex_, deadline_);
            }
            make = std::exchange(make_ == nullptr ? give_up_ : make_, nullptr);
            give_up_ = nullptr;
        }
        return make == nullptr ? http::Response{.status = 598, .body = "too late"} : make();
    }

  private:
    Mutex mutex_;
    ConditionVariable given_;
    http::MakeResponse make_ SLUICE_GUARDED_BY(mutex_);
    http::MakeResponse give_up_ SLUICE_GUARDED_BY(mutex_);
    http::SteadyTime deadline_ SLUICE_GUARDED_BY(mutex_
    ) = std::chrono::steady_clock::now() + std::chrono::seconds(30);
};

}  // namespace sluice::testing
