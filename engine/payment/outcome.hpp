#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::payment {

/// What an adapter understood from one answer, callback or failure of the wire.
enum class OutcomeKind {
    succeeded,  ///< the money moved
    pending,    ///< accepted; the payer or the channel still acts
    refused,    ///< a definite no, another channel may be tried
    not_sent,   ///< surely never reached the channel
    unknown,    ///< may have been executed: only a query may tell
    config,     ///< our set-up is wrong and nothing was executed: alarm, no retry
    not_found,  ///< a query found no such order; by itself it decides nothing
    closed,     ///< closed at the channel, unpaid
    returned,   ///< a refund or payout that had succeeded came back to us
};

[[nodiscard]] std::string_view to_string(OutcomeKind kind);
Result<OutcomeKind> parse_outcome_kind(std::string_view text);

/// An outcome with the claims the kernel holds against its own record (law 3). Absent claims are
/// not compared, except that `succeeded` must carry number and amount.
struct Outcome {
    OutcomeKind kind = OutcomeKind::unknown;
    std::string code;      ///< the channel's own code, for the timeline and for rules
    std::string message;   ///< for people, never branched on
    std::string number;    ///< our number as the channel repeats it
    std::string merchant;  ///< the merchant id the channel names
    std::string channel_reference;
    std::string payer;  ///< of a success: who paid, as payer.hpp has it; "" when it is not told
    std::optional<Money> amount;
    std::optional<Money> fee;  ///< of a payout that succeeded: what the channel took beside it
    std::optional<Time> happened_at;
    /// Of unknown: the request was turned away; what the channel does not know later never was.
    bool refused_unless_found = false;
    Value next_action;  ///< what the payer needs, e.g. {"type":"qr_code","code_url":"..."}
};

[[nodiscard]] Value to_value(const Outcome& outcome);
Result<Outcome> outcome_from_value(const Value& value);

}  // namespace sluice::payment
