#pragma once

#include <string>

#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::payment {

/// An account of ours with the general ledger code that its lines are booked under.
struct BookedAccount {
    AccountId id;
    std::string gl;
};

/// What a payout or withdrawal is about, fixed when it begins.
struct Payout {
    BookedAccount from;  ///< a nil id: `gl` of the liable party, or our cost for the merchant
    Money fee;           ///< taken from the same account, ours when the payout succeeds
    std::string method;  ///< "bank_card", "wechatpay"...
    Value payee;         ///< as the channel's form wants it
    /// A keyed hash of what identifies the payee; empty: nothing does. Payouts to him are added up
    /// under it.
    std::string payee_key;
    std::string description;
    OrderId order;             ///< the order it makes good, or nil
    RunId compensates;         ///< the payment of that order it makes good, or nil: all of it
    std::string liable_party;  ///< who owes us what it makes good, in the merchant's words; or ""
};

/// What a transfer between two accounts of ours is about.
struct Transfer {
    BookedAccount from;
    BookedAccount to;
    Money fee;  ///< on top, from the first account
    std::string description;
};

[[nodiscard]] Value to_value(const Payout& payout);
Result<Payout> payout_from_value(const Value& value, Currency currency);
[[nodiscard]] Value to_value(const Transfer& transfer);
Result<Transfer> transfer_from_value(const Value& value, Currency currency);

}  // namespace sluice::payment
