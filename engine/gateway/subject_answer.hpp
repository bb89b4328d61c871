#pragma once

#include <chrono>
#include <optional>

#include "gateway/call.hpp"
#include "gateway/reply.hpp"
#include "payment/payment.hpp"

// How payments, refunds and the other services are shown to the callers who ask for one of them.

namespace sluice::gateway {

/// 404 when there is none of that service, or it is not the caller's to see. Blocks.
std::expected<payment::Picture, Problem> own_picture(
    const Services& services, const Call& call, payment::Service service, Id128 id
);

/// The object with its address; `wait` is what the caller asked for.
[[nodiscard]] http::Response answer_with(
    int status, const payment::Picture& picture, std::optional<std::chrono::seconds> wait
);

/// The object as it is, or once it is final when that is worth waiting for. Blocks when the owner
/// of its bucket has to be looked up.
[[nodiscard]] Reply show_or_wait(
    const Services& services,
    const Call& call,
    const payment::Picture& picture,
    std::optional<std::chrono::seconds> wait
);

/// GET of one object; `Prefer: wait` is obeyed. Blocks.
[[nodiscard]] Reply answer_get(
    const Services& services, const Call& call, payment::Service service, Id128 id
);

/// GET of its story. Blocks.
[[nodiscard]] Answer answer_timeline(
    const Services& services, const Call& call, payment::Service service, Id128 id
);

}  // namespace sluice::gateway
