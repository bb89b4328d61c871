#pragma once

#include "gateway/reply.hpp"
#include "gateway/routes.hpp"

namespace sluice::gateway {

/// What serves one address. May block on the database, but for those that the gateway knows as
/// quick.
using Handler = Reply (*)(const Services&, const Call&);

/// nullptr for the one address that shows what the gateway itself counts.
[[nodiscard]] Handler handler_of(Endpoint endpoint);

}  // namespace sluice::gateway
