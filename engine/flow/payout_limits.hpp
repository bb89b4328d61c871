#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "flow/effect.hpp"
#include "payment/payment.hpp"

namespace sluice::flow {

/// Up to how much may be paid out in all, as a policy said of one payout; nullopt: any amount.
struct PayoutLimits {
    std::optional<Money> merchant_day;
    std::optional<Money> payee_day;
    std::optional<Money> order;          ///< to make one order good
    std::chrono::minutes day_begins{0};  ///< how far the merchant's day is ahead of UTC
};

/// Reads what a script hands over; `script` tells the author what is wrong.
Result<PayoutLimits> payout_limits_from_value(const Value& value);

/// The sums that a payout takes from when it takes its money now, without ordinals. `script` when a
/// limit is of another currency.
Result<std::vector<LimitClaim>> limit_claims(
    const payment::Picture& payout, const PayoutLimits& limits, Time now
);

/// Of a claim that was refused: its code, and for people which limit it is and what is left.
[[nodiscard]] Value limit_refusal(const LimitClaim& claim, const Value& refused);

}  // namespace sluice::flow
