#include "flow/peoples_word.hpp"

#include <utility>

#include "core/json_record.hpp"
#include "flow/refund_way.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionEvent;
using payment::InstructionStatus;
using payment::LegKind;
using payment::OutcomeKind;
using payment::Task;
using payment::TaskStatus;

constexpr std::string_view kByHand = "resolved_by_hand";
constexpr std::string_view kGivenOutside = "given_outside";

std::string status_of(const payment::Instruction* instruction) {
    return instruction == nullptr ? "not of this run"
                                  : std::string(payment::to_string(instruction->status));
}

bool is_conflicted(const payment::Instruction& instruction) {
    return instruction.status == InstructionStatus::conflicted;
}

std::string_view how_of(const Task& task) { return task.values.text_or_empty(payment::kHow); }

std::unexpected<Error> says_otherwise(const Task& task, std::string_view wanted) {
    return fail(
        ErrorCode::script,
        task.id.to_string() + " says '" + std::string(how_of(task)) + "', wanted " +
            std::string(wanted)
    );
}

/// What people found out about an instruction.
struct Finding {
    TaskId task;
    InstructionId instruction;
    OutcomeKind outcome;
};

void append_json(std::string& out, const Finding& finding) {
    JsonRecord record(out);
    record.add("type", "resolve");
    record.add("task", finding.task);
    record.add("instruction", finding.instruction);
    record.add("outcome", payment::to_string(finding.outcome));
    record.end();
}

}  // namespace

/// An instruction that was sent and of which nobody knows, or that is in conflict.
Result<void> PeoplesWord::prepare_resolve(Task& task) const {
    const payment::Instruction* about = kernel_.find(task.about);
    const auto talk = kernel_.talks_.find(task.about);
    const bool was_sent = about != nullptr && about->kind == LegKind::external &&
                          talk != kernel_.talks_.end() && talk->second.sent;
    const bool is_in_doubt =
        was_sent && (!payment::is_final(about->status) || is_conflicted(*about));
    if (!is_in_doubt || !task.form.empty()) {
        return fail(
            ErrorCode::script,
            "a task of kind resolve is about an instruction that was sent and is not resolved, "
            "and its form is given; this one is about one that is " +
                status_of(about)
        );
    }
    if (!is_conflicted(*about)) {
        SLUICE_TRY(check_close(*about));
    }
    task.form = payment::resolve_form();
    task.amount = about->amount;
    return {};
}

/// What a close may give back in this very moment nobody can have looked at.
Result<void> PeoplesWord::check_close(const payment::Instruction& about) const {
    if (!kernel_.talk(about.id).terms.charged_at_once ||
        !kernel_.is_asked(about.id, payment::Operation::close)) {
        return {};
    }
    return fail(
        ErrorCode::script,
        about.id.to_string() +
            " is charged at once and still waits for the answer to a close: people can tell what "
            "became of it only after that"
    );
}

/// Something that the run owes and can give back.
Result<void> PeoplesWord::prepare_give_back(Task& task) const {
    const auto source = kernel_.source_of(task.about);
    if (!source || !task.form.empty() || !task.amount) {
        return fail(
            ErrorCode::script,
            "a task of kind give_back is about collected money that goes back, with the amount of "
            "it, and its form is given"
        );
    }
    SLUICE_TRY(kernel_.may_give_back(*task.amount));
    task.form = payment::give_back_form(source->kind);
    return {};
}

Result<TaskId> PeoplesWord::ask(Task task) {
    SLUICE_TRY(kernel_.may("ask people"));
    if (task.kind == payment::kResolveTask) {
        SLUICE_TRY(prepare_resolve(task));
    } else if (task.kind == payment::kGiveBackTask) {
        SLUICE_TRY(prepare_give_back(task));
    } else if (!task.about.is_nil() && kernel_.find(task.about) == nullptr) {
        return fail(ErrorCode::script, task.about.to_string() + " is not of this run");
    }
    const TaskId id(
        kernel_.picture_.subject.id.raw().derive(kernel_.activation_.seq, ++kernel_.ordinal_)
    );
    task.id = id;
    SLUICE_TRY(kernel_.board_.open(std::move(task)));
    kernel_.tell_tasks();
    return id;
}

/// People's word is read and booked as a channel's is; what it claims is our own record.
Result<void> PeoplesWord::resolve(TaskId id) {
    SLUICE_TRY(kernel_.may("resolve"));
    const Task* task = kernel_.board_.find(id);
    const bool is_said = task != nullptr && task->kind == payment::kResolveTask &&
                         task->status == TaskStatus::approved;
    if (!is_said) {
        return fail(
            ErrorCode::script,
            id.to_string() + " is no approved task of kind resolve of " +
                kernel_.picture_.subject.name()
        );
    }
    payment::Instruction* instruction = kernel_.find_mutable(task->about);
    if (instruction != nullptr && is_conflicted(*instruction)) {
        settle_conflict(*instruction, *task);
        return {};
    }
    if (instruction == nullptr || payment::is_final(instruction->status)) {
        return fail(
            ErrorCode::script,
            task->about.to_string() + " is " + status_of(instruction) +
                ", people resolve only what nobody knows, and once"
        );
    }
    SLUICE_TRY(check_close(*instruction));
    const bool moved = task->values.text_or_empty("outcome") == "succeeded";
    Fact word;
    word.kind = Fact::Kind::outcome;
    word.instruction = instruction->id;
    word.operation = payment::asking(instruction->purpose);
    word.source = payment::Source::person;
    word.outcome.kind = moved ? OutcomeKind::succeeded : OutcomeKind::refused;
    word.outcome.code = kByHand;
    word.outcome.message = "people resolved it: task " + id.to_string();
    word.outcome.number = instruction->id.raw().to_string();
    word.outcome.merchant = instruction->merchant;
    word.outcome.amount = instruction->amount;
    word.outcome.channel_reference = task->values.text_or_empty("channel_reference");
    append_json(kernel_.next_effect(), Finding{id, instruction->id, word.outcome.kind});
    kernel_.learn(word, *instruction);
    return {};
}

/// The channel contradicted our record, so that no word of its own ends this: what people found out
/// does. What it says once more of the same is evidence.
void PeoplesWord::settle_conflict(payment::Instruction& instruction, const Task& task) {
    const bool moved = task.values.text_or_empty("outcome") == "succeeded";
    append_json(
        kernel_.next_effect(),
        Finding{task.id, instruction.id, moved ? OutcomeKind::succeeded : OutcomeKind::refused}
    );
    instruction.outcome_code = kByHand;
    instruction.outcome_message = "people resolved it: task " + task.id.to_string();
    if (const auto reference = task.values.text_or_empty("channel_reference"); !reference.empty()) {
        instruction.channel_reference = reference;
    }
    kernel_.move(
        instruction, moved ? InstructionEvent::found_moved : InstructionEvent::found_unmoved
    );
    if (moved) {
        kernel_.book(instruction);
    }
    kernel_.close_cases(kernel_.conflicts_, instruction.id);
}

/// The approved task by which so much of the source may go back now.
Result<const Task*> PeoplesWord::decided(TaskId id, InstructionId source, Money amount) const {
    const Task* task = kernel_.board_.find(id);
    const bool is_said = task != nullptr && task->kind == payment::kGiveBackTask &&
                         task->status == TaskStatus::approved && task->about == source &&
                         task->amount == amount;
    if (!is_said) {
        return fail(
            ErrorCode::script,
            id.to_string() + " is no approved task of kind give_back about " + amount.describe() +
                " of " + source.to_string()
        );
    }
    return task;
}

Result<AccountId> PeoplesWord::account_for(const RefundRequest& wish) const {
    SLUICE_ASSIGN(const Task* task, decided(wish.task, wish.source, wish.amount));
    if (how_of(*task) != payment::kToBalance) {
        return says_otherwise(*task, payment::kToBalance);
    }
    return AccountId::parse(task->values.text_or_empty(payment::kNamedAccount));
}

Result<NamedPayee> PeoplesWord::payee_for(const PayBackRequest& wish) const {
    if (wish.task.is_nil()) {
        const auto* refund = std::get_if<payment::Refund>(&kernel_.picture_.details);
        if (refund == nullptr || refund->payee.is_null()) {
            return fail(
                ErrorCode::script,
                kernel_.picture_.subject.name() + " names no payee, nothing can be paid out"
            );
        }
        return NamedPayee{refund->payout_method, refund->payee};
    }
    SLUICE_ASSIGN(const Task* task, decided(wish.task, wish.source, wish.amount));
    const Value* named = task->values.find(payment::kNamedPayee);
    if (how_of(*task) != payment::kToPayee || named == nullptr) {
        return says_otherwise(*task, payment::kToPayee);
    }
    // Whose vote decided: those who agree named the same.
    return NamedPayee{
        std::string(named->text_or_empty("method")),
        to_value(payment::PayeeName{task->id, task->votes.back().actor})
    };
}

Result<Value> PeoplesWord::given_outside(const RefundRequest& wish) {
    SLUICE_TRY(kernel_.may_give_back(wish.amount));
    SLUICE_ASSIGN(const payment::RefundSource source, kernel_.source_of(wish.source));
    SLUICE_ASSIGN(const Task* task, decided(wish.task, wish.source, wish.amount));
    const bool at_channel = how_of(*task) == payment::kAtChannel;
    if (!at_channel && how_of(*task) != payment::kByBank) {
        return says_otherwise(*task, "at_channel or by_bank");
    }
    if (auto refused = kernel_.claim(
            {0, RefundClaim::Kind::claim, source.payment, source.instruction, wish.amount}
        )) {
        return *std::move(refused);
    }
    payment::Instruction given;
    given.id = InstructionId(
        kernel_.picture_.subject.id.raw().derive(kernel_.activation_.seq, ++kernel_.ordinal_)
    );
    given.purpose = payment::Purpose::refund;
    given.kind = LegKind::external;
    given.channel = at_channel ? source.channel : std::string(kOwnBank);
    given.channel_account = at_channel ? source.channel_account : std::string();
    given.amount = wish.amount;
    given.original = original_of(source);
    given.outcome_code = kGivenOutside;
    given.outcome_message = "people gave it back: task " + task->id.to_string();
    given.created_at = kernel_.activation_.now;
    payment::Instruction& added = kernel_.add_instruction(std::move(given));
    kernel_.move(added, InstructionEvent::confirmed);
    kernel_.book(added);
    return on_its_way(added.id);
}

}  // namespace sluice::flow
