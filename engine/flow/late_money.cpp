#include "flow/late_money.hpp"

#include <algorithm>
#include <utility>

#include "flow/late_money_end.hpp"
#include "flow/refund_way.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionEvent;
using payment::InstructionStatus;
using payment::Purpose;
using payment::Service;
using payment::SubjectEvent;
using payment::SubjectStatus;

constexpr std::string_view kCompensationRecoverable = "1202";

}  // namespace

/// A case that people end.
void LateMoney::open(std::string_view kind, InstructionId about, std::string detail) {
    if (kernel_.open_case(kind, about, std::move(detail))) {
        LateMoneyEnd(kernel_).ask(kind, about, kernel_.step_.cases.back().id);
    }
}

bool LateMoney::take(InstructionEvent event, payment::Instruction& at, std::string conflict) {
    if (event == InstructionEvent::contradicted) {
        contest(at, std::move(conflict));
        return false;
    }
    const bool was_over =
        at.status == InstructionStatus::refused || at.status == InstructionStatus::closed;
    if (event == InstructionEvent::confirmed && was_over && !went_twice(at)) {
        at.purpose == Purpose::collect ? come_late(at) : go_late(at);
        return true;
    }
    if (event == InstructionEvent::came_back && at.outcome_code == kWentTwice) {
        LateMoneyEnd(kernel_).come_back_by_itself(at);
        return true;
    }
    if (event == InstructionEvent::came_back && at.outcome_code == kWentAndSettled) {
        contest(at, "it came back after people had said how it ended");
    }
    return false;
}

void LateMoney::doubt_undone(payment::Instruction& at) {
    constexpr std::string_view kWhy =
        "the channel says that it was paid, and a close gave it back or may have";
    if (kernel_.move(at, InstructionEvent::unclear)) {
        at.outcome_code = "may_be_given_back";
        at.outcome_message = kWhy;
    } else if (at.status == InstructionStatus::refused || at.status == InstructionStatus::closed) {
        contest(at, std::string(kWhy));
    }
}

/// A case for people, one for each instruction: what the channel says more of the same is evidence.
void LateMoney::contest(const payment::Instruction& at, std::string why) {
    auto& talk = kernel_.talks_[at.id];
    if (!talk.contested && at.status != InstructionStatus::conflicted) {
        talk.contested = true;
        open(kConflictCase, at.id, std::move(why));
    }
}

/// Money of an instruction that had surely ended without it. While the run lives its script goes on
/// as if nothing had come: that money is not the payment's.
void LateMoney::come_late(payment::Instruction& instruction) {
    const std::string was(payment::to_string(instruction.status));
    kernel_.move(instruction, InstructionEvent::came_late);
    const Money amount = instruction.amount;
    kernel_.post(
        Kernel::far_line(instruction, Side::debit), kernel_.surplus_line(Side::credit, amount)
    );
    (void)kernel_.open_case(
        kSurplusCase,
        instruction.id,
        "the channel reports a success of an instruction that was " + was
    );
    kernel_.step_.told.push_back(SubjectStatus::surplus);
    if (payment::is_final(kernel_.picture_.subject.status)) {
        kernel_.tell(SubjectEvent::exceed);
    }
}

/// Money that left although it was known not to: booked as the refund or payout it was, while
/// nothing else took its place; otherwise somebody has it twice.
void LateMoney::go_late(payment::Instruction& instruction) {
    if (!kernel_.has_ended_) {
        withdraw_unsent(instruction);
        if (!takes_its_place(instruction)) {
            go_twice(instruction);
        }
        return;
    }
    if (!goes_within_refund(instruction)) {
        go_twice(instruction);
        return;
    }
    kernel_.move(instruction, InstructionEvent::went_late);
    const Money amount = instruction.amount;
    kernel_.post(kernel_.giver_line(Side::debit, amount), kernel_.owed_line(Side::credit, amount));
    kernel_.book(instruction);
    if (kernel_.given_back(Kernel::Counted::gone_back) == kernel_.picture_.subject.amount) {
        kernel_.tell(SubjectEvent::turn_out);
        kernel_.step_.told.push_back(kernel_.picture_.subject.status);
    } else {
        open(kLateSuccessCase, instruction.id, "a part of a failed refund was done");
    }
}

/// What was to go instead and surely has not been sent need not go any more.
void LateMoney::withdraw_unsent(const payment::Instruction& instead_of) {
    for (auto& other : kernel_.picture_.instructions) {
        const bool is_instead =
            other.purpose != Purpose::collect && other.original.id == instead_of.original.id;
        if (is_instead && other.kind == payment::LegKind::external &&
            other.status == InstructionStatus::created && !kernel_.talks_[other.id].sent) {
            kernel_.move(other, InstructionEvent::not_sent);
        }
    }
}

/// Whether its run still owes what it moved, and has begun nothing else that moves it.
bool LateMoney::is_missing(const payment::Instruction& instruction) const {
    const auto& subject = kernel_.picture_.subject;
    if (subject.service == Service::payout) {
        return !payment::is_final(subject.status) &&
               std::ranges::none_of(kernel_.picture_.instructions, [](const auto& other) {
                   return payment::may_bring_money(other.status);
               });
    }
    const Money begun = kernel_.given_back(Kernel::Counted::going_back, instruction.original.id);
    return begun.minor() == 0 && kernel_.may_give_back(instruction.amount).has_value();
}

/// While the run lives it goes on as if this had succeeded at once. False: the place is taken, here
/// or by another refund of the same money.
bool LateMoney::takes_its_place(payment::Instruction& instruction) {
    if (kernel_.has_ended_ || !is_missing(instruction)) {
        return false;
    }
    if (!instruction.original.id.is_nil()) {
        const RefundClaim wanted{
            0,
            RefundClaim::Kind::claim,
            instruction.original.claimed_run,
            instruction.original.claimed,
            instruction.amount
        };
        if (kernel_.claim(wanted)) {
            return false;
        }
        if (instruction.purpose == Purpose::payout) {
            kernel_.book_being_paid_out(instruction.amount);
        }
        (void)kernel_.board_.cancel_about(
            instruction.original.claimed, payment::kGiveBackTask, kernel_.activation_.now
        );
        kernel_.tell_tasks();
    }
    kernel_.move(instruction, InstructionEvent::went_late);
    kernel_.book(instruction);
    instruction.outcome_code.clear();
    instruction.outcome_message = "it was known not to have been done, and was done";
    return true;
}

void LateMoney::fill_free_place() {
    for (auto& instruction : kernel_.picture_.instructions) {
        if (instruction.outcome_code == kWentTwice && takes_its_place(instruction)) {
            move_recoverable(instruction, Side::credit);
            LateMoneyEnd(kernel_).need_no_word(instruction.id);
        }
    }
}

/// Whether it is what its refund had failed to give, and there is room for it again.
bool LateMoney::goes_within_refund(const payment::Instruction& instruction) {
    const auto& subject = kernel_.picture_.subject;
    const bool failed = kernel_.has_ended_ && subject.service == Service::refund &&
                        subject.status == SubjectStatus::failed;
    const std::int64_t more =
        kernel_.given_back(Kernel::Counted::going_back).minor() + instruction.amount.minor();
    // What is paid out or was converted stands on other accounts: only the plain way goes on.
    const bool is_plain =
        instruction.purpose == Purpose::refund && conversion_in(kernel_.picture_) == nullptr;
    return failed && is_plain && more <= subject.amount.minor() && takes_room(instruction);
}

/// What the cap of its source and of its order gave back is taken again. False: others have it.
bool LateMoney::takes_room(const payment::Instruction& instruction) {
    const std::uint32_t of_source = ++kernel_.ordinal_;
    const std::uint32_t of_order = ++kernel_.ordinal_;
    if (kernel_.refusal_at(of_source) || kernel_.refusal_at(of_order)) {
        return false;
    }
    const RefundClaim claim{
        of_source,
        RefundClaim::Kind::claim,
        instruction.original.claimed_run,
        instruction.original.claimed,
        instruction.amount
    };
    append_json(kernel_.next_effect(), claim);
    kernel_.step_.claims.push_back(claim);
    if (!kernel_.is_surplus()) {
        kernel_.step_.order_refund.ordinal = of_order;
        kernel_.step_.order_refund.minor += instruction.amount.minor();
    }
    return true;
}

/// Who gave it: the merchant, the money that no order took, or the account of a conversion.
void LateMoney::come_back_to_giver(Money amount) {
    if (const payment::Refund* conversion = conversion_in(kernel_.picture_)) {
        kernel_.give_back_to_account(*conversion, amount);
        return;
    }
    kernel_.post(kernel_.owed_line(Side::debit, amount), kernel_.giver_line(Side::credit, amount));
    kernel_.step_.order_refund.minor -= kernel_.is_surplus() ? 0 : amount.minor();
}

void LateMoney::go_twice(payment::Instruction& instruction) {
    instruction.outcome_code = kWentTwice;
    instruction.outcome_message = "it was known not to have been done, and was done";
    kernel_.touch(instruction.id);
    move_recoverable(instruction, Side::debit);
    open(
        kLateSuccessCase,
        instruction.id,
        "the channel reports a success of an instruction that is " +
            std::string(payment::to_string(instruction.status))
    );
}

void LateMoney::come_back(const payment::Instruction& instruction) {
    const Money amount = instruction.amount;
    switch (kernel_.picture_.subject.service) {
        case Service::payment:
            // The payer is owed it, and no flow of this payment gives it back any more.
            kernel_.post(
                kernel_.owed_line(Side::debit, amount), kernel_.surplus_line(Side::credit, amount)
            );
            (void)kernel_.open_case(
                kSurplusCase, instruction.original.claimed, "what was given back came back"
            );
            kernel_.step_.told.push_back(SubjectStatus::surplus);
            return;
        case Service::refund:
            come_back_to_giver(amount);
            if (!kernel_.is_surplus()) {
                open(kRefundReturnedCase, instruction.id, "a refund came back");
            }
            break;
        case Service::payout:
        case Service::transfer:
            break;
    }
    kernel_.tell(SubjectEvent::come_back);
    // A part of a refund that had failed as a whole changes nothing of what the business was told.
    if (kernel_.picture_.subject.status == SubjectStatus::returned) {
        kernel_.step_.told.push_back(SubjectStatus::returned);
    }
}

/// Money that left against what was known: whom it was meant for owes it, until it comes back.
void LateMoney::move_recoverable(const payment::Instruction& instruction, Side side) {
    const bool leaves = side == Side::debit;
    const Side other = leaves ? Side::credit : Side::debit;
    PostLine owed{
        std::string(kCompensationRecoverable),
        kernel_.picture_.subject.merchant_id,
        {},
        side,
        instruction.amount
    };
    PostLine far = instruction.purpose == Purpose::payout ? Kernel::float_line(instruction, other)
                                                          : Kernel::far_line(instruction, other);
    if (leaves) {
        kernel_.post(std::move(owed), std::move(far));
    } else {
        kernel_.post(std::move(far), std::move(owed));
    }
}

}  // namespace sluice::flow
