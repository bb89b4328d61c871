#pragma once

#include "gateway/text_rule.hpp"

// What texts may be that several requests have a member for: the same thing is held to the same
// rule wherever it is written.

namespace sluice::gateway {

/// Who a merchant is, in keys and accounts. It holds no '/'.
inline constexpr TextRule kMerchantIdRule{.min = 1, .max = 64, .charset = TextRule::Charset::token};
/// What a merchant itself calls its order, refund, payout, batch, top-up or customer.
inline constexpr TextRule kMerchantNumberRule{.min = 1, .max = 64};
/// What a payout or a transfer is for; nothing may be said.
inline constexpr TextRule kOutgoingDescriptionRule{.min = 0, .max = 127};
/// By what means a payout goes: "bank_card".
inline constexpr TextRule kPayoutMethodRule{
    .min = 1, .max = 32, .charset = TextRule::Charset::token
};
/// An RFC 3339 time, before it is read as one.
inline constexpr TextRule kTimeRule{.min = 1, .max = 40};
/// A name that configuration gives: of a leg's method and scene, of a task's role and kind.
inline constexpr TextRule kWordRule{.min = 1, .max = 64, .charset = TextRule::Charset::token};

}  // namespace sluice::gateway
