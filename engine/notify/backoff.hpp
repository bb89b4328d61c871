#pragma once

#include <chrono>
#include <optional>

#include "core/random.hpp"

namespace sluice::notify {

/// How long to wait after so many failed attempts (the first is 1) before the next one: the ladder
/// with a tenth more or less by chance, so that what failed together does not come again together.
/// nullopt: that was the last attempt. Pure but for the chance.
[[nodiscard]] std::optional<std::chrono::milliseconds> next_delay(int failed, Random& random);

/// A receiver may ask for more time than the ladder gives, up to this.
inline constexpr std::chrono::seconds kRetryAfterMax = std::chrono::hours(4);

/// How many attempts there are.
[[nodiscard]] int attempts_max();

}  // namespace sluice::notify
