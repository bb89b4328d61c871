#pragma once

#include "gateway/call.hpp"

namespace sluice::gateway {

Answer create_payment(const Services& services, const Call& call);
Answer get_payment(const Services& services, const Call& call);
Answer close_payment(const Services& services, const Call& call);
Answer get_timeline(const Services& services, const Call& call);

}  // namespace sluice::gateway
