#pragma once

#include "gateway/reply.hpp"

namespace sluice::gateway {

/// The only one for the I/O thread; with an inline order and known accounts it asks the engine from
/// there.
Reply create_payment(const Services& services, const Call& call);
Reply get_payment(const Services& services, const Call& call);
Reply close_payment(const Services& services, const Call& call);
Answer get_timeline(const Services& services, const Call& call);

}  // namespace sluice::gateway
