#pragma once

#include "support/node_psp.hpp"

namespace sluice::testing {

/// A channel on its worst day: slow, cut, unreadable, forgetful; but it never lies about money.
void make_unruly(Psp& psp);

/// The same of the ways out: refunds at the channel, payouts at the bank.
void make_ways_out_unruly(Psp& psp);

}  // namespace sluice::testing
