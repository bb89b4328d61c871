#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/value.hpp"

namespace sluice::simulator {

/// Ahead of UTC; the channels write their times, and count their days, as it is in Beijing.
inline constexpr std::chrono::hours kBeijing{8};

/// RFC 3339 at Beijing's offset.
[[nodiscard]] inline Value time_or_null(const std::optional<Time>& time) {
    return time ? Value(format_rfc3339_offset(*time, kBeijing)) : Value();
}

/// "2026-01-01 08:00:30"
[[nodiscard]] inline std::string beijing_time(Time time) {
    constexpr std::size_t kToTheSecond = 19;
    std::string text = format_rfc3339_offset(time, kBeijing).substr(0, kToTheSecond);
    text[text.find('T')] = ' ';
    return text;
}

struct BeijingDay {
    Time from;
    Time to;  ///< not included
};

/// Of "2026-01-01"; nullopt when the text is no day.
[[nodiscard]] inline std::optional<BeijingDay> beijing_day(const std::string& text) {
    constexpr std::size_t kDaySize = 10;
    const auto begin = parse_rfc3339(text + "T00:00:00+08:00");
    if (text.size() != kDaySize || !begin) {
        return std::nullopt;
    }
    return BeijingDay{*begin, *begin + std::chrono::days(1)};
}

}  // namespace sluice::simulator
