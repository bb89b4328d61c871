#include "flow/task_board.hpp"

#include <algorithm>
#include <utility>

#include "core/json_record.hpp"
#include "payment/names.hpp"

namespace sluice::flow {
namespace {

using payment::Task;
using payment::TaskStatus;
using payment::TaskVote;
using payment::Verdict;

/// A run that asks more at once has lost its way.
constexpr std::ptrdiff_t kOpenMax = 16;

constexpr payment::Names<TaskTurn::Kind, 4> kTurnKinds{
    "turn of a task", {"opened", "voted", "escalated", "decided"}
};

bool is_open(const Task& task) { return task.status == TaskStatus::open; }

bool waits_to_escalate(const Task& task) { return task.escalates_at && !task.escalated; }

std::unexpected<Error> over(const Task& task) {
    return fail(
        ErrorCode::conflict,
        "task " + task.id.to_string() + " is " + std::string(to_string(task.status)) +
            ", wanted one that is open",
        "task_over"
    );
}

/// The values as the form orders them; whoever denies says none.
Result<Value> values_of(const Task& task, const TaskVote& vote) {
    if (vote.verdict == Verdict::deny) {
        return Value{};
    }
    auto values = payment::check_values(task.form, vote.values);
    if (!values) {
        const payment::ValueFault& first = values.error().front();
        return fail(ErrorCode::invalid, "values " + first.field + " " + first.message);
    }
    return *std::move(values);
}

/// How many have approved with these values.
int agreeing(const Task& task, const Value& values) {
    const Value wanted = agreed_part(task.form, values);
    return static_cast<int>(std::ranges::count_if(task.votes, [&](const TaskVote& vote) {
        return vote.verdict == Verdict::approve && agreed_part(task.form, vote.values) == wanted;
    }));
}

void add_question(JsonRecord& record, const Task& task) {
    record.add("kind", task.kind);
    record.add("needed", task.needed);
    if (!task.about.is_nil()) {
        record.add("instruction", task.about);
    }
    if (task.amount) {
        record.add_value("amount", *task.amount);
    }
}

}  // namespace

std::string_view to_string(TaskTurn::Kind kind) { return kTurnKinds.of(kind); }

void append_json(std::string& out, const TaskTurn& turn) {
    JsonRecord record(out);
    record.add("type", "task");
    record.add("turn", to_string(turn.kind));
    record.add("task", turn.task.id);
    if (turn.kind == TaskTurn::Kind::voted) {
        record.add("actor", turn.task.votes.back().actor);
        record.add("verdict", to_string(turn.task.votes.back().verdict));
    } else {
        record.add("status", to_string(turn.task.status));
        record.add("role", turn.task.roles());
    }
    if (turn.kind == TaskTurn::Kind::opened) {
        add_question(record, turn.task);
    }
    record.end();
}

Result<void> TaskBoard::open(Task task) {
    if (std::ranges::count_if(tasks_, is_open) >= kOpenMax) {
        return fail(ErrorCode::script, "16 tasks of this run are open, wanted fewer");
    }
    const Time latest = task.due_at.value_or(Time::max());
    if ((task.due_at && *task.due_at <= task.opened_at) ||
        (task.escalates_at && (*task.escalates_at <= task.opened_at || *task.escalates_at >= latest)
        )) {
        return fail(
            ErrorCode::script, "a task is escalated after it was opened and before its deadline"
        );
    }
    tasks_.push_back(std::move(task));
    tell(TaskTurn::Kind::opened, tasks_.back());
    return {};
}

void TaskBoard::pass(Time now) {
    for (Task& task : tasks_) {
        if (!is_open(task)) {
            continue;
        }
        if (task.due_at && *task.due_at <= now) {
            decide(task, TaskStatus::expired, now);
        } else if (waits_to_escalate(task) && task.escalates_at && *task.escalates_at <= now) {
            task.escalated = true;
            tell(TaskTurn::Kind::escalated, task);
        }
    }
}

Result<void> TaskBoard::vote(TaskVote vote, Time now) {
    const auto task = std::ranges::find(tasks_, vote.task, &Task::id);
    if (task == tasks_.end()) {
        return fail(ErrorCode::not_found, "task '" + vote.task.to_string() + "' does not exist");
    }
    if (!task->is_for(vote.roles)) {
        return fail(
            ErrorCode::forbidden,
            vote.actor + " has not the role " + task->roles() + " that " + vote.task.to_string() +
                " asks for"
        );
    }
    SLUICE_ASSIGN(vote.values, values_of(*task, vote));
    const auto before = std::ranges::find(task->votes, vote.actor, &TaskVote::actor);
    if (before != task->votes.end() && vote.repeats(*before)) {
        return {};
    }
    if (!is_open(*task)) {
        return over(*task);
    }
    if (before != task->votes.end()) {
        return fail(
            ErrorCode::conflict,
            vote.actor + " voted on " + vote.task.to_string() + " before, wanted somebody else",
            "already_voted"
        );
    }
    vote.at = now;
    task->votes.push_back(std::move(vote));
    tell(TaskTurn::Kind::voted, *task);
    const TaskVote& counted = task->votes.back();
    if (counted.verdict == Verdict::deny) {
        decide(*task, TaskStatus::denied, now);
    } else if (agreeing(*task, counted.values) >= task->needed) {
        task->values = counted.values;
        decide(*task, TaskStatus::approved, now);
    }
    return {};
}

void TaskBoard::cancel(Unneeded which, Time now) {
    for (Task& task : tasks_) {
        const bool resolves = task.kind == payment::kResolveTask;
        const bool outlives = task.kind == payment::kSettleTask;
        if (is_open(task) && !outlives && (which == Unneeded::all || !resolves)) {
            decide(task, TaskStatus::cancelled, now);
        }
    }
}

std::vector<CaseId> TaskBoard::cancel_about(
    InstructionId instruction, std::string_view kind, Time now
) {
    std::vector<CaseId> cases;
    for (Task& task : tasks_) {
        if (is_open(task) && task.about == instruction && task.kind == kind) {
            cases.push_back(task.ends);
            decide(task, TaskStatus::cancelled, now);
        }
    }
    return cases;
}

bool TaskBoard::asks_about(InstructionId instruction, std::string_view kind) const {
    return std::ranges::any_of(tasks_, [&](const Task& task) {
        return is_open(task) && task.about == instruction && task.kind == kind;
    });
}

const Task* TaskBoard::find(TaskId id) const {
    const auto found = std::ranges::find(tasks_, id, &Task::id);
    return found == tasks_.end() ? nullptr : &*found;
}

std::optional<Time> TaskBoard::next_moment() const {
    std::optional<Time> next;
    const auto see = [&next](const std::optional<Time>& moment) {
        next = moment && (!next || *moment < *next) ? moment : next;
    };
    for (const Task& task : tasks_) {
        if (is_open(task)) {
            see(task.due_at);
            see(waits_to_escalate(task) ? task.escalates_at : std::nullopt);
        }
    }
    return next;
}

std::vector<TaskTurn> TaskBoard::take_turns() { return std::exchange(turns_, {}); }

void TaskBoard::decide(Task& task, TaskStatus status, Time now) {
    task.status = status;
    task.decided_at = now;
    tell(TaskTurn::Kind::decided, task);
}

void TaskBoard::tell(TaskTurn::Kind kind, const Task& task) { turns_.push_back({kind, task}); }

}  // namespace sluice::flow
