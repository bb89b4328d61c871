#pragma once

#include "channel/seal.hpp"
#include "payment/outcome.hpp"

namespace sluice::app {

/// Puts fingerprints in the place of who paid, as an adapter names him ("AMONG ID"): all that is
/// ever asked is whether two are the same. Nobody behind this knows a payer. Who did not pay is not
/// told.
void hide_payer(const channel::SealingKeys& keys, payment::Outcome& outcome);

}  // namespace sluice::app
