#pragma once

#include <string_view>

#include "core/clock.hpp"

namespace sluice::simulator {

/// Whether the time that a request was signed with, in whole seconds since 1970, is within five
/// minutes of `now`: what is older may be a repeat by somebody who listened.
[[nodiscard]] bool is_within_skew(std::string_view timestamp, Time now);

}  // namespace sluice::simulator
