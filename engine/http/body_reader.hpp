#pragma once

#include <cstddef>
#include <optional>

#include "http/connection.hpp"
#include "http/message.hpp"
#include "http/protocol_error.hpp"

namespace sluice::http {

/// Reads the body that the headers announce from a connection whose head was just read. Nothing, or
/// what to refuse with, after which the connection cannot be used again: 400 for contradicting or
/// broken framing, 408 for a slow or missing body, 413 over `max_bytes`, 415 for a compressed body.
[[nodiscard]] std::optional<ProtocolError> read_body(
    Connection& connection, Request& request, std::size_t max_bytes
);

}  // namespace sluice::http
