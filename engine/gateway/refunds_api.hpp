#pragma once

#include "gateway/call.hpp"
#include "gateway/reply.hpp"

namespace sluice::gateway {

/// POST /v1/refunds: gives back what an order or one of its payments collected. 201 with the new
/// refund (also when a policy ended it at once), 200 with the one that an equal request began.
Reply create_refund(const Services& services, const Call& call);
/// GET /v1/refunds: newest first.
Answer list_refunds(const Services& services, const Call& call);
/// GET /v1/refunds/{refund_id}
Reply get_refund(const Services& services, const Call& call);
/// GET /v1/refunds/{refund_id}/timeline
Answer get_refund_timeline(const Services& services, const Call& call);

}  // namespace sluice::gateway
