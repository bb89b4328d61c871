#pragma once

#include <chrono>
#include <optional>

#include "core/clock.hpp"
#include "core/value.hpp"

namespace sluice::simulator {

/// Ahead of UTC; the channels write their times, and count their days, as it is in Beijing.
inline constexpr std::chrono::hours kBeijing{8};

/// RFC 3339 at Beijing's offset.
[[nodiscard]] inline Value time_or_null(const std::optional<Time>& time) {
    return time ? Value(format_rfc3339_offset(*time, kBeijing)) : Value();
}

}  // namespace sluice::simulator
