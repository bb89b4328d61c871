#pragma once

#include <cstdint>
#include <limits>

namespace sluice {

/// The most and the least that an amount can have, in minor units.
inline constexpr auto kMinorMax = std::numeric_limits<std::int64_t>::max();
inline constexpr auto kMinorMin = std::numeric_limits<std::int64_t>::min();

}  // namespace sluice
