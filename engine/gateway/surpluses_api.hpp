#pragma once

#include "gateway/call.hpp"

namespace sluice::gateway {

/// GET /v1/surpluses: what came on one day and no order took. Blocks on the database.
Answer list_surpluses(const Services& services, const Call& call);

}  // namespace sluice::gateway
