// How collected money goes back. What is owed stands on 2202, the order's refunds payable, until it
// leaves by exactly one way; what may go back of each collected instruction is a claim on it that
// the database holds against all others.
#include <algorithm>
#include <utility>

#include "flow/kernel.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionEvent;
using payment::InstructionStatus;
using payment::LegKind;
using payment::Purpose;
using payment::RefundSource;
using payment::Service;
using payment::SubjectStatus;

Value not_possible(std::string_view code, std::string message) {
    Value answer;
    answer.set("ok", false);
    answer.set("code", code);
    answer.set("message", std::move(message));
    return answer;
}

RefundSource as_source(const payment::Instruction& collected, RunId run) {
    RefundSource source;
    source.instruction = collected.id;
    source.payment = run;
    source.kind = collected.kind;
    source.channel = collected.channel;
    source.channel_account = collected.channel_account;
    source.scene = collected.scene;
    source.account = collected.account;
    source.amount = collected.amount;
    source.refunded = Money{0, collected.amount.currency()};
    source.channel_reference = collected.channel_reference;
    source.collected_at = collected.created_at;
    return source;
}

}  // namespace

/// A refund begins by owing what it gives back; its order counts it from the same commit on.
void Kernel::accept_refund() {
    const Money amount = picture_.subject.amount;
    post(merchant_line(Side::debit, amount), owed_line(Side::credit, amount));
}

/// What stands on 2202 for this run until it has gone back.
Money Kernel::owed() const {
    if (picture_.subject.service == Service::refund) {
        return picture_.subject.amount;
    }
    std::int64_t minor = 0;
    for (const InstructionId id : owed_back_) {
        minor += find(id)->amount.minor();
    }
    return Money{minor, picture_.subject.amount.currency()};
}

/// Of one collected instruction, or of all. Amounts of one run: far from overflow.
Money Kernel::given_back(Counted counted, InstructionId source) const {
    std::int64_t minor = 0;
    for (const auto& instruction : picture_.instructions) {
        const bool is_done = instruction.status == InstructionStatus::succeeded;
        const bool counts =
            counted == Counted::gone_back ? is_done : payment::may_bring_money(instruction.status);
        const bool is_meant = source.is_nil() || instruction.original.id == source;
        if (instruction.purpose == Purpose::refund && counts && is_meant) {
            minor += instruction.amount.minor();
        }
    }
    return Money{minor, picture_.subject.amount.currency()};
}

/// Of a refund its sources, of a payment that unwinds what it collected and owes back.
Result<RefundSource> Kernel::source_of(InstructionId id) const {
    if (const auto* refund = std::get_if<payment::Refund>(&picture_.details)) {
        const auto found = std::ranges::find(refund->sources, id, &RefundSource::instruction);
        if (found != refund->sources.end()) {
            return *found;
        }
    } else if (owed_back_.contains(id)) {
        return as_source(*find(id), picture_.subject.id);
    }
    return fail(
        ErrorCode::script,
        id.to_string() + " is nothing that " + picture_.subject.name() + " can give back"
    );
}

Result<void> Kernel::may_give_back(const RefundRequest& request) const {
    const auto status = picture_.subject.status;
    const bool is_working = status == SubjectStatus::pending ||
                            status == SubjectStatus::compensating ||
                            status == SubjectStatus::returned;
    if (!is_working) {
        return fail(
            ErrorCode::script,
            picture_.subject.name() + " is " + std::string(to_string(status)) +
                ", it gives nothing back any more"
        );
    }
    const Money owed_now = owed();
    SLUICE_ASSIGN(const Money more, given_back(Counted::going_back).plus(request.amount));
    SLUICE_ASSIGN(const Money over, more.minus(owed_now));
    if (request.amount.minor() < 1 || over.minor() > 0) {
        return fail(
            ErrorCode::script,
            picture_.subject.name() + " would give back " + more.describe() + " with this " +
                request.amount.describe() + ", it owes " + owed_now.describe()
        );
    }
    return {};
}

/// Counts the amount towards what may go back of its source; a reason when there is no room.
std::optional<Value> Kernel::claim(const RefundSource& source, Money amount) {
    const std::uint32_t ordinal = ++ordinal_;
    if (auto refused = refusal_at(ordinal)) {
        const std::string message(refused->text_or_empty("message"));
        return not_possible(refused->text_or_empty("code"), message);
    }
    const RefundClaim claim{
        ordinal, RefundClaim::Kind::claim, source.payment, source.instruction, amount
    };
    note(to_value(claim));
    step_.claims.push_back(claim);
    return std::nullopt;
}

/// What did not go back may be asked for again.
void Kernel::yield_claim(const payment::Instruction& instruction) {
    const RefundClaim claim{
        ++ordinal_,
        RefundClaim::Kind::yield,
        instruction.original.run_id,
        instruction.original.id,
        instruction.amount
    };
    note(to_value(claim));
    step_.claims.push_back(claim);
}

Result<Value> Kernel::refund(const RefundRequest& request) {
    SLUICE_TRY(may_give_back(request));
    SLUICE_ASSIGN(const RefundSource source, source_of(request.source));
    const bool to_channel = source.kind == LegKind::external && request.account.is_nil();
    return to_channel ? refund_at_channel(source, request)
                      : Result<Value>(refund_to_account(source, request));
}

Result<Value> Kernel::refund_at_channel(const RefundSource& source, const RefundRequest& request) {
    SLUICE_ASSIGN(auto terms, terms_of({source.channel, source.channel_account}));
    if (!terms || !terms->refunds) {
        return not_possible(
            terms ? "no_refunds" : "no_channel",
            source.channel + "/" + source.channel_account +
                (terms ? " gives nothing back" : " is not there any more")
        );
    }
    const bool is_late = terms->refund_window.count() > 0 &&
                         activation_.now - source.collected_at > terms->refund_window;
    if (is_late) {
        return not_possible(
            "window_over", "the channel takes refunds only for a time, which is over"
        );
    }
    if (auto refused = claim(source, request.amount)) {
        return *std::move(refused);
    }
    payment::Instruction instruction;
    instruction.id = InstructionId(picture_.subject.id.raw().derive(activation_.seq, ++ordinal_));
    instruction.purpose = Purpose::refund;
    instruction.kind = LegKind::external;
    instruction.channel = source.channel;
    instruction.channel_account = source.channel_account;
    instruction.scene = source.scene;
    instruction.amount = request.amount;
    instruction.original = {
        source.instruction, source.payment, source.channel_reference, source.amount
    };
    instruction.merchant = terms->merchant;
    instruction.created_at = activation_.now;
    talks_[instruction.id].terms = *std::move(terms);
    Value answer;
    answer.set("ok", true);
    answer.set("instruction", add_instruction(std::move(instruction)).id.to_string());
    return answer;
}

/// Its own account, or the balance account that is named instead: it has the money with the commit.
Value Kernel::refund_to_account(const RefundSource& source, const RefundRequest& request) {
    if (auto refused = claim(source, request.amount)) {
        return *std::move(refused);
    }
    payment::Instruction wish;
    wish.id = InstructionId(picture_.subject.id.raw().derive(activation_.seq, ++ordinal_));
    wish.purpose = Purpose::refund;
    wish.kind = LegKind::internal;
    wish.channel = request.account.is_nil() ? source.channel : "balance";
    wish.account = request.account.is_nil() ? source.account : request.account;
    wish.amount = request.amount;
    wish.original = {source.instruction, source.payment, {}, source.amount};
    wish.created_at = activation_.now;
    payment::Instruction& instruction = add_instruction(std::move(wish));
    Value answer = account_step(AccountStep::Kind::give, instruction);
    const bool given = *answer.find("ok")->as_bool();
    move(instruction, given ? InstructionEvent::confirmed : InstructionEvent::declined);
    if (given) {
        book(instruction);
    }
    answer.set("instruction", instruction.id.to_string());
    return answer;
}

Result<void> Kernel::may_end_refund(payment::SubjectEvent event) const {
    const Money going = given_back(Counted::going_back);
    const Money gone = given_back(Counted::gone_back);
    const Money amount = picture_.subject.amount;
    const bool succeeds = event == payment::SubjectEvent::succeed;
    if (going != gone || gone != (succeeds ? amount : Money{0, amount.currency()})) {
        return fail(
            ErrorCode::script,
            picture_.subject.name() + " of " + amount.describe() + " cannot " +
                std::string(payment::to_string(event)) + " with " + gone.describe() +
                " given back and " + going.describe() + " given or on its way"
        );
    }
    return {};
}

/// A refund that failed leaves the merchant what it was owed.
void Kernel::end_refund(payment::SubjectEvent event) {
    if (event == payment::SubjectEvent::fail) {
        const Money amount = picture_.subject.amount;
        post(owed_line(Side::debit, amount), merchant_line(Side::credit, amount));
    }
}

}  // namespace sluice::flow
