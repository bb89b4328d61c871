#pragma once

#include "core/value.hpp"

namespace sluice::testing {

/// The health of a candidate for routing that nothing was sent to yet.
inline Value sound_health() {
    Value health;
    health.set("breaker", "closed");
    health.set("scenes", Value(ValueObject{}));
    return health;
}

}  // namespace sluice::testing
