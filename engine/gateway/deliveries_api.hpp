#pragma once

#include "gateway/call.hpp"

namespace sluice::gateway {

Answer list_deliveries(const Services& services, const Call& call);
Answer get_delivery(const Services& services, const Call& call);
Answer redeliver(const Services& services, const Call& call);
Answer redeliver_since(const Services& services, const Call& call);

}  // namespace sluice::gateway
