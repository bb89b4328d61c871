#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/money.hpp"
#include "gateway/call.hpp"
#include "gateway/input.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// Who pays for it in the end.
enum class PayoutSource { merchant, our_cost, liable_party };

/// What a request says of one payout. Whose account it is and who gets it is not looked up yet.
struct PayoutRequest {
    std::string number;  ///< the merchant's own
    Money amount;
    payment::Payout details;
    PayoutSource source = PayoutSource::merchant;
    AccountId from_account;   ///< of the merchant or a user; nil: what the merchant may dispose of
    std::string compensates;  ///< an order or a payment; empty: it makes nothing good
};

/// The members that a single payout and a line of a batch have in common; what is wrong is among
/// the errors of `fields`. Pure.
[[nodiscard]] PayoutRequest read_payout(Fields& fields, Currency currency);

/// The members that only a single payout has.
void read_compensation(Fields& fields, PayoutRequest& request);

/// Looks up what the request names and completes its details. Why it cannot be: 400 for what is
/// nobody's, foreign, or of another currency; 422 `no_available_account`. Blocks.
[[nodiscard]] std::optional<Problem> settle_payout(
    PayoutRequest& request, const Services& services, const Call& call
);

/// The payout that the request wants, as the engine names it; when it begins is not said.
[[nodiscard]] payment::Subject payout_subject(
    const PayoutRequest& request, std::string_view merchant_id
);

/// Why the account cannot be used as the member says; nullopt when it can.
[[nodiscard]] std::optional<std::string> find_account_fault(
    const std::optional<AccountIdentity>& account, AccountId id, Currency currency, const Call& call
);

}  // namespace sluice::gateway
