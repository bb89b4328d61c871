#pragma once

#include <cstdint>

namespace sluice::flow {

/// The most seconds that a script may name: longer than any wait or order, and sums of times stay
/// far from their limits.
inline constexpr std::int64_t kSecondsMax = 366LL * 24 * 3600;

}  // namespace sluice::flow
