#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/leg.hpp"
#include "payment/payout.hpp"

namespace sluice::payment {

struct RefundTag {
    static constexpr std::string_view kPrefix = "ref_";
};
/// The id of a refund's run as callers know it.
using RefundId = Id<RefundTag>;

/// How the numbers of refunds begin that start by themselves; merchants' own never do.
inline constexpr std::string_view kOwnRefundPrefix = "surplus-";

/// What was collected in the first place, of a source that a refund has given to an account since.
struct Collected {
    InstructionId instruction;  ///< nil: the source itself was collected
    RunId payment;              ///< whose instruction it is
    Money amount;
};

/// Money that was collected and may go back: a succeeded instruction of a payment. When a refund to
/// an account is converted, that refund's instruction; channel, reference and time are then those
/// of what was collected.
struct RefundSource {
    InstructionId instruction;
    RunId payment;  ///< whose instruction it is
    int leg_number = 0;
    LegKind kind = LegKind::external;
    std::string method;  ///< as the payer saw it
    std::string channel;
    std::string channel_account;
    std::string scene;
    AccountId account;  ///< of internal ones
    Money amount;
    Money refunded;  ///< of it when the refund began; the database holds the cap
    std::string channel_reference;
    Time collected_at{};
    Collected collected;
};

/// What a refund is about, fixed when it begins.
struct Refund {
    RunId payment;  ///< nil: whatever was paid for the order
    std::string reason;
    AccountId to_account;       ///< the balance that gets all of it by choice; nil: the way it came
    AccountId balance_account;  ///< where it may go when the original path is impossible; or nil
    Value payee;                ///< to whom it may be paid out then; or null
    std::string payout_method;  ///< how the payee is paid: "bank_card"...
    RunId converts;             ///< the refund to an account that this one turns external, or nil
    BookedAccount from;         ///< of a conversion: the account that has the money
    std::vector<RefundSource> sources;  ///< in the order in which they were collected
    /// It gives money back that no order took: from 2204, not from what the merchant has, and it
    /// counts on no order.
    bool is_surplus = false;
};

/// As it is stored; amounts are of the refund's currency.
[[nodiscard]] Value to_value(const Refund& refund);
Result<Refund> refund_from_value(const Value& value, Currency currency);

}  // namespace sluice::payment
