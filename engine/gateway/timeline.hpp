#pragma once

#include <vector>

#include "core/value.hpp"
#include "gateway/payment_store.hpp"

namespace sluice::gateway {

/// The story of a payment from its journal, in order: what came in, what was decided and why, what
/// was asked for and posted, each with a sentence for people. `picture` tells who takes part. Pure.
[[nodiscard]] Value render_timeline(
    const payment::Picture& picture, const std::vector<JournalActivation>& journal
);

}  // namespace sluice::gateway
