#pragma once

#include <string>
#include <string_view>

#include "lua/vm.hpp"

namespace sluice::lua {

/// An interpreter's message without its position and in words of the script's author.
[[nodiscard]] std::string in_plain_words(std::string_view message, int line);

/// Three lines around `line` with a marker; "" when the line does not exist.
[[nodiscard]] std::string excerpt_of(std::string_view source, int line);

/// Control characters escaped, at most 2 KiB: safe to show anywhere.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace sluice::lua
