// What a run takes from people and tells its script: votes count, cases end. What of it is believed
// about money: peoples_word.cpp.
#include <utility>

#include "flow/kernel.hpp"
#include "flow/late_money_end.hpp"

namespace sluice::flow {
namespace {

using payment::Task;

/// As the script hears of it.
Value event_of(const Task& task) {
    Value event;
    event.set("type", "task");
    event.set("task", task.id.to_string());
    event.set("verdict", payment::to_string(task.status));
    event.set("values", task.values.is_null() ? Value(ValueObject{}) : task.values);
    return event;
}

}  // namespace

/// Gives on what the board had to tell: to the journal, the commit and the script. What concerns
/// money that moved against our record is no script's business.
void Kernel::tell_tasks() {
    for (TaskTurn& turn : board_.take_turns()) {
        append_json(next_effect(), turn);
        const bool is_decided = turn.kind == TaskTurn::Kind::decided;
        const Task task = turn.task;
        step_.task_turns.push_back(std::move(turn));
        if (is_decided && task.kind == payment::kSettleTask) {
            LateMoneyEnd(*this).take(task);
        } else if (is_decided) {
            events_.push_back(event_of(task));
        }
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

void Kernel::close_cases(CasesOf& cases, InstructionId about) {
    const auto [first, last] = cases.equal_range(about);
    for (auto each = first; each != last; ++each) {
        step_.closed_cases.push_back(each->second);
    }
    cases.erase(first, last);
}

/// What became of the money is known: nobody need find it out any more.
void Kernel::end_doubt(InstructionId id) {
    if (!board_.is_empty()) {
        (void)board_.cancel_about(id, payment::kResolveTask, activation_.now);
        tell_tasks();
    }
    close_cases(doubts_, id);
}

}  // namespace sluice::flow
