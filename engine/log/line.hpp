#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "log/field.hpp"

namespace sluice::log {

/// error: a person must act; warn: a limit was met; info: a payment moved; debug: the rest.
enum class Level : std::uint8_t { debug, info, warn, error, off };

/// How a line looks: `key=value` for people, one JSON object for machines.
enum class Format : std::uint8_t { text, json };

[[nodiscard]] std::string_view to_string(Level level);

/// What one event says, before it becomes text.
struct Line {
    Time time;
    Level level = Level::info;
    std::string_view event;
    std::span<const Field>
        context;  ///< inherited from the scopes around the event, outermost first
    std::span<const Field> fields;
};

/// One line without its line feed. Texts are escaped, so a value can never begin a second line or
/// another field. Pure.
[[nodiscard]] std::string format_line(Format format, const Line& line);

}  // namespace sluice::log
