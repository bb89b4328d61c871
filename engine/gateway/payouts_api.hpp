#pragma once

#include "gateway/reply.hpp"

namespace sluice::gateway {

Reply create_payout(const Services& services, const Call& call);
Answer list_payouts(const Services& services, const Call& call);
Reply get_payout(const Services& services, const Call& call);
Answer get_payout_timeline(const Services& services, const Call& call);

}  // namespace sluice::gateway
