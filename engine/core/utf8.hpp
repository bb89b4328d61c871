#pragma once

#include <cstddef>
#include <string_view>

namespace sluice {

/// Bytes of the well-formed UTF-8 character at `at` (1 to 4), or 0 when there is none (RFC 3629).
[[nodiscard]] std::size_t utf8_size_at(std::string_view text, std::size_t at);

[[nodiscard]] bool is_utf8(std::string_view text);

/// A byte within a character, not its first.
[[nodiscard]] constexpr bool is_utf8_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

/// The text's beginning of at most so many bytes, cut between characters.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t bytes_max);

}  // namespace sluice
