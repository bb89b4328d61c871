#pragma once

#include "gateway/reply.hpp"

namespace sluice::gateway {

/// Takes a channel's message: verified by its reader, recorded by the engine, and only then
/// acknowledged. Whatever fails after the verification becomes a 5xx, so that the channel repeats.
Reply receive_callback(const Services& services, const Call& call);

}  // namespace sluice::gateway
