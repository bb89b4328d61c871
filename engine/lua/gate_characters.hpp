#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lua/gate.hpp"

namespace sluice::lua {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// ASCII letters and '_': what a name begins with.
[[nodiscard]] constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// The first character that may stand nowhere in a script: broken UTF-8, controls, marks that turn
/// the direction of text, compiled code.
[[nodiscard]] std::optional<Refusal> find_forbidden_character(std::string_view source);

/// What to say about the character that `rest` begins with, outside of texts and comments.
[[nodiscard]] std::string describe_foreign_character(std::string_view rest);

}  // namespace sluice::lua
