#pragma once

#include "channel/exchange_message.hpp"
#include "core/value.hpp"

namespace sluice::worker {

/// An exchange's evidence as the journal keeps it.
[[nodiscard]] Value to_value(const channel::Evidence& evidence);

}  // namespace sluice::worker
