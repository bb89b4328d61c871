#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/mutex.hpp"
#include "core/result.hpp"

namespace sluice::gateway {

/// Turns a reply that comes on another thread into something to wait for. The reply may outlive
/// the wait: it then goes nowhere. One thread waits once.
template <class T>
class Waiting {
  public:
    /// The function to hand out; call it at most once, on any thread.
    [[nodiscard]] std::function<void(Result<T>)> reply() {
        return [place = place_](Result<T> result) {
            {
                const MutexLock lock(place->mutex);
                place->result = std::move(result);
            }
            place->arrived.notify_one();
        };
    }

    /// `unknown` when no reply comes within the time.
    Result<T> wait(std::chrono::milliseconds patience) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        Place& place = *place_;
        const MutexLock lock(place.mutex);
        while (!place.result) {
            const auto status = place.arrived.wait_until(place.mutex, deadline);
            if (status == std::cv_status::timeout && !place.result) {
                return fail(
                    ErrorCode::unknown,
                    "no reply of the engine within " + std::to_string(patience.count()) + " ms"
                );
            }
        }
        return *std::move(place.result);
    }

  private:
    struct Place {
        Mutex mutex;
        ConditionVariable arrived;
        std::optional<Result<T>> result SLUICE_GUARDED_BY(mutex);
    };
    std::shared_ptr<Place> place_ = std::make_shared<Place>();
};

}  // namespace sluice::gateway
