#pragma once

#include <optional>

#include "core/id.hpp"
#include "gateway/call.hpp"
#include "gateway/reply.hpp"

namespace sluice::gateway {

/// Marks a request that one node passes on to another.
inline constexpr std::string_view kForwardedHeader = "Sluice-Forwarded";

/// Whether another node of ours sent the request.
[[nodiscard]] bool is_forwarded(const http::Request& request, const Settings& settings);

/// The answer of the node that owns the bucket, or nullopt when that is this node. A request that
/// was forwarded once is not forwarded again: 503 until the nodes agree. Blocks when the owner has
/// to be looked up.
[[nodiscard]] std::optional<Reply> answer_elsewhere(
    const Services& services, const Call& call, Bucket bucket
);

}  // namespace sluice::gateway
