// What a run asks people, and what it takes from them: votes count, and only an approved task about
// an instruction that is still in doubt says what became of its money.
#include <algorithm>
#include <utility>

#include "flow/kernel.hpp"

namespace sluice::flow {
namespace {

using payment::LegKind;
using payment::OutcomeKind;
using payment::Task;
using payment::TaskStatus;

constexpr std::string_view kByHand = "resolved_by_hand";

/// As the script hears of it.
Value event_of(const Task& task) {
    Value event;
    event.set("type", "task");
    event.set("task", task.id.to_string());
    event.set("verdict", payment::to_string(task.status));
    event.set("values", task.values.is_null() ? Value(ValueObject{}) : task.values);
    return event;
}

std::string status_of(const payment::Instruction* instruction) {
    return instruction == nullptr ? "not of this run"
                                  : std::string(payment::to_string(instruction->status));
}

}  // namespace

/// Gives on what the board had to tell: to the journal, the commit and the script.
void Kernel::tell_tasks() {
    for (TaskTurn& turn : board_.take_turns()) {
        note(to_value(turn));
        if (turn.kind == TaskTurn::Kind::decided) {
            events_.push_back(event_of(turn.task));
        }
        step_.task_turns.push_back(std::move(turn));
    }
}

void Kernel::take_vote(const Fact& fact) {
    if (fact.vote == nullptr) {
        return;
    }
    if (auto counted = board_.vote(*fact.vote, activation_.now); !counted) {
        step_.refused_votes.push_back({fact.vote, std::move(counted).error()});
    }
    tell_tasks();
}

Result<TaskId> Kernel::open_task(Task task) {
    SLUICE_TRY(may("ask people"));
    const payment::Instruction* about = find(task.about);
    if (!task.about.is_nil() && about == nullptr) {
        return fail(ErrorCode::script, task.about.to_string() + " is not of this run");
    }
    if (task.kind == payment::kResolveTask) {
        const auto talk = talks_.find(task.about);
        const bool is_in_doubt = about != nullptr && about->kind == LegKind::external &&
                                 !payment::is_final(about->status) && talk != talks_.end() &&
                                 talk->second.sent;
        if (!is_in_doubt || !task.form.empty()) {
            return fail(
                ErrorCode::script,
                "a task of kind resolve is about an instruction that was sent and is not resolved, "
                "and its form is given; this one is about one that is " +
                    status_of(about)
            );
        }
        task.form = payment::resolve_form();
        task.amount = about->amount;
    }
    const TaskId id(picture_.subject.id.raw().derive(activation_.seq, ++ordinal_));
    task.id = id;
    SLUICE_TRY(board_.open(std::move(task)));
    tell_tasks();
    return id;
}

/// People's word is read and booked as a channel's is; what it claims is our own record.
Result<void> Kernel::resolve(TaskId id) {
    SLUICE_TRY(may("resolve"));
    const Task* task = board_.find(id);
    const bool is_said = task != nullptr && task->kind == payment::kResolveTask &&
                         task->status == TaskStatus::approved;
    if (!is_said) {
        return fail(
            ErrorCode::script,
            id.to_string() + " is no approved task of kind resolve of " + picture_.subject.name()
        );
    }
    payment::Instruction* instruction = find_mutable(task->about);
    if (instruction == nullptr || payment::is_final(instruction->status)) {
        return fail(
            ErrorCode::script,
            task->about.to_string() + " is " + status_of(instruction) +
                ", people resolve only what nobody knows, and once"
        );
    }
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
    Value effect;
    effect.set("type", "resolve");
    effect.set("task", id.to_string());
    effect.set("instruction", instruction->id.to_string());
    effect.set("outcome", payment::to_string(word.outcome.kind));
    note(std::move(effect));
    learn(word, *instruction);
    return {};
}

/// What became of the money is known: nobody need find it out any more.
void Kernel::end_doubt(InstructionId id) {
    if (!board_.is_empty()) {
        board_.cancel_about(id, activation_.now);
        tell_tasks();
    }
    if (const auto doubt = doubts_.find(id); doubt != doubts_.end()) {
        step_.closed_cases.push_back(doubt->second);
        doubts_.erase(doubt);
    }
}

}  // namespace sluice::flow
