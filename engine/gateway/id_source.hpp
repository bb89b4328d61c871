#pragma once

#include <string>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/mutex.hpp"
#include "core/random.hpp"

namespace sluice::gateway {

/// Makes the ids of what requests create. Guards the one Random of the gateway. Any thread.
class IdSource {
  public:
    IdSource(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

    template <class SomeId>
    [[nodiscard]] SomeId make(Bucket bucket) SLUICE_EXCLUDES(mutex_) {
        return SomeId(make_raw(bucket));
    }
    /// What a function makes of chance, e.g. a secret.
    template <class Make>
    [[nodiscard]] auto with_random(Make make) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        return make(random_);
    }
    [[nodiscard]] std::string make_request_id() SLUICE_EXCLUDES(mutex_);
    [[nodiscard]] Time now() const { return clock_.now(); }

  private:
    [[nodiscard]] Id128 make_raw(Bucket bucket) SLUICE_EXCLUDES(mutex_);

    const Clock& clock_;
    Mutex mutex_;
    Random& random_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::gateway
