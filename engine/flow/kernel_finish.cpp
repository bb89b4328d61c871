// How a run posts, unwinds and ends: the guards that no script can talk past.
#include <algorithm>
#include <utility>

#include "flow/kernel.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionStatus;
using payment::LegKind;

Value status_effect(const payment::Payment& payment) {
    Value value;
    value.set("type", "status");
    value.set("status", payment::to_string(payment.status));
    if (!payment.failure_code.empty()) {
        value.set("code", payment.failure_code);
    }
    return value;
}

}  // namespace

Result<void> Kernel::post(std::vector<PostLine> lines) {
    SLUICE_TRY(may("post"));
    if (lines.size() < 2) {
        return fail(
            ErrorCode::script, "post wants at least two lines, got " + std::to_string(lines.size())
        );
    }
    Money balance{0, lines.front().amount.currency()};
    for (const auto& line : lines) {
        if (line.amount.minor() <= 0) {
            return fail(
                ErrorCode::script,
                "a posting line of " + line.amount.describe() + " is not above zero"
            );
        }
        SLUICE_ASSIGN(
            balance,
            line.side == Side::debit ? balance.plus(line.amount) : balance.minus(line.amount)
        );
    }
    if (balance.minor() != 0) {
        return fail(
            ErrorCode::script,
            "posting does not balance: debits exceed credits by " + balance.describe()
        );
    }
    for (auto& line : lines) {
        note(to_value(line));
        step_.lines.push_back(std::move(line));
    }
    return {};
}

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
    opened.id = CaseId(picture_.payment.id.raw().derive(activation_.seq, ordinal));
    opened.kind = kind;
    opened.instruction = id;
    opened.amount = instruction->amount;
    opened.detail = std::move(detail);
    note(to_value(opened));
    step_.cases.push_back(std::move(opened));
    return {};
}

Result<bool> Kernel::conclude_absent(InstructionId id, std::chrono::seconds consistency) {
    SLUICE_TRY(may("conclude"));
    payment::Instruction* instruction = find_mutable(id);
    if (instruction == nullptr || instruction->kind != LegKind::external) {
        return fail(
            ErrorCode::script, id.to_string() + " is no external instruction of this payment"
        );
    }
    if (payment::is_final(instruction->status)) {
        return fail(
            ErrorCode::script,
            id.to_string() + " is " + std::string(payment::to_string(instruction->status)) +
                ", only an open instruction can turn out absent"
        );
    }
    // A channel always needs a moment to show what it took.
    if (consistency < std::chrono::seconds(1)) {
        return fail(
            ErrorCode::script,
            "the channel's delay is " + std::to_string(consistency.count()) +
                " s, wanted at least 1 s"
        );
    }
    const bool on_its_way = std::ranges::any_of(unanswered_, [&](const auto& sent) {
        return sent.second.instruction == id &&
               sent.second.operation == payment::Operation::collect;
    });
    const auto& talk = talks_[id];
    if (on_its_way || !talk.found_nothing_since ||
        activation_.now - instruction->created_at < consistency) {
        return false;
    }
    move(*instruction, payment::InstructionEvent::shut);
    instruction->outcome_code = "not_found";
    return true;
}

Result<void> Kernel::unwind(std::string code, std::string message) {
    auto& payment = picture_.payment;
    const auto to = payment::next(payment.status, payment::PaymentEvent::unwind);
    if (!to) {
        return fail(
            ErrorCode::script,
            payment.id.to_string() + " is " + std::string(payment::to_string(payment.status)) +
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

Result<void> Kernel::covered() const {
    Money collected{0, picture_.payment.amount.currency()};
    for (const auto& instruction : picture_.instructions) {
        if (instruction.status == InstructionStatus::succeeded) {
            SLUICE_ASSIGN(collected, collected.plus(instruction.amount));
        } else if (!payment::is_final(instruction.status)) {
            return fail(
                ErrorCode::script,
                "a payment cannot succeed while " + instruction.id.to_string() + " is " +
                    std::string(payment::to_string(instruction.status))
            );
        }
    }
    if (collected != picture_.payment.amount) {
        return fail(
            ErrorCode::script,
            "a payment of " + picture_.payment.amount.describe() + " cannot succeed with " +
                collected.describe() + " collected"
        );
    }
    return {};
}

Result<void> Kernel::nothing_held() const {
    for (const auto& instruction : picture_.instructions) {
        const auto status = instruction.status;
        if (!payment::is_final(status) || status == InstructionStatus::succeeded ||
            status == InstructionStatus::conflicted) {
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

Result<void> Kernel::finish(payment::PaymentEvent event, std::string code, std::string message) {
    auto& payment = picture_.payment;
    const auto to = payment::next(payment.status, event);
    if (!to || event == payment::PaymentEvent::unwind) {
        return fail(
            ErrorCode::script,
            payment.id.to_string() + " is " + std::string(payment::to_string(payment.status)) +
                ", it cannot " + std::string(payment::to_string(event))
        );
    }
    if (event == payment::PaymentEvent::succeed) {
        SLUICE_TRY(covered());
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
