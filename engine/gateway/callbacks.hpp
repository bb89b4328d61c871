#pragma once

#include "gateway/reply.hpp"

namespace sluice::gateway {

/// Takes a channel's message: let in by the gate, verified by its reader, recorded by the engine,
/// and only then acknowledged. Whatever is no fault of the message becomes a 429 or 5xx, so that
/// the channel sends it again. Does not block; what it gives reads on the threads for callbacks.
Reply receive_callback(const Services& services, const Call& call);

}  // namespace sluice::gateway
