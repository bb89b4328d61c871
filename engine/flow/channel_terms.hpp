#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::flow {

/// What binds us at one channel account, as its adapter and the node's configuration declare it. A
/// run keeps the terms under which each instruction began; no script can set or change them.
struct ChannelTerms {
    std::string merchant;             ///< who an answer must name
    bool collect_may_repeat = false;  ///< the same collect again gets the same order
    /// How long after its last collect was over a channel may still not show the order.
    std::chrono::seconds not_found_after{0};
    bool refunds = false;                   ///< it gives back what it collected
    std::chrono::seconds refund_window{0};  ///< after the success of the payment
    int refund_parts_max = 0;               ///< refunds of one payment
    bool refund_may_repeat = false;         ///< the same refund again is the same refund
    bool pays_out = false;
    bool payout_may_repeat = false;  ///< the same payout again is the same payout
    /// The code that the payer showed is used up by the request; closing gives back what it took.
    bool charged_at_once = false;

    friend bool operator==(const ChannelTerms&, const ChannelTerms&) = default;
};

struct ChannelAddress {
    std::string_view channel;
    std::string_view account;
    std::string_view scene = {};  ///< in which it would collect; empty for all else
};

/// The terms of a channel account of this node; nullopt when it has none of that name.
using TermsSource = std::function<std::optional<ChannelTerms>(const ChannelAddress&)>;

/// As the journal keeps them; null for an account that does not exist. What it does not do is left
/// out, as older journals leave it out.
[[nodiscard]] Value to_value(const std::optional<ChannelTerms>& terms);
Result<std::optional<ChannelTerms>> terms_from_value(const Value& value);

}  // namespace sluice::flow
