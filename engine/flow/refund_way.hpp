#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "flow/channel_terms.hpp"
#include "payment/payment.hpp"

namespace sluice::flow {

/// What a run answers a script that wants money to go back: that it is on its way, or why not.
[[nodiscard]] Value on_its_way(InstructionId id);
[[nodiscard]] Value not_possible(std::string_view code, std::string message);

/// A collected instruction of a payment that unwinds, as what is to go back.
[[nodiscard]] payment::RefundSource as_source(const payment::Instruction& collected, RunId run);
/// What an instruction that gives back of the source is to carry.
[[nodiscard]] payment::Original original_of(const payment::RefundSource& source);
/// The refund that turns an earlier refund to an account into an external one; null for others.
[[nodiscard]] const payment::Refund* conversion_in(const payment::Picture& picture);

/// The channel of what was given back outside of us, from a bank account of ours.
inline constexpr std::string_view kOwnBank = "own_bank";

/// What is answered when this node has no such channel account any more.
[[nodiscard]] Value no_channel(const payment::RefundSource& source);
/// Why the source's channel cannot be asked at all at this moment; nothing when it can.
[[nodiscard]] std::optional<Value> closed_way(
    const payment::RefundSource& source, const ChannelTerms& terms, Time now
);
/// What the account is, "balance" or "prepaid_card". An error unless the refund names it or it paid
/// a part itself: no other gets what did not come from it.
Result<std::string> channel_of_named(const payment::Picture& picture, AccountId account);

}  // namespace sluice::flow
