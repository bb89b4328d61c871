// How a run unwinds and ends: the guards that no script can talk past.
#include <algorithm>
#include <utility>

#include "flow/kernel.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionStatus;
using payment::LegKind;

Value status_effect(const payment::Subject& payment) {
    Value value;
    value.set("type", "status");
    value.set("status", payment::to_string(payment.status));
    if (!payment.failure_code.empty()) {
        value.set("code", payment.failure_code);
    }
    return value;
}

}  // namespace

Result<void> Kernel::open_case(std::string_view kind, InstructionId id, std::string detail) {
    const payment::Instruction* instruction = find(id);
    if (instruction == nullptr) {
        return fail(
            ErrorCode::script, id.to_string() + " is not of this payment, a case wants one that is"
        );
    }
    OpenCase opened;
    // Cases count from the top so that they never share an ordinal with instructions.
    const auto ordinal = 0x80000000U + static_cast<std::uint32_t>(step_.cases.size());
    opened.id = CaseId(picture_.subject.id.raw().derive(activation_.seq, ordinal));
    opened.kind = kind;
    opened.instruction = id;
    opened.amount = instruction->amount;
    opened.detail = std::move(detail);
    note(to_value(opened));
    step_.cases.push_back(std::move(opened));
    return {};
}

Result<void> Kernel::unwind(std::string code, std::string message) {
    auto& payment = picture_.subject;
    const auto to = payment::next(payment.service, payment.status, payment::SubjectEvent::unwind);
    if (settled_) {
        return fail(
            ErrorCode::script, payment.name() + " is booked to the merchant, it can only succeed"
        );
    }
    if (!to) {
        return fail(
            ErrorCode::script,
            payment.name() + " is " + std::string(payment::to_string(payment.status)) +
                ", only a pending payment can unwind"
        );
    }
    payment.status = *to;
    payment.failure_code = std::move(code);
    payment.failure_message = std::move(message);
    step_.payment_changed = true;
    note(status_effect(payment));
    return {};
}

Result<void> Kernel::nothing_held() const {
    for (const auto& instruction : picture_.instructions) {
        const auto status = instruction.status;
        if (payment::may_bring_money(status)) {
            return fail(
                ErrorCode::script,
                "a payment cannot end unpaid while " + instruction.id.to_string() + " is " +
                    std::string(payment::to_string(status))
            );
        }
    }
    return {};
}

/// What the end of its payment makes of an order; the commit says the same.
void Kernel::end_order() {
    auto& order = picture_.order;
    std::optional<payment::OrderStatus> to;
    if (order.paid_minor == order.amount.minor()) {
        to = payment::next(order.status, payment::OrderEvent::settle);
    } else if (order.expires_at <= activation_.now) {
        to = payment::next(order.status, payment::OrderEvent::close);
    }
    order.status = to.value_or(order.status);
}

Result<void> Kernel::finish(payment::SubjectEvent event, std::string code, std::string message) {
    auto& payment = picture_.subject;
    const auto to = payment::next(payment.service, payment.status, event);
    if (!to || event == payment::SubjectEvent::unwind) {
        return fail(
            ErrorCode::script,
            payment.name() + " is " + std::string(payment::to_string(payment.status)) +
                ", it cannot " + std::string(payment::to_string(event))
        );
    }
    if (event == payment::SubjectEvent::succeed) {
        SLUICE_TRY(covered());
        if (!settled_) {
            return fail(
                ErrorCode::script,
                "a payment cannot succeed before it is booked: pay:book() comes first"
            );
        }
        picture_.order.paid_minor += payment.amount.minor();
    } else {
        SLUICE_TRY(nothing_held());
    }
    payment.status = *to;
    end_order();
    if (!code.empty()) {
        payment.failure_code = std::move(code);
        payment.failure_message = std::move(message);
    }
    step_.payment_changed = true;
    note(status_effect(payment));
    return {};
}

}  // namespace sluice::flow
