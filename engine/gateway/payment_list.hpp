#pragma once

#include "gateway/call.hpp"

namespace sluice::gateway {

/// GET /v1/payments. Blocks on the database.
Answer list_payments(const Services& services, const Call& call);

}  // namespace sluice::gateway
