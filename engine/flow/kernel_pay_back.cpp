// The ways of a refund that lead past the path by which the money came: it is paid out to the payee
// that the refund names, or taken again from the account that an earlier refund gave it to.
#include <utility>

#include "flow/kernel.hpp"
#include "flow/peoples_word.hpp"
#include "flow/refund_way.hpp"

namespace sluice::flow {
namespace {

using payment::LegKind;
using payment::Purpose;

PostLine in_process_line(const payment::Subject& subject, Side side, Money amount) {
    return {"2203", subject.merchant_id, {}, side, amount};
}

PostLine from_line(const payment::Refund& conversion, Side side, Money amount) {
    return {conversion.from.gl, {}, conversion.from.id, side, amount};
}

}  // namespace

Result<Value> Kernel::pay_back(const PayBackRequest& request) {
    SLUICE_TRY(may_give_back(request.amount));
    SLUICE_ASSIGN(NamedPayee named, PeoplesWord(*this).payee_for(request));
    SLUICE_ASSIGN(const payment::RefundSource source, source_of(request.source));
    SLUICE_ASSIGN(auto terms, terms_of({request.channel, request.channel_account}));
    if (!terms || !terms->pays_out) {
        return not_possible(
            "no_channel", request.channel + "/" + request.channel_account + " pays nothing out"
        );
    }
    if (auto refused =
            claim({0, RefundClaim::Kind::claim, source.payment, source.instruction, request.amount}
            )) {
        return *std::move(refused);
    }
    payment::Instruction instruction;
    instruction.id = InstructionId(picture_.subject.id.raw().derive(activation_.seq, ++ordinal_));
    instruction.purpose = Purpose::payout;
    instruction.kind = LegKind::external;
    instruction.channel = request.channel;
    instruction.channel_account = request.channel_account;
    instruction.scene = std::move(named.method);
    instruction.amount = request.amount;
    instruction.original = original_of(source);
    instruction.payee = std::move(named.payee);
    instruction.merchant = terms->merchant;
    instruction.created_at = activation_.now;
    talks_[instruction.id].terms = *std::move(terms);
    book_being_paid_out(request.amount);
    return on_its_way(add_instruction(std::move(instruction)).id);
}

/// What is owed leaves by a payout: it stands on 2203 until the channel has answered.
void Kernel::book_being_paid_out(Money amount) {
    post(owed_line(Side::debit, amount), in_process_line(picture_.subject, Side::credit, amount));
}

/// What a channel surely did not pay out of a refund is owed by it as before.
void Kernel::book_not_paid_out(const payment::Instruction& instruction) {
    post(
        in_process_line(picture_.subject, Side::debit, instruction.amount),
        owed_line(Side::credit, instruction.amount)
    );
}

/// The account gives what the refund will owe.
Value Kernel::take_converted(const payment::Refund& conversion) {
    const Money amount = picture_.subject.amount;
    Value answer = try_account({0, AccountStep::Kind::take, {}, conversion.from.id, amount});
    if (*answer.find("ok")->as_bool()) {
        taken_ = true;
        post(from_line(conversion, Side::debit, amount), owed_line(Side::credit, amount));
    }
    return answer;
}

void Kernel::give_back_to_account(const payment::Refund& conversion, Money amount) {
    if (!taken_) {
        return;
    }
    const AccountStep step{++ordinal_, AccountStep::Kind::restore, {}, conversion.from.id, amount};
    append_json(next_effect(), step);
    step_.account_steps.push_back(step);
    post(owed_line(Side::debit, amount), from_line(conversion, Side::credit, amount));
}

}  // namespace sluice::flow
