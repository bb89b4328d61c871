#pragma once

#include <string_view>

#include "gateway/call.hpp"
#include "notify/endpoint_store.hpp"

namespace sluice::gateway {

inline constexpr std::string_view kEndpointWord = "webhook endpoint";

/// The endpoint a path names, if it is the caller's; else 404. Blocks.
std::expected<notify::Endpoint, Problem> own_endpoint(const Services& services, const Call& call);

/// The answer for what became of the endpoint in the path: 200, 404 or the refusal.
Answer answer_endpoint(const Call& call, const Result<std::optional<notify::Endpoint>>& found);

}  // namespace sluice::gateway
