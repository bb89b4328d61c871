#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "core/value.hpp"
#include "gateway/call.hpp"
#include "gateway/payout_request.hpp"
#include "gateway/payout_store.hpp"

namespace sluice::gateway {

/// Many payouts as one request words them.
struct PayoutBatchRequest {
    OpenBatch open;                      ///< without the ids and the time
    std::vector<PayoutRequest> payouts;  ///< line 1 is the first
};

/// Reads the request. 400 when any line is not well formed or the lines are not what `count` and
/// `total_amount` say: then a file is wrong and nothing of it may be paid. Pure.
std::expected<PayoutBatchRequest, Problem> read_payout_batch(const Value& body, const Call& call);

/// Looks up what the lines name; a line that cannot be paid has its problem then. A problem of ours
/// (5xx) is no line's, it is returned. Blocks.
[[nodiscard]] std::optional<Problem> settle_lines(
    PayoutBatchRequest& request, const Services& services, const Call& call
);

}  // namespace sluice::gateway
