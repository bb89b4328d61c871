#pragma once

#include "gateway/call.hpp"

namespace sluice::gateway {

/// GET /v1/surpluses: what came on one day and no order took. The day is Beijing's (UTC+8, all
/// year), as finance reconciles by it: from 16:00 UTC of the date before. Blocks on the database.
Answer list_surpluses(const Services& services, const Call& call);

}  // namespace sluice::gateway
