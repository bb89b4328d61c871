// Money that leaves: payouts stand on 2203 from before the channel is asked until its definite
// answer; a transfer between two accounts of ours is one booking.
#include <algorithm>
#include <utility>

#include "flow/kernel.hpp"
#include "flow/refund_way.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionStatus;
using payment::LegKind;
using payment::Purpose;
using payment::Service;

constexpr std::string_view kPayoutInProcess = "2203";
constexpr std::string_view kServiceFee = "4002";

PostLine account_line(const payment::BookedAccount& account, Side side, Money amount) {
    return {account.gl, {}, account.id, side, amount};
}

/// Where a payout's money comes from: an account, or who bears what makes an order good. Two
/// merchants may call two parties by one name.
PostLine source_line(
    const payment::Payout& payout, const std::string& merchant, Side side, Money amount
) {
    PostLine line = account_line(payout.from, side, amount);
    if (payout.from.id.is_nil()) {
        line.owner = payout.liable_party.empty() ? merchant : merchant + "/" + payout.liable_party;
    }
    return line;
}

PostLine merchants_line(std::string_view gl, const std::string& merchant, Side side, Money amount) {
    return {std::string(gl), merchant, {}, side, amount};
}

}  // namespace

/// Counts what a payout takes; all of it or nothing.
Result<Value> Kernel::within_limits(const PayoutLimits& limits) {
    SLUICE_ASSIGN(auto claims, limit_claims(picture_, limits, activation_.now));
    for (LimitClaim& claim : claims) {
        claim.ordinal = ++ordinal_;
        if (const auto refused = refusal_at(claim.ordinal)) {
            return limit_refusal(claim, *refused);
        }
        append_json(next_effect(), claim);
    }
    step_.limits = std::move(claims);
    step_.subject_changed = true;
    Value answer;
    answer.set("ok", true);
    return answer;
}

Result<Value> Kernel::take_from_account(const std::optional<PayoutLimits>& limits) {
    SLUICE_TRY(may_begin("take from an account"));
    const auto& subject = picture_.subject;
    const auto* payout = std::get_if<payment::Payout>(&picture_.details);
    const auto* transfer = std::get_if<payment::Transfer>(&picture_.details);
    const payment::Refund* converted = conversion_in(picture_);
    if (converted != nullptr && !taken_) {
        return take_converted(*converted);
    }
    if (taken_ || (payout == nullptr && transfer == nullptr)) {
        return fail(
            ErrorCode::script,
            subject.name() + (taken_ ? " has taken its money already"
                                     : " is no payout, transfer or conversion, it takes nothing")
        );
    }
    const payment::BookedAccount& from = payout != nullptr ? payout->from : transfer->from;
    SLUICE_ASSIGN(
        const Money whole, subject.amount.plus(payout != nullptr ? payout->fee : transfer->fee)
    );
    const std::size_t steps_before = step_.account_steps.size();
    const std::size_t effects_before = step_.effects.mark();
    Value answer;
    answer.set("ok", true);
    if (!from.id.is_nil()) {
        answer = try_account({0, AccountStep::Kind::take, {}, from.id, whole});
    }
    if (transfer != nullptr && *answer.find("ok")->as_bool()) {
        answer = try_account({0, AccountStep::Kind::give, {}, transfer->to.id, subject.amount});
    }
    if (payout != nullptr && limits && *answer.find("ok")->as_bool()) {
        SLUICE_ASSIGN(answer, within_limits(*limits));
    }
    if (!*answer.find("ok")->as_bool()) {
        // A receiver or a limit that refuses leaves nothing taken.
        step_.account_steps.resize(steps_before);
        step_.effects.forget_since(effects_before);
        return answer;
    }
    taken_ = true;
    if (transfer != nullptr) {
        book_transfer(*transfer);
    } else {
        post(
            source_line(*payout, subject.merchant_id, Side::debit, whole),
            merchants_line(kPayoutInProcess, subject.merchant_id, Side::credit, whole)
        );
    }
    return answer;
}

void Kernel::book_transfer(const payment::Transfer& transfer) {
    const auto& subject = picture_.subject;
    post(
        account_line(transfer.from, Side::debit, subject.amount),
        account_line(transfer.to, Side::credit, subject.amount)
    );
    if (transfer.fee.minor() > 0) {
        post(
            account_line(transfer.from, Side::debit, transfer.fee),
            merchants_line(kServiceFee, subject.merchant_id, Side::credit, transfer.fee)
        );
    }
}

Result<std::optional<InstructionId>> Kernel::pay_out(const ChannelAddress& address) {
    SLUICE_TRY(may_begin("pay out"));
    const auto& subject = picture_.subject;
    const auto* payout = std::get_if<payment::Payout>(&picture_.details);
    if (payout == nullptr || !taken_) {
        return fail(
            ErrorCode::script,
            subject.name() + (payout == nullptr ? " is no payout"
                                                : " has not taken its money from the account yet")
        );
    }
    for (const auto& other : picture_.instructions) {
        if (payment::may_bring_money(other.status)) {
            return fail(
                ErrorCode::script,
                subject.name() + " still has instruction " + other.id.to_string() + " which is " +
                    std::string(payment::to_string(other.status)) +
                    "; another may follow only after it is known not to have paid"
            );
        }
    }
    SLUICE_ASSIGN(auto terms, terms_of(address));
    if (!terms || !terms->pays_out) {
        return std::optional<InstructionId>{};
    }
    payment::Instruction instruction;
    instruction.id = InstructionId(subject.id.raw().derive(activation_.seq, ++ordinal_));
    instruction.purpose = Purpose::payout;
    instruction.kind = LegKind::external;
    instruction.channel = address.channel;
    instruction.channel_account = address.account;
    instruction.scene = payout->method;
    instruction.amount = subject.amount;
    instruction.payee = payout->payee;
    instruction.merchant = terms->merchant;
    instruction.created_at = activation_.now;
    talks_[instruction.id].terms = *std::move(terms);
    return std::optional(add_instruction(std::move(instruction)).id);
}

void Kernel::book_paid_out(const payment::Instruction& instruction) {
    const std::string& merchant = picture_.subject.merchant_id;
    post(
        merchants_line(kPayoutInProcess, merchant, Side::debit, instruction.amount),
        float_line(instruction, Side::credit)
    );
}

Result<void> Kernel::may_end_payout(payment::SubjectEvent event) const {
    const bool succeeds = event == payment::SubjectEvent::succeed;
    const bool is_transfer = picture_.subject.service == Service::transfer;
    bool paid = is_transfer && taken_;
    for (const auto& instruction : picture_.instructions) {
        const bool is_done = instruction.status == InstructionStatus::succeeded;
        if (payment::may_bring_money(instruction.status) && !(is_done && succeeds)) {
            return fail(
                ErrorCode::script,
                picture_.subject.name() + " cannot " + std::string(payment::to_string(event)) +
                    " while " + instruction.id.to_string() + " is " +
                    std::string(payment::to_string(instruction.status))
            );
        }
        paid = paid || is_done;
    }
    if (succeeds != paid) {
        return fail(
            ErrorCode::script,
            picture_.subject.name() +
                (paid ? " moved its money, it cannot fail" : " moved no money, it cannot succeed")
        );
    }
    return {};
}

/// A payout that succeeded earns its fee; one that failed gives everything back.
void Kernel::end_payout(payment::SubjectEvent event) {
    const auto* payout = std::get_if<payment::Payout>(&picture_.details);
    if (payout == nullptr || !taken_) {
        return;
    }
    const std::string& merchant = picture_.subject.merchant_id;
    if (event == payment::SubjectEvent::succeed) {
        if (payout->fee.minor() > 0) {
            post(
                merchants_line(kPayoutInProcess, merchant, Side::debit, payout->fee),
                merchants_line(kServiceFee, merchant, Side::credit, payout->fee)
            );
        }
        return;
    }
    restore(*payout);
}

/// Amount and fee go back to where they were taken from, from 2203.
void Kernel::restore(const payment::Payout& payout) {
    const std::string& merchant = picture_.subject.merchant_id;
    const Money whole{
        picture_.subject.amount.minor() + payout.fee.minor(), picture_.subject.amount.currency()
    };
    if (!payout.from.id.is_nil()) {
        const AccountStep step{++ordinal_, AccountStep::Kind::restore, {}, payout.from.id, whole};
        append_json(next_effect(), step);
        step_.account_steps.push_back(step);
    }
    post(
        merchants_line(kPayoutInProcess, merchant, Side::debit, whole),
        source_line(payout, merchant, Side::credit, whole)
    );
}

/// It had succeeded and came back: the float is taken back. While the payout is under way that is
/// all, its end decides about what stands on 2203; after its success the fee is taken back too, and
/// the payout's source has everything again. A refund that was paid out owes it as before.
void Kernel::return_payout(const payment::Instruction& instruction) {
    const auto* payout = std::get_if<payment::Payout>(&picture_.details);
    const std::string& merchant = picture_.subject.merchant_id;
    post(
        float_line(instruction, Side::debit),
        merchants_line(kPayoutInProcess, merchant, Side::credit, instruction.amount)
    );
    if (payout == nullptr || picture_.subject.status != payment::SubjectStatus::succeeded) {
        return;
    }
    if (payout->fee.minor() > 0) {
        post(
            merchants_line(kServiceFee, merchant, Side::debit, payout->fee),
            merchants_line(kPayoutInProcess, merchant, Side::credit, payout->fee)
        );
    }
    restore(*payout);
}

}  // namespace sluice::flow
