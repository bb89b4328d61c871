#pragma once

#include "gateway/reply.hpp"

namespace sluice::gateway {

/// POST /v1/orders/{order_id}/close.
Reply close_order(const Services& services, const Call& call);

}  // namespace sluice::gateway
