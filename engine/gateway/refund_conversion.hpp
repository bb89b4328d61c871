#pragma once

#include <expected>

#include "gateway/call.hpp"
#include "gateway/refund_request.hpp"

namespace sluice::gateway {

/// What an earlier refund gave to an account of what had come through channels, as far as it has
/// not left again. 404 when there is no such refund, 409 `nothing_to_convert` when it gave no
/// account such money, or several. Blocks on the database.
std::expected<Refundable, Problem> find_convertible(
    const Services& services, const Call& call, const RefundRequest& request
);

}  // namespace sluice::gateway
