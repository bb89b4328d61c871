#pragma once

#include "core/clock.hpp"
#include "payment/payment.hpp"
#include "worker/intake.hpp"

namespace sluice::worker {

/// The wish to give back what an instruction collected and no order took: the refund of the whole
/// by the usual flow, with a number that follows from the instruction and from how many were begun
/// `before`, so that it begins once however often it is wished. Pure.
[[nodiscard]] StartRun surplus_refund(
    const payment::Picture& paid, const payment::Instruction& instruction, int before, Time now
);

}  // namespace sluice::worker
