#pragma once

#include "gateway/reply.hpp"

namespace sluice::gateway {

Reply create_transfer(const Services& services, const Call& call);
Answer list_transfers(const Services& services, const Call& call);
Reply get_transfer(const Services& services, const Call& call);
Answer get_transfer_timeline(const Services& services, const Call& call);

}  // namespace sluice::gateway
