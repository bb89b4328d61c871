#pragma once

#include <optional>
#include <string_view>

#include "core/result.hpp"
#include "payment/service.hpp"

namespace sluice::payment {

/// Every status as it is stored in SQL and told in JSON. The tables in transition.cpp are the only
/// way from one to another.
enum class OrderStatus { open, paid, closed };
/// `compensating`: it failed, and what was collected is on its way back. `surplus`: the money came
/// when its order took none any more. `returned`: a refund or payout that had succeeded came back.
enum class SubjectStatus { pending, compensating, succeeded, failed, closed, surplus, returned };
/// `created`: the intent is committed, nothing is known to have been sent. `pending`: the channel
/// has it. `unknown`: the money may or may not have moved. `conflicted`: the channel's answer
/// contradicts our record; a person must look. `returned`: it had gone out and came back.
/// `surplus`: it was over without money, and the money came after all; it belongs to no order.
enum class InstructionStatus {
    created,
    pending,
    unknown,
    succeeded,
    refused,
    closed,
    released,
    conflicted,
    returned,
    surplus
};

/// What happened to an instruction, as the kernel (never a script) understood it.
enum class InstructionEvent {
    accepted,      ///< the channel took it, the payer or channel still acts
    unclear,       ///< it may have been executed
    not_sent,      ///< surely never left us
    confirmed,     ///< the money moved
    declined,      ///< a definite no
    shut,          ///< closed at the channel, money did not and will not move
    let_go,        ///< a hold was released
    contradicted,  ///< amount, currency, number or merchant differ from our record
    came_back,     ///< what had gone out came back to us
    came_late,     ///< money to us moved after a definite end without money
    went_late,     ///< the same of money that was to leave us
    found_moved,   ///< people found out that the money of a conflict moved
    found_unmoved  ///< and that it did not
};
/// `exceed`: money came that the order does not take. `turn_out`: what was told as failed was done
/// after all.
enum class SubjectEvent { unwind, succeed, fail, close, exceed, come_back, turn_out };
enum class OrderEvent { settle, close };

[[nodiscard]] std::string_view to_string(OrderStatus status);
[[nodiscard]] std::string_view to_string(SubjectStatus status);
[[nodiscard]] std::string_view to_string(InstructionStatus status);
[[nodiscard]] std::string_view to_string(InstructionEvent event);
[[nodiscard]] std::string_view to_string(SubjectEvent event);
Result<OrderStatus> parse_order_status(std::string_view text);
Result<SubjectStatus> parse_subject_status(std::string_view text);
Result<InstructionStatus> parse_instruction_status(std::string_view text);

[[nodiscard]] bool is_final(OrderStatus status);
/// Whether there is a result to be told; only money that moves against it can change it then.
[[nodiscard]] bool is_final(SubjectStatus status);
/// Whether nothing more can be learned; `conflicted` is final for the flow, a person ends it.
[[nodiscard]] bool is_final(InstructionStatus status);
/// Whether money may still come of it or has come: all but a definite end without money, and what
/// came after such an end. A leg has at most one such instruction.
[[nodiscard]] bool may_bring_money(InstructionStatus status);

/// The status after the event, or nullopt when the table has no such row.
[[nodiscard]] std::optional<OrderStatus> next(OrderStatus status, OrderEvent event);
[[nodiscard]] std::optional<SubjectStatus> next(
    Service service, SubjectStatus status, SubjectEvent event
);
[[nodiscard]] std::optional<InstructionStatus> next(
    InstructionStatus status, InstructionEvent event
);

}  // namespace sluice::payment
