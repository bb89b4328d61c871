#pragma once

#include <string>

#include "http/message.hpp"

namespace sluice::http {

/// Why a request never reached the handler. `detail` is a sentence for whoever sent it: what was
/// wrong with it and what is wanted.
struct ProtocolError {
    int status = 400;
    std::string detail;
};

/// application/problem+json with status, title and detail.
[[nodiscard]] Response plain_answer(const ProtocolError& error);

}  // namespace sluice::http
