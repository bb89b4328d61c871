#pragma once

#include "gateway/reply.hpp"

namespace sluice::gateway {

/// POST /v1/payout_batches: answers when every line has its payout or its problem. A repeat goes on
/// where the first call ended.
Reply create_payout_batch(const Services& services, const Call& call);
/// The batches without their lines.
Answer list_payout_batches(const Services& services, const Call& call);
Answer get_payout_batch(const Services& services, const Call& call);

}  // namespace sluice::gateway
