#pragma once

#include "gateway/call.hpp"
#include "gateway/reply.hpp"

namespace sluice::gateway {

/// What runs ask people. Only an operator's key may vote, never one that starts payouts or refunds:
/// who makes is not who checks. All block on the database.
[[nodiscard]] Answer list_tasks(const Services& services, const Call& call);
[[nodiscard]] Answer get_task(const Services& services, const Call& call);
/// The same vote again is answered with the task as it is; the owner of the run counts.
[[nodiscard]] Reply vote_on_task(const Services& services, const Call& call);

}  // namespace sluice::gateway
