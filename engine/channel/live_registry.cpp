#include "channel/live_registry.hpp"

#include <utility>

namespace sluice::channel {

RegistryPtr LiveRegistry::current() const {
    const MutexLock lock(mutex_);
    return current_;
}

void LiveRegistry::adopt(RegistryPtr next) {
    // What was there may be the last of its kind: it ends with `next`, behind the lock.
    const MutexLock lock(mutex_);
    current_.swap(next);
}

}  // namespace sluice::channel
