// How a run unwinds and ends: the guards that no script can talk past.
#include <algorithm>
#include <utility>

#include "core/json_record.hpp"
#include "flow/kernel.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionStatus;
using payment::LegKind;

}  // namespace

void Kernel::note_status() {
    JsonRecord effect(next_effect());
    effect.add("type", "status");
    effect.add("status", payment::to_string(picture_.subject.status));
    if (!picture_.subject.failure_code.empty()) {
        effect.add("code", picture_.subject.failure_code);
    }
    effect.end();
}

Result<void> Kernel::open_case(std::string_view kind, InstructionId id, std::string detail) {
    const payment::Instruction* instruction = find(id);
    Money amount;
    if (instruction != nullptr) {
        amount = instruction->amount;
    } else if (const auto source = source_of(id)) {
        amount = source->amount;
    } else {
        return fail(
            ErrorCode::script,
            id.to_string() + " is not of " + picture_.subject.name() + ", a case wants one that is"
        );
    }
    OpenCase opened;
    // Cases count from the top so that they never share an ordinal with instructions.
    const auto ordinal = 0x80000000U + static_cast<std::uint32_t>(step_.cases.size());
    opened.id = CaseId(picture_.subject.id.raw().derive(activation_.seq, ordinal));
    opened.kind = kind;
    opened.instruction = id;
    opened.amount = amount;
    opened.detail = std::move(detail);
    append_json(next_effect(), opened);
    const std::pair<std::string_view, CasesOf*> ends[] = {
        {kDoubtCase, &doubts_}, {kConflictCase, &conflicts_}, {kDueCase, &dues_}
    };
    for (const auto& [ending, cases] : ends) {
        if (kind == ending) {
            cases->emplace(id, opened.id);
        }
    }
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
    step_.subject_changed = true;
    note_status();
    board_.cancel(TaskBoard::Unneeded::all_but_resolving, activation_.now);
    tell_tasks();
    return {};
}

/// Moves the subject, when its table has a way.
void Kernel::tell(payment::SubjectEvent event) {
    auto& subject = picture_.subject;
    if (const auto to = payment::next(subject.service, subject.status, event)) {
        subject.status = *to;
        step_.subject_changed = true;
        note_status();
    }
}

/// What was collected, and the order took no payment any more when it was to be booked.
Result<void> Kernel::exceed(InstructionId id) {
    SLUICE_TRY(may("exceed"));
    const payment::Instruction* instruction = find(id);
    const bool has_money = instruction != nullptr &&
                           instruction->purpose == payment::Purpose::collect &&
                           instruction->kind == LegKind::external &&
                           instruction->status == InstructionStatus::succeeded;
    const bool is_free = has_money && !owed_back_.contains(id) && !exceeded_.contains(id);
    if (!order_over_ || picture_.subject.status != payment::SubjectStatus::compensating ||
        !is_free) {
        return fail(
            ErrorCode::script,
            id.to_string() +
                " cannot exceed its order: wanted money that a channel collected and "
                "that is not owed back, of a payment that unwinds because its order "
                "was over"
        );
    }
    exceeded_.insert(id);
    const Money amount = instruction->amount;
    post(order_line(Side::debit, amount), surplus_line(Side::credit, amount));
    return open_case(kSurplusCase, id, "it was collected, and its order was over");
}

/// Neither held nor on its way, and what came has gone back.
Result<void> Kernel::nothing_held() const {
    for (const auto& instruction : picture_.instructions) {
        const auto status = instruction.status;
        const bool is_back = status == InstructionStatus::succeeded &&
                             (instruction.purpose != payment::Purpose::collect ||
                              exceeded_.contains(instruction.id) ||
                              given_back(Counted::gone_back, instruction.id) == instruction.amount);
        if (payment::may_bring_money(status) && !is_back) {
            return fail(
                ErrorCode::script,
                "a payment cannot end unpaid while " + instruction.id.to_string() + " is " +
                    std::string(payment::to_string(status))
            );
        }
    }
    return {};
}

Result<void> Kernel::may_end_payment(payment::SubjectEvent event) const {
    if (event != payment::SubjectEvent::succeed) {
        if ((event == payment::SubjectEvent::exceed) == exceeded_.empty()) {
            return fail(
                ErrorCode::script,
                picture_.subject.name() + " has " + std::to_string(exceeded_.size()) +
                    " instructions whose money no order took; with any it ends as surplus, and "
                    "only with any"
            );
        }
        return nothing_held();
    }
    SLUICE_TRY(covered());
    if (!settled_) {
        return fail(
            ErrorCode::script,
            "a payment cannot succeed before it is booked: pay:book() comes first"
        );
    }
    return {};
}

Result<void> Kernel::may_end(payment::SubjectEvent event) const {
    switch (picture_.subject.service) {
        case payment::Service::payment:
            return may_end_payment(event);
        case payment::Service::refund:
            return may_end_refund(event);
        case payment::Service::payout:
        case payment::Service::transfer:
            break;
    }
    return may_end_payout(event);
}

/// What the end makes of the books and of an order; the commit says the same.
void Kernel::end_books(payment::SubjectEvent event) {
    switch (picture_.subject.service) {
        case payment::Service::payment:
            end_order(event);
            break;
        case payment::Service::refund:
            end_refund(event);
            break;
        case payment::Service::payout:
            end_payout(event);
            break;
        case payment::Service::transfer:
            break;
    }
}

void Kernel::end_order(payment::SubjectEvent event) {
    if (event == payment::SubjectEvent::exceed) {
        return;  // somebody else ended it
    }
    auto& order = picture_.order;
    if (event == payment::SubjectEvent::succeed) {
        order.paid_minor += picture_.subject.amount.minor();
    }
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
    SLUICE_TRY(may_end(event));
    end_books(event);
    payment.status = *to;
    if (!code.empty()) {
        payment.failure_code = std::move(code);
        payment.failure_message = std::move(message);
    }
    step_.subject_changed = true;
    note_status();
    // What was still due is settled by the end itself: it went, or it stays with who gave it.
    while (!dues_.empty()) {
        close_cases(dues_, dues_.begin()->first);
    }
    board_.cancel(TaskBoard::Unneeded::all, activation_.now);
    tell_tasks();
    return {};
}

}  // namespace sluice::flow
