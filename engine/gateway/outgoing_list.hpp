#pragma once

#include "gateway/call.hpp"
#include "payment/service.hpp"

namespace sluice::gateway {

/// GET /v1/payouts and GET /v1/transfers. Blocks.
Answer list_outgoing(const Services& services, const Call& call, payment::Service service);

}  // namespace sluice::gateway
