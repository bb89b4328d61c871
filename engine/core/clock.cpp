#include "core/clock.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "core/utf8.hpp"

namespace sluice {
namespace {

using std::chrono::microseconds;

struct Civil {
    int year;
    unsigned month, day;
    int hour, minute, second;
    long micros;
};

Civil to_civil(Time time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return {
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()),
        static_cast<long>(clock.subseconds().count())
    };
}

/// At least `width` characters, zeros in front. (printf would read its format at every call.)
void append_padded(std::string& out, long value, std::size_t width) {
    std::array<char, 24> buffer{};
    if (value < 0) {
        out.push_back('-');
        --width;
    }
    const long magnitude = value < 0 ? -value : value;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude).ptr;
    const auto size = static_cast<std::size_t>(end - buffer.data());
    out.append(size < width ? width - size : 0, '0');
    out.append(buffer.data(), size);
}

void append_date_and_time(std::string& out, const Civil& civil) {
    append_padded(out, civil.year, 4);
    out.push_back('-');
    append_padded(out, civil.month, 2);
    out.push_back('-');
    append_padded(out, civil.day, 2);
    out.push_back('T');
    append_padded(out, civil.hour, 2);
    out.push_back(':');
    append_padded(out, civil.minute, 2);
    out.push_back(':');
    append_padded(out, civil.second, 2);
}

/// Reads `count` digits at the front of `text` and drops them.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) {
        return std::nullopt;
    }
    int value = 0;
    for (const char c : text.substr(0, count)) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

std::optional<microseconds> take_fraction(std::string_view& text) {
    if (!take(text, ".")) {
        return microseconds{0};
    }
    long value = 0;
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (digits < 6) {
            value = value * 10 + (text.front() - '0');
            ++digits;
        }
        text.remove_prefix(1);
    }
    if (digits == 0) {
        return std::nullopt;
    }
    for (; digits < 6; ++digits) {
        value *= 10;
    }
    return microseconds{value};
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take(text, "Zz")) {
        return std::chrono::minutes{0};
    }
    const bool negative = text.starts_with('-');
    if (!take(text, "+-")) {
        return std::nullopt;
    }
    const auto hours = take_digits(text, 2);
    if (!hours || *hours > 23 || !take(text, ":")) {
        return std::nullopt;
    }
    const auto minutes = take_digits(text, 2);
    if (!minutes || *minutes > 59) {
        return std::nullopt;
    }
    const std::chrono::minutes offset{*hours * 60 + *minutes};
    return negative ? -offset : offset;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, "-")) {
        return std::nullopt;
    }
    const auto month = take_digits(text, 2);
    if (!month || !take(text, "-")) {
        return std::nullopt;
    }
    const auto day = take_digits(text, 2);
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{
        std::chrono::year{*year},
        std::chrono::month{static_cast<unsigned>(*month)},
        std::chrono::day{static_cast<unsigned>(*day)}
    };
    if (!date.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_days{date};
}

std::optional<std::chrono::seconds> take_time_of_day(std::string_view& text) {
    const auto hour = take_digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ":")) {
        return std::nullopt;
    }
    const auto minute = take_digits(text, 2);
    if (!minute || *minute > 59 || !take(text, ":")) {
        return std::nullopt;
    }
    const auto second = take_digits(text, 2);
    if (!second || *second > 59) {
        return std::nullopt;
    }
    return std::chrono::seconds{*hour * 3600 + *minute * 60 + *second};
}

std::optional<Time> parse_parts(std::string_view text) {
    const auto date = take_date(text);
    if (!date || !take(text, "Tt")) {
        return std::nullopt;
    }
    const auto of_day = take_time_of_day(text);
    if (!of_day) {
        return std::nullopt;
    }
    const auto fraction = take_fraction(text);
    if (!fraction) {
        return std::nullopt;
    }
    const auto offset = take_offset(text);
    if (!offset || !text.empty()) {
        return std::nullopt;
    }
    return Time{*date + *of_day + *fraction - *offset};
}

}  // namespace

void append_rfc3339(std::string& out, Time time) {
    const Civil c = to_civil(time);
    append_date_and_time(out, c);
    if (c.micros != 0) {
        out.push_back('.');
        append_padded(out, c.micros, 6);
    }
    out.push_back('Z');
}

std::string format_rfc3339(Time time) {
    std::string text;
    text.reserve(sizeof "2026-01-01T08:00:30.000000Z");
    append_rfc3339(text, time);
    return text;
}

std::string format_rfc3339_offset(Time time, std::chrono::minutes offset) {
    std::string text;
    text.reserve(sizeof "2026-01-01T08:00:30+08:00");
    append_date_and_time(text, to_civil(time + offset));
    const auto magnitude = std::chrono::abs(offset).count();
    text.push_back(offset.count() < 0 ? '-' : '+');
    append_padded(text, magnitude / 60, 2);
    text.push_back(':');
    append_padded(text, magnitude % 60, 2);
    return text;
}

Result<Time> parse_rfc3339(std::string_view text) {
    const auto time = parse_parts(text);
    if (!time) {
        return fail(
            ErrorCode::invalid,
            "time '" + std::string(cut_text(text, 40)) +
                "' is not RFC 3339, wanted a form like 2026-01-01T08:00:00Z"
        );
    }
    return *time;
}

Time SystemClock::now() const {
    return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

}  // namespace sluice
