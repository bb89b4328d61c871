#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/message.hpp"
#include "http/protocol_error.hpp"

namespace sluice::http {

/// What RFC 9110 and 9112 forbid in a head and the library lets pass: no Host in HTTP/1.1,
/// chunks in HTTP/1.0, a control character in a header.
[[nodiscard]] std::optional<ProtocolError> check_head(
    std::string_view version, const Headers& headers
);

/// The one announced length; nothing when there is none or several disagree.
[[nodiscard]] std::optional<std::size_t> announced_length(const Headers& headers);

/// The refusal that the headers alone are enough for, before any byte of the body is waited for:
/// 400 for contradicting framing, 413 over `max_bytes`, 415 for a compressed body.
[[nodiscard]] std::optional<ProtocolError> check_announced_body(
    const Headers& headers, std::size_t max_bytes
);

}  // namespace sluice::http
