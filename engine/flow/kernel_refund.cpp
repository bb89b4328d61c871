// How collected money goes back. What is owed stands on 2202, the order's refunds payable, until it
// leaves by exactly one way; what may go back of each collected instruction is a claim on it that
// the database holds against all others.
#include <algorithm>
#include <utility>

#include "flow/kernel.hpp"
#include "flow/late_money.hpp"
#include "flow/peoples_word.hpp"
#include "flow/refund_way.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionEvent;
using payment::InstructionStatus;
using payment::LegKind;
using payment::Purpose;
using payment::RefundSource;
using payment::Service;
using payment::SubjectStatus;

}  // namespace

bool Kernel::is_surplus() const {
    const auto* refund = std::get_if<payment::Refund>(&picture_.details);
    return refund != nullptr && refund->is_surplus;
}

/// A refund begins by owing what it gives back; its order counts it from the same commit on. One
/// that is converted owes what the account with the money gives, see take_from_account().
void Kernel::accept_refund() {
    if (conversion_in(picture_) != nullptr) {
        return;
    }
    const Money amount = picture_.subject.amount;
    post(giver_line(Side::debit, amount), owed_line(Side::credit, amount));
    step_.order_refund.minor += is_surplus() ? 0 : amount.minor();
}

/// What stands on 2202 for this run until it has gone back.
Money Kernel::owed() const {
    const Money amount = picture_.subject.amount;
    if (picture_.subject.service == Service::refund) {
        return conversion_in(picture_) != nullptr && !taken_ ? Money{0, amount.currency()} : amount;
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
        if (instruction.purpose != Purpose::collect && counts && is_meant) {
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

Result<void> Kernel::may_give_back(Money amount) const {
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
    SLUICE_ASSIGN(const Money more, given_back(Counted::going_back).plus(amount));
    SLUICE_ASSIGN(const Money over, more.minus(owed_now));
    if (amount.minor() < 1 || over.minor() > 0) {
        return fail(
            ErrorCode::script,
            picture_.subject.name() + " would give back " + more.describe() + " with this " +
                amount.describe() + ", it owes " + owed_now.describe()
        );
    }
    return {};
}

void Kernel::push_claim(const RefundClaim& claim) {
    append_json(next_effect(), claim);
    step_.claims.push_back(claim);
    if (payment::Instruction* own = find_mutable(claim.instruction)) {
        const bool yields = claim.kind == RefundClaim::Kind::yield;
        own->refunded_minor += yields ? -claim.amount.minor() : claim.amount.minor();
    }
}

/// Counts the amount towards what may go back of its source; a reason when there is no room. Room
/// that was reserved is yielded and claimed in one.
std::optional<Value> Kernel::claim(RefundClaim wanted) {
    const auto room = reserved_.find(wanted.instruction);
    const bool has_room =
        room != reserved_.end() && room->second.amount.minor() >= wanted.amount.minor();
    const std::uint32_t yields_at = has_room ? ++ordinal_ : 0;
    wanted.ordinal = ++ordinal_;
    if (auto refused = refusal_at(wanted.ordinal)) {
        const std::string message(refused->text_or_empty("message"));
        return not_possible(refused->text_or_empty("code"), message);
    }
    if (has_room) {
        Money& kept = room->second.amount;
        kept = Money{kept.minor() - wanted.amount.minor(), kept.currency()};
        push_claim(
            {yields_at, RefundClaim::Kind::yield, wanted.run, wanted.instruction, wanted.amount}
        );
    }
    push_claim(wanted);
    return std::nullopt;
}

Result<Value> Kernel::reserve(const RefundRequest& request) {
    SLUICE_TRY(may_give_back(request.amount));
    SLUICE_ASSIGN(const RefundSource source, source_of(request.source));
    if (reserved_.contains(source.instruction)) {
        return fail(ErrorCode::script, source.instruction.to_string() + " has its room already");
    }
    const RefundClaim wanted{
        0, RefundClaim::Kind::claim, source.payment, source.instruction, request.amount
    };
    if (auto refused = claim(wanted)) {
        return *std::move(refused);
    }
    reserved_.emplace(source.instruction, wanted);
    Value answer;
    answer.set("ok", true);
    return answer;
}

/// What did not go back may be asked for again, by this refund alone when it had reserved it. A
/// refund that the channel took counts among those that it takes of one payment, whatever became
/// of it.
void Kernel::yield_claim(const payment::Instruction& instruction) {
    RefundClaim claim{
        ++ordinal_,
        RefundClaim::Kind::yield,
        instruction.original.claimed_run,
        instruction.original.claimed,
        instruction.amount
    };
    const auto talk = talks_.find(instruction.id);
    const bool is_part = instruction.purpose == Purpose::refund && talk != talks_.end();
    claim.parts = is_part && !talk->second.is_counted ? 1 : 0;
    push_claim(claim);
    if (const auto room = reserved_.find(claim.instruction); room != reserved_.end()) {
        Money& kept = room->second.amount;
        kept = Money{kept.minor() + claim.amount.minor(), kept.currency()};
        push_claim(
            {++ordinal_, RefundClaim::Kind::claim, claim.run, claim.instruction, claim.amount}
        );
    }
}

/// Of something that was to go back or out and surely did not: what a refund owes it owes as
/// before.
void Kernel::did_not_go(const payment::Instruction& instruction) {
    if (!instruction.original.id.is_nil()) {
        if (instruction.purpose == Purpose::payout) {
            book_not_paid_out(instruction);
        }
        yield_claim(instruction);
    }
    LateMoney(*this).fill_free_place();
}

Result<Value> Kernel::refund(const RefundRequest& request) {
    SLUICE_TRY(may_give_back(request.amount));
    SLUICE_ASSIGN(const RefundSource source, source_of(request.source));
    if (!request.task.is_nil()) {
        RefundRequest named = request;
        SLUICE_ASSIGN(named.account, PeoplesWord(*this).account_for(request));
        return refund_to_account(source, named, std::string(payment::kToBalance));
    }
    const bool to_channel = source.kind == LegKind::external && request.account.is_nil();
    if (to_channel) {
        return refund_at_channel(source, request);
    }
    std::string channel = source.channel;
    if (!request.account.is_nil()) {
        SLUICE_ASSIGN(channel, channel_of_named(picture_, request.account));
    }
    return refund_to_account(source, request, std::move(channel));
}

Result<Value> Kernel::refund_at_channel(const RefundSource& source, const RefundRequest& request) {
    SLUICE_ASSIGN(auto terms, terms_of({source.channel, source.channel_account}));
    if (!terms) {
        return no_channel(source);
    }
    if (auto closed = closed_way(source, *terms, activation_.now)) {
        return *std::move(closed);
    }
    const int parts_max = terms->refund_parts_max;
    if (auto refused = claim(
            {0,
             RefundClaim::Kind::claim,
             source.payment,
             source.instruction,
             request.amount,
             1,
             parts_max}
        )) {
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
    instruction.original = original_of(source);
    instruction.merchant = terms->merchant;
    instruction.created_at = activation_.now;
    talks_[instruction.id].terms = *std::move(terms);
    return on_its_way(add_instruction(std::move(instruction)).id);
}

/// Its own account, or one that is named instead: it has the money with the commit.
Value Kernel::refund_to_account(
    const RefundSource& source, const RefundRequest& request, std::string channel
) {
    if (auto refused =
            claim({0, RefundClaim::Kind::claim, source.payment, source.instruction, request.amount}
            )) {
        return *std::move(refused);
    }
    payment::Instruction wish;
    wish.id = InstructionId(picture_.subject.id.raw().derive(activation_.seq, ++ordinal_));
    wish.purpose = Purpose::refund;
    wish.kind = LegKind::internal;
    wish.channel = std::move(channel);
    wish.account = request.account.is_nil() ? source.account : request.account;
    wish.amount = request.amount;
    wish.original = original_of(source);
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

/// Room that was kept and not used is free. A refund that failed leaves the merchant what it was
/// owed, and a converted one the account what it gave; what no order took stays owed to the payer.
void Kernel::end_refund(payment::SubjectEvent event) {
    for (const auto& [source, kept] : reserved_) {
        if (kept.amount.minor() > 0) {
            push_claim(
                {++ordinal_, RefundClaim::Kind::yield, kept.run, kept.instruction, kept.amount}
            );
        }
    }
    reserved_.clear();
    if (event != payment::SubjectEvent::fail) {
        return;
    }
    if (const payment::Refund* converted = conversion_in(picture_)) {
        give_back_to_account(*converted, picture_.subject.amount);
        return;
    }
    const Money amount = picture_.subject.amount;
    post(owed_line(Side::debit, amount), giver_line(Side::credit, amount));
    step_.order_refund.minor -= is_surplus() ? 0 : amount.minor();
}

}  // namespace sluice::flow
