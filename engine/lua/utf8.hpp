#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::lua {

/// Bytes of the well-formed UTF-8 character at `at` (1 to 4), or 0 when there is none.
[[nodiscard]] std::size_t utf8_size_at(std::string_view text, std::size_t at);

[[nodiscard]] bool is_utf8(std::string_view text);

/// Characters that change the direction of text: they make code read as something it is not.
[[nodiscard]] bool is_direction_mark(std::string_view character);

}  // namespace sluice::lua
