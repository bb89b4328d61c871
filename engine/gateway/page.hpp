#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "gateway/problem.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

/// 400 for one parameter of the query.
[[nodiscard]] Problem bad_parameter(std::string_view name, std::string message);

/// `limit` of the query: 1 to 100, 20 when absent.
std::expected<std::int64_t, Problem> read_limit(const http::Request& request);

}  // namespace sluice::gateway
