#pragma once

#include <chrono>
#include <functional>

namespace sluice::testing {

/// What a test grants a condition before it counts as never true. Generous: a loaded machine under
/// a sanitizer must not fail, and a true condition ends the wait at once.
inline constexpr std::chrono::seconds kPatience{90};

/// Asks again and again until the condition holds. False when it still does not after `limit`.
[[nodiscard]] bool eventually(
    const std::function<bool()>& holds, std::chrono::milliseconds limit = kPatience
);

/// Lets a chosen moment of a fault come. Not for waiting on anything.
void let_pass(std::chrono::microseconds span);

}  // namespace sluice::testing
