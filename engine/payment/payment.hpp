#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/leg.hpp"
#include "payment/operation.hpp"
#include "payment/payer.hpp"
#include "payment/payout.hpp"
#include "payment/refund.hpp"
#include "payment/service.hpp"
#include "payment/status.hpp"

namespace sluice::payment {

/// What a business order owes, and how far it is paid. Plain record; the database row is the truth.
struct Order {
    OrderId id;
    std::string merchant_id;
    std::string merchant_order_number;
    std::string product_code;
    std::string description;
    Money amount;
    std::int64_t paid_minor = 0;
    std::int64_t refunded_minor = 0;  ///< given back or on its way back
    /// Paid out or on its way to make it good; nullopt where that was not looked up.
    std::optional<std::int64_t> compensated_minor{};
    /// Of a top-up: the account that gets what is paid. A nil id: the merchant is owed it.
    BookedAccount credit;
    OrderStatus status = OrderStatus::open;
    Time created_at{};
    Time expires_at{};
};

/// The instruction whose money a refund gives back, as the channel must be told of it.
struct Original {
    InstructionId id;  ///< nil: not a refund of an instruction
    RunId run_id;      ///< whose instruction it is
    std::string channel_reference;
    Money amount;
    /// Where the room for it is claimed: the same, or the refund to an account that is converted.
    InstructionId claimed;
    RunId claimed_run;
};

/// One movement at one channel or account. Its number at the channel is the id's 26 characters.
struct Instruction {
    InstructionId id;
    Purpose purpose = Purpose::collect;
    int leg_number = 0;
    LegKind kind = LegKind::external;
    std::string channel;          ///< "wechatpay", or "prepaid_card" for internal ones
    std::string channel_account;  ///< empty for internal ones
    std::string scene;
    AccountId account;  ///< internal ones only
    Money amount;
    std::int64_t refunded_minor = 0;  ///< of what was collected: given back or on its way back
    Original original;                ///< of refunds
    Value payer;  ///< of collects: who pays, a record as the channel's form wants it; or null
    Value payee;  ///< of payouts: who gets it, likewise
    InstructionStatus status = InstructionStatus::created;
    std::string merchant;  ///< the merchant id at the channel that an answer must name
    std::string channel_reference;
    std::string outcome_code;
    std::string outcome_message;
    Value next_action;
    Time created_at{};
    Time expires_at{};
};

/// What a run carries to its end: one payment, refund, payout or transfer. What all of them have;
/// what only one has stands beside it in the picture.
struct Subject {
    RunId id;  ///< callers know it with the prefix of its service, see name()
    Service service = Service::payment;
    OrderId order_id;  ///< nil for payouts and transfers
    std::string merchant_id;
    std::string number;  ///< the merchant's own; payments have none, their order has
    std::string flow;
    Money amount;
    SubjectStatus status = SubjectStatus::pending;
    std::string stage;
    std::string failure_code;
    std::string failure_message;
    Time created_at{};
    Time updated_at{};

    /// "pay_01ABC...": as the API, logs and errors name it.
    [[nodiscard]] std::string name() const;
};

/// One consistent picture of a run's subject and what came of it: what the API shows, and what a
/// run is rebuilt from.
struct Picture {
    Order order;  ///< of payments and refunds
    Subject subject;
    std::vector<Leg> legs;                                           ///< of payments
    std::variant<std::monostate, Refund, Payout, Transfer> details;  ///< of the other services
    std::vector<Instruction> instructions;
    /// Of a payment that brought money which no order took; nullopt where that was not looked up.
    std::optional<OrderPaidBy> order_paid_by{};

    /// Whether no order took what the instruction collected.
    [[nodiscard]] bool is_surplus(const Instruction& instruction) const;
    /// What people read of it at the channel: why money goes back, what a payout is for, else what
    /// the order is about.
    [[nodiscard]] const std::string& channel_text() const;
};

}  // namespace sluice::payment
