#pragma once

#include <functional>
#include <vector>

#include "gateway/call.hpp"
#include "gateway/payout_store.hpp"
#include "worker/intake.hpp"

namespace sluice::gateway {

/// A line on its way to begin, and why it did not when it did not.
struct LineStart {
    BatchLine line;
    worker::StartRun start;
};

/// The lines that have no payout because another request has their number; or why it is not known
/// what became of some: then the same batch is to be sent again.
using LinesBegun = std::function<void(Result<std::vector<BatchLine>>)>;

/// Begins the payouts of the lines, some at a time, and replies once when each has begun or has its
/// problem. After the first error that says nothing of a line no more are begun. Does not block;
/// the services must outlive the reply.
void begin_lines(const Services& services, std::vector<LineStart> lines, LinesBegun reply);

}  // namespace sluice::gateway
