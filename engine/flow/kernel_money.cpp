// What a run books. A script says what became of the money; the lines are the kernel's, so that no
// others exist: clearing or card to order, order to merchant, order to what is owed back.
#include <algorithm>
#include <utility>

#include "flow/kernel.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionStatus;
using payment::LegKind;
using payment::SubjectStatus;

constexpr std::string_view kChannelClearing = "1101";
constexpr std::string_view kUserBalance = "2001";
constexpr std::string_view kPrepaidCard = "2002";
constexpr std::string_view kMerchantPending = "2101";
constexpr std::string_view kOrderHolding = "2201";
constexpr std::string_view kRefundPayable = "2202";

PostLine line(std::string_view gl, std::string_view owner, Side side, Money amount) {
    return {std::string(gl), std::string(owner), {}, side, amount};
}

}  // namespace

/// What may still come or has come, with `more`, is never above the payment nor above what its
/// order owes.
Result<void> Kernel::within_due(Money more) const {
    const auto& order = picture_.order;
    Money live = more;
    for (const auto& instruction : picture_.instructions) {
        if (payment::may_bring_money(instruction.status)) {
            SLUICE_ASSIGN(live, live.plus(instruction.amount));
        }
    }
    SLUICE_ASSIGN(
        const Money owed, order.amount.minus(Money{order.paid_minor, order.amount.currency()})
    );
    const Money& amount = picture_.subject.amount;
    SLUICE_ASSIGN(const Money over_payment, live.minus(amount));
    SLUICE_ASSIGN(const Money over_order, live.minus(owed));
    if (over_payment.minor() > 0 || over_order.minor() > 0) {
        return fail(
            ErrorCode::script,
            picture_.subject.name() + " would collect " + live.describe() +
                ", it is a payment of " + amount.describe() + " and its order owes " +
                owed.describe()
        );
    }
    return {};
}

void Kernel::post(PostLine debit, PostLine credit) {
    for (PostLine* each : {&debit, &credit}) {
        note(to_value(*each));
        step_.lines.push_back(std::move(*each));
    }
}

PostLine Kernel::order_line(Side side, Money amount) const {
    return line(kOrderHolding, picture_.order.merchant_id, side, amount);
}

/// The moment an instruction succeeds is the moment it is booked: no script can forget, repeat or
/// alter it.
void Kernel::book_collected(const payment::Instruction& instruction) {
    const Money amount = instruction.amount;
    // Names of channel accounts are unique within their channel only.
    const std::string owner = instruction.channel + "/" + instruction.channel_account;
    PostLine debit = line(kChannelClearing, owner, Side::debit, amount);
    if (instruction.kind == LegKind::internal) {
        debit = line(
            instruction.channel == "balance" ? kUserBalance : kPrepaidCard, {}, Side::debit, amount
        );
        debit.account = instruction.account;
    }
    post(std::move(debit), order_line(Side::credit, amount));
}

Result<void> Kernel::covered() const {
    Money collected{0, picture_.subject.amount.currency()};
    for (const auto& instruction : picture_.instructions) {
        if (instruction.status == InstructionStatus::succeeded) {
            SLUICE_ASSIGN(collected, collected.plus(instruction.amount));
        } else if (payment::may_bring_money(instruction.status)) {
            return fail(
                ErrorCode::script,
                "a payment cannot succeed while " + instruction.id.to_string() + " is " +
                    std::string(to_string(instruction.status))
            );
        }
    }
    if (collected != picture_.subject.amount) {
        return fail(
            ErrorCode::script,
            "a payment of " + picture_.subject.amount.describe() + " cannot succeed with " +
                collected.describe() + " collected"
        );
    }
    return within_due(Money{0, collected.currency()});
}

Result<void> Kernel::settle() {
    SLUICE_TRY(may_begin("settle"));
    if (settled_) {
        return fail(ErrorCode::script, picture_.subject.name() + " is booked already");
    }
    SLUICE_TRY(covered());
    const Money amount = picture_.subject.amount;
    post(
        order_line(Side::debit, amount),
        line(kMerchantPending, picture_.order.merchant_id, Side::credit, amount)
    );
    settled_ = true;
    return {};
}

Result<void> Kernel::owe_back(InstructionId id) {
    SLUICE_TRY(may("owe back"));
    const payment::Instruction* instruction = find(id);
    const bool has_money =
        instruction != nullptr && instruction->status == InstructionStatus::succeeded;
    if (!has_money || owed_back_.contains(id)) {
        std::string what = "not of this payment";
        if (instruction != nullptr) {
            what = has_money ? "owed back already" : to_string(instruction->status);
        }
        return fail(
            ErrorCode::script,
            id.to_string() + " is " + what + ", only collected money is owed back"
        );
    }
    if (picture_.subject.status != SubjectStatus::compensating) {
        return fail(
            ErrorCode::script,
            picture_.subject.name() + " is " + std::string(to_string(picture_.subject.status)) +
                ", only a payment that unwinds owes back"
        );
    }
    owed_back_.insert(id);
    const Money amount = instruction->amount;
    post(
        order_line(Side::debit, amount),
        line(kRefundPayable, picture_.order.merchant_id, Side::credit, amount)
    );
    return open_case("refund_due", id, "collected, but the payment failed: owed back");
}

}  // namespace sluice::flow
