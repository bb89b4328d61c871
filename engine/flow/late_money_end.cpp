#include "flow/late_money_end.hpp"

#include <algorithm>
#include <utility>

#include "flow/late_money.hpp"
#include "flow/refund_way.hpp"
#include "flow/task_wish.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionEvent;
using payment::InstructionStatus;
using payment::Purpose;
using payment::SubjectEvent;
using payment::Task;

constexpr std::string_view kApproval = "case_approval";
constexpr std::string_view kPaidAgain = "paid_again";

/// When the policy cannot be asked: nobody may decide alone then.
Task asked_without_policy() {
    Task task;
    task.role = "finance";
    task.needed = 2;
    return task;
}

/// The same question, with as much time for it as the one before had.
Task asked_anew(const Task& before, Time now) {
    Task again = before;
    again.status = payment::TaskStatus::open;
    again.opened_at = now;
    for (std::optional<Time>* moment : {&again.due_at, &again.escalates_at}) {
        if (*moment) {
            **moment += now - before.opened_at;
        }
    }
    again.escalated = false;
    again.decided_at = {};
    again.values = {};
    again.votes.clear();
    return again;
}

bool is_unpaid(InstructionStatus status) {
    return status == InstructionStatus::refused || status == InstructionStatus::closed;
}

}  // namespace

bool went_twice(const payment::Instruction& instruction) {
    const std::string& code = instruction.outcome_code;
    return code == kWentTwice || code == kWentAndCame || code == kWentAndSettled;
}

std::vector<std::string_view> LateMoneyEnd::choices_of(
    std::string_view kind, const payment::Instruction& about
) const {
    if (kind == kConflictCase) {
        const bool may_follow =
            is_unpaid(about.status)
                ? !went_twice(about)
                : about.status == InstructionStatus::succeeded && about.purpose != Purpose::collect;
        return may_follow ? std::vector{payment::kOurRecordIsRight, payment::kChannelIsRight}
                          : std::vector{payment::kOurRecordIsRight};
    }
    if (kind == kRefundReturnedCase) {
        // What an account gave is on it again: it is for a refund of its own.
        return conversion_in(kernel_.picture_) == nullptr
                   ? std::vector{payment::kLeftWithMerchant, payment::kPaidAgainByBank}
                   : std::vector{payment::kLeftWithMerchant};
    }
    if (about.outcome_code != kWentTwice) {
        return {payment::kLeftWithMerchant};  // done within the refund that had failed
    }
    return {
        payment::kRecoveredAtChannel,
        payment::kRecoveredByBank,
        payment::kWrittenOff,
        payment::kLeftWithMerchant
    };
}

void LateMoneyEnd::ask(std::string_view kind, InstructionId about, CaseId closes) {
    const payment::Instruction& instruction = *kernel_.find(about);
    Value facts;
    facts.set("kind", kind);
    facts.set("amount", instruction.amount);
    facts.set("merchant_id", kernel_.picture_.subject.merchant_id);
    Task task = asked_without_policy();
    task.opened_at = kernel_.activation_.now;
    if (const auto answer = kernel_.decide(kApproval, facts)) {
        task.role = answer->text_or_empty("role");
        task.needed = static_cast<int>(std::max<std::int64_t>(1, answer->int_or("needed", 1)));
        (void)read_task_times(*answer, task);  // policies are held to times that make sense
    }
    task.id =
        TaskId(kernel_.picture_.subject.id.raw().derive(kernel_.activation_.seq, ++kernel_.ordinal_)
        );
    task.kind = payment::kSettleTask;
    task.title = {"Decide how this money ends", "处理异常资金"};
    task.form = payment::settle_form(choices_of(kind, instruction));
    task.about = about;
    task.ends = closes;
    task.amount = instruction.amount;
    // More than a run may ask at once: the case stays, and tells.
    (void)kernel_.board_.open(std::move(task));
    kernel_.tell_tasks();
}

void LateMoneyEnd::take(const Task& task) {
    payment::Instruction* about = kernel_.find_mutable(task.about);
    if (task.status == payment::TaskStatus::cancelled || about == nullptr) {
        return;
    }
    if (task.status == payment::TaskStatus::approved && book(task, *about)) {
        kernel_.step_.closed_cases.push_back(task.ends);
        return;
    }
    // Somebody said no, nobody said anything in time, or what they said cannot be booked any more:
    // another word is needed.
    Task again = asked_anew(task, kernel_.activation_.now);
    again.id =
        TaskId(kernel_.picture_.subject.id.raw().derive(kernel_.activation_.seq, ++kernel_.ordinal_)
        );
    (void)kernel_.board_.open(std::move(again));
    kernel_.tell_tasks();
}

/// False: it cannot be, and nothing is booked.
bool LateMoneyEnd::book(const Task& task, payment::Instruction& about) {
    const std::string_view how = task.values.text_or_empty(payment::kHow);
    if (how == payment::kChannelIsRight) {
        believe_channel(about);
    } else if (how == payment::kPaidAgainByBank) {
        return pay_again(task, about);
    } else if (about.outcome_code == kWentTwice && how != payment::kOurRecordIsRight) {
        end_recoverable(how, about);
    }
    return true;
}

/// What was owed to us (1202) is here, is lost, or is owed to us by the merchant (1201): what waits
/// for his settlement may be less, and what is taken there must never be more.
void LateMoneyEnd::end_recoverable(std::string_view how, payment::Instruction& about) {
    if (how == payment::kRecoveredAtChannel) {
        about.outcome_code = kWentAndCame;
        kernel_.touch(about.id);
        LateMoney(kernel_).move_recoverable(about, Side::credit);
        return;
    }
    const std::string& merchant = kernel_.picture_.subject.merchant_id;
    PostLine bears = system_line("1201", merchant, Side::debit, about.amount);
    if (how == payment::kRecoveredByBank) {
        bears = system_line("1001", kOwnBank, Side::debit, about.amount);
    } else if (how == payment::kWrittenOff) {
        bears = system_line("5901", merchant, Side::debit, about.amount);
    }
    about.outcome_code = kWentAndSettled;
    kernel_.touch(about.id);
    kernel_.post(std::move(bears), system_line("1202", merchant, Side::credit, about.amount));
}

/// A refund that came back was given to the payer again, from a bank account of ours: it is that
/// refund, within the same caps. False: others have used up the room meanwhile.
bool LateMoneyEnd::pay_again(const Task& task, const payment::Instruction& from) {
    LateMoney late(kernel_);
    if (!late.takes_room(from)) {
        return false;
    }
    const Money amount = from.amount;
    kernel_.post(kernel_.giver_line(Side::debit, amount), kernel_.owed_line(Side::credit, amount));
    payment::Instruction given;
    given.id = InstructionId(
        kernel_.picture_.subject.id.raw().derive(kernel_.activation_.seq, ++kernel_.ordinal_)
    );
    given.purpose = Purpose::refund;
    given.channel = kOwnBank;
    given.amount = amount;
    given.original = from.original;
    given.outcome_code = kPaidAgain;
    given.outcome_message = "people paid it again: task " + task.id.to_string();
    given.created_at = kernel_.activation_.now;
    payment::Instruction& added = kernel_.add_instruction(std::move(given));
    kernel_.move(added, InstructionEvent::confirmed);
    kernel_.book(added);
    if (kernel_.given_back(Kernel::Counted::gone_back) == kernel_.picture_.subject.amount) {
        kernel_.tell(SubjectEvent::succeed);
        kernel_.step_.told.push_back(kernel_.picture_.subject.status);
    }
    return true;
}

/// The channel was right all the time: what it said happens now, to the amount of our record.
void LateMoneyEnd::believe_channel(payment::Instruction& about) {
    if (is_unpaid(about.status)) {
        (void)LateMoney(kernel_).take(InstructionEvent::confirmed, about, {});
    } else if (kernel_.move(about, InstructionEvent::came_back)) {
        kernel_.come_back(about);
    }
}

void LateMoneyEnd::come_back_by_itself(payment::Instruction& instruction) {
    instruction.outcome_code = kWentAndCame;
    kernel_.touch(instruction.id);
    LateMoney(kernel_).move_recoverable(instruction, Side::credit);
    need_no_word(instruction.id);
}

void LateMoneyEnd::need_no_word(InstructionId about) {
    const auto cases =
        kernel_.board_.cancel_about(about, payment::kSettleTask, kernel_.activation_.now);
    kernel_.step_.closed_cases.insert(kernel_.step_.closed_cases.end(), cases.begin(), cases.end());
    kernel_.tell_tasks();
}

}  // namespace sluice::flow
