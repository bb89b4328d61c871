#pragma once

#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/leg.hpp"

namespace sluice::payment {

/// Money that was collected and may go back: a succeeded instruction of a payment.
struct RefundSource {
    InstructionId instruction;
    RunId payment;  ///< whose instruction it is
    LegKind kind = LegKind::external;
    std::string channel;
    std::string channel_account;
    std::string scene;
    AccountId account;  ///< of internal ones
    Money amount;
    Money refunded;  ///< of it when the refund began; the database holds the cap
    std::string channel_reference;
    Time collected_at{};
};

/// What a refund is about, fixed when it begins.
struct Refund {
    RunId payment;  ///< nil: whatever was paid for the order
    std::string reason;
    AccountId balance_account;  ///< where it may go when the original path is impossible; or nil
    Value payee;                ///< to whom it may be paid out then; or null
    std::vector<RefundSource> sources;  ///< in the order in which they were collected
};

/// As it is stored; amounts are of the refund's currency.
[[nodiscard]] Value to_value(const Refund& refund);
Result<Refund> refund_from_value(const Value& value, Currency currency);

}  // namespace sluice::payment
