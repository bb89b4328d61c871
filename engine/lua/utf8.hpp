#pragma once

#include <string_view>

#include "core/utf8.hpp"

namespace sluice::lua {

/// Characters that change the direction of text: they make code read as something it is not.
[[nodiscard]] bool is_direction_mark(std::string_view character);

}  // namespace sluice::lua
