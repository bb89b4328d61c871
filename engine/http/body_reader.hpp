#pragma once

#include <cstddef>
#include <string>

#include "http/connection.hpp"
#include "http/message.hpp"

namespace sluice::http {

/// Reads the body that the headers announce from a connection whose head was just read. Returns 0,
/// or the status to refuse with, after which the connection cannot be used again: 400 for
/// contradicting or broken framing, 408 for a slow or missing body, 413 over `max_bytes` (of which
/// nothing is read), 415 for a compressed body.
int read_body(Connection& connection, Request& request, std::size_t max_bytes);

}  // namespace sluice::http
