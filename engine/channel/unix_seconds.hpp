#pragma once

#include <chrono>
#include <cstdint>

#include "core/clock.hpp"

namespace sluice::channel {

/// Whole seconds since 1970, as scripts and certificates count time.
[[nodiscard]] inline std::int64_t unix_seconds(Time time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace sluice::channel
