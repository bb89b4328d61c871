#pragma once

#include "gateway/call.hpp"
#include "gateway/reply.hpp"

namespace sluice::gateway {

/// Loads the adapters of this node's channels folder again: for operators of all merchants, as a
/// channel is everybody's. Each node reads its own disk, so each is asked.
[[nodiscard]] Reply reload_channels(const Services& services, const Call& call);

}  // namespace sluice::gateway
