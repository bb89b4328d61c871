#pragma once

#include "core/result.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

/// Whether the body, byte for byte as it was received, is the one that Content-Digest (RFC 9530)
/// describes. Of the algorithms only sha-256 and sha-512 count: one of them must be there, and each
/// that is there must fit; others are passed over. `invalid` for a field that is missing or broken,
/// `refused` for another body.
Result<void> check_content_digest(const http::Request& request);

}  // namespace sluice::gateway
