#pragma once

#include <chrono>
#include <expected>
#include <optional>

#include "gateway/problem.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

inline constexpr std::chrono::seconds kWaitMax{60};

/// How long the caller is ready to wait: `Prefer: wait=N` of RFC 7240, nullopt without one. Other
/// preferences are ignored, as the standard wants. A wait that is not 0 to 60 whole seconds is
/// refused rather than guessed at.
std::expected<std::optional<std::chrono::seconds>, Problem> read_wait(const http::Request& request);

}  // namespace sluice::gateway
