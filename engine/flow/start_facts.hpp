#pragma once

#include "core/value.hpp"
#include "payment/payment.hpp"

namespace sluice::flow {

/// What a flow knows of its subject from the start: a record as scripts/api/facts.lua tells it.
/// Only what never changes, so that a run that is rebuilt begins with the same.
[[nodiscard]] Value start_facts(const payment::Picture& picture);

}  // namespace sluice::flow
