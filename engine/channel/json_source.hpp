#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::channel {

/// What may stand between the parts of a JSON text.
inline constexpr std::string_view kJsonBlanks = " \t\r\n";

/// The exact text that stands for a member of a JSON record, for signatures that cover the text
/// and not the value. nullopt when the text is no JSON record, when the record has no such member
/// or has it twice. Names are compared as they are written: an escaped name is another one.
[[nodiscard]] std::optional<std::string_view> json_source(
    std::string_view record, std::string_view member
);

}  // namespace sluice::channel
