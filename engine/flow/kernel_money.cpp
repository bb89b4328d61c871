// What a run books. A script says what became of the money; the lines are the kernel's, so that no
// others exist: clearing or card to order, order to merchant, order to what is owed back.
#include <algorithm>
#include <utility>

#include "flow/kernel.hpp"
#include "flow/late_money.hpp"
#include "flow/refund_way.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionStatus;
using payment::LegKind;
using payment::SubjectStatus;

constexpr std::string_view kOwnBankAccount = "1001";
constexpr std::string_view kChannelClearing = "1101";
constexpr std::string_view kChannelFloat = "1103";
constexpr std::string_view kUserBalance = "2001";
constexpr std::string_view kPrepaidCard = "2002";
constexpr std::string_view kMerchantPending = "2101";
constexpr std::string_view kOrderHolding = "2201";
constexpr std::string_view kRefundPayable = "2202";
constexpr std::string_view kSurplusPayable = "2204";
constexpr std::string_view kChannelCost = "5001";

/// Names of channel accounts are unique within their channel only.
std::string channel_owner(const payment::Instruction& at) {
    return at.channel + "/" + at.channel_account;
}

}  // namespace

/// What may still come or has come, with `more`, is never above the payment nor above what its
/// order owes.
Result<void> Kernel::within_due(Money more) const {
    const auto& order = picture_.order;
    Money live = more;
    for (const auto& instruction : picture_.instructions) {
        const bool collects = instruction.purpose == payment::Purpose::collect;
        if (collects && payment::may_bring_money(instruction.status)) {
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
        append_json(next_effect(), *each);
        step_.lines.push_back(std::move(*each));
    }
}

PostLine Kernel::order_line(Side side, Money amount) const {
    return system_line(kOrderHolding, picture_.subject.merchant_id, side, amount);
}

PostLine Kernel::merchant_line(Side side, Money amount) const {
    return system_line(kMerchantPending, picture_.subject.merchant_id, side, amount);
}

PostLine Kernel::owed_line(Side side, Money amount) const {
    return system_line(kRefundPayable, picture_.subject.merchant_id, side, amount);
}

PostLine Kernel::surplus_line(Side side, Money amount) const {
    return system_line(kSurplusPayable, picture_.subject.merchant_id, side, amount);
}

/// Whose money a refund gives back: what the merchant is owed, or what no order took.
PostLine Kernel::giver_line(Side side, Money amount) const {
    return is_surplus() ? surplus_line(side, amount) : merchant_line(side, amount);
}

PostLine Kernel::float_line(const payment::Instruction& at, Side side) {
    return system_line(kChannelFloat, channel_owner(at), side, at.amount);
}

/// Where an instruction's money comes from or goes to: an account of ours, or what the channel
/// owes.
PostLine Kernel::far_line(const payment::Instruction& at, Side side) {
    if (at.channel == kOwnBank) {
        return system_line(kOwnBankAccount, kOwnBank, side, at.amount);
    }
    if (at.kind == LegKind::external) {
        return system_line(kChannelClearing, channel_owner(at), side, at.amount);
    }
    PostLine of =
        system_line(at.channel == "balance" ? kUserBalance : kPrepaidCard, {}, side, at.amount);
    of.account = at.account;
    return of;
}

/// The moment an instruction succeeds is the moment it is booked: no script can forget, repeat or
/// alter it.
void Kernel::book(const payment::Instruction& instruction) {
    const Money amount = instruction.amount;
    switch (instruction.purpose) {
        case payment::Purpose::collect:
            post(far_line(instruction, Side::debit), order_line(Side::credit, amount));
            break;
        case payment::Purpose::refund:
            post(owed_line(Side::debit, amount), far_line(instruction, Side::credit));
            break;
        case payment::Purpose::payout:
            book_paid_out(instruction);
            break;
    }
}

/// What the channel took for a payout, by the word that first tells that it paid: our cost,
/// whatever the payout's own fee is, and not given back when the payout comes back.
void Kernel::book_channel_cost(const payment::Instruction& instruction, Money fee) {
    if (fee.minor() > 0) {
        const std::string owner = channel_owner(instruction);
        post(
            system_line(kChannelCost, owner, Side::debit, fee),
            system_line(kChannelFloat, owner, Side::credit, fee)
        );
    }
}

/// What had gone out is here again: the subject says so, and a refund owes it once more.
void Kernel::come_back(const payment::Instruction& instruction) {
    if (instruction.purpose == payment::Purpose::refund) {
        post(far_line(instruction, Side::debit), owed_line(Side::credit, instruction.amount));
    } else {
        return_payout(instruction);
    }
    if (has_ended_) {
        LateMoney(*this).come_back(instruction);
    } else {
        tell(payment::SubjectEvent::come_back);
        LateMoney(*this).fill_free_place();
    }
}

Result<void> Kernel::covered() const {
    Money collected{0, picture_.subject.amount.currency()};
    for (const auto& instruction : picture_.instructions) {
        if (instruction.purpose != payment::Purpose::collect) {
            continue;
        }
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

Result<Value> Kernel::settle() {
    SLUICE_TRY(may_begin("settle"));
    if (settled_) {
        return fail(ErrorCode::script, picture_.subject.name() + " is booked already");
    }
    SLUICE_TRY(covered());
    const std::uint32_t ordinal = ++ordinal_;
    const auto refused = refusal_at(ordinal);
    Value answer;
    answer.set("ok", !refused.has_value());
    if (refused) {
        order_over_ = true;
        answer.set("code", refused->text_or_empty("code"));
        answer.set("message", refused->text_or_empty("message"));
        return answer;
    }
    const Money amount = picture_.subject.amount;
    const payment::BookedAccount& credit = picture_.order.credit;
    PostLine gets = merchant_line(Side::credit, amount);
    if (!credit.id.is_nil()) {
        answer = try_account({0, AccountStep::Kind::give, {}, credit.id, amount});
        gets = {credit.gl, {}, credit.id, Side::credit, amount};
    }
    if (*answer.find("ok")->as_bool()) {
        post(order_line(Side::debit, amount), std::move(gets));
        settled_ = true;
        step_.settles_at = ordinal;
    }
    return answer;
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
    post(order_line(Side::debit, amount), owed_line(Side::credit, amount));
    return {};
}

}  // namespace sluice::flow
