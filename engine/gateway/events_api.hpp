#pragma once

#include "gateway/call.hpp"

namespace sluice::gateway {

Answer list_events(const Services& services, const Call& call);
Answer get_event(const Services& services, const Call& call);

}  // namespace sluice::gateway
