#pragma once

#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::payment {

enum class LegKind { internal, external };

/// One part of a payment: money from one source. Internal legs name an account of ours, external
/// ones a method and scene at some channel.
struct Leg {
    int number = 0;  ///< 1-based, in the order given
    LegKind kind = LegKind::external;
    std::string method;  ///< "prepaid_card", "balance", "wechatpay"...
    std::string scene;   ///< "qr" for external legs
    AccountId account;   ///< internal legs only
    Money amount;
    Value payer;  ///< external legs: who pays, a record as the channel's form wants it; or null
};

[[nodiscard]] std::string_view to_string(LegKind kind);
Result<LegKind> parse_leg_kind(std::string_view text);

}  // namespace sluice::payment
