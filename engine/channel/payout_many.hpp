#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "channel/exchange_message.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/outcome.hpp"

namespace sluice::channel {

/// What an adapter calls it, among its operations: one request for many payouts.
inline constexpr std::string_view kPayoutMany = "payout_many";

/// Payouts that go to their channel in one request: over one account, in one currency, each for the
/// first time and of another instruction. At least one; the orders outlive it.
struct PayoutMany {
    std::string number;  ///< of the request: 26 characters that no other request has
    std::vector<const ExchangeOrder*> orders;

    /// Of all of them together.
    [[nodiscard]] Money total() const;
};

/// {lines} or {whole} of an adapter to one outcome for each order, in their order. What the answer
/// says nothing of, or says twice, is `unknown`; so is one line that breaks the contract, while the
/// others count. `invalid` names what is wrong with the whole.
Result<std::vector<payment::Outcome>> outcomes_from_answer(
    const Value& value, const PayoutMany& many
);

}  // namespace sluice::channel
