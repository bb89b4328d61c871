#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/task.hpp"

namespace sluice::flow {

/// Something that happened to a task within one activation.
struct TaskTurn {
    enum class Kind { opened, voted, escalated, decided };
    Kind kind = Kind::opened;
    payment::Task task;  ///< as it was after this; the vote of `voted` is its last
};

[[nodiscard]] std::string_view to_string(TaskTurn::Kind kind);
/// As the journal keeps it, among the effects.
void append_json(std::string& out, const TaskTurn& turn);

/// The tasks of one run: what people are asked, who has voted, what was decided. It counts; it
/// knows nothing of money. Part of the kernel, as pure as that, and lives as long.
class TaskBoard {
  public:
    /// `script` when there are too many open ones, or its times make no sense.
    Result<void> open(payment::Task task);

    /// Tasks whose time is over expire, those that waited long enough are escalated.
    void pass(Time now);

    /// One that was asked before, of a run that is over; tells nothing.
    void restore(payment::Task task) { tasks_.push_back(std::move(task)); }

    /// Counts one vote. So many as needed who approve with the same values decide a task, and one
    /// who denies does. The same vote again is taken as it was. An error changes nothing:
    /// `not_found`; `forbidden` for roles that may not; `conflict` with context "task_over" or
    /// "already_voted"; `invalid` for values that the form does not want.
    Result<void> vote(payment::TaskVote vote, Time now);

    /// Which open tasks nobody needs to decide any more. Those of kind `settle` outlive the run.
    enum class Unneeded { all, all_but_resolving };
    void cancel(Unneeded which, Time now);
    /// Those of the kind; gives the cases that they would have closed.
    std::vector<CaseId> cancel_about(InstructionId instruction, std::string_view kind, Time now);

    [[nodiscard]] const payment::Task* find(TaskId id) const;
    /// One of that kind is open about it.
    [[nodiscard]] bool asks_about(InstructionId instruction, std::string_view kind) const;
    /// There never was one.
    [[nodiscard]] bool is_empty() const { return tasks_.empty(); }
    /// When pass() has something to do next.
    [[nodiscard]] std::optional<Time> next_moment() const;
    /// What happened since the last call, in order.
    [[nodiscard]] std::vector<TaskTurn> take_turns();

  private:
    void decide(payment::Task& task, payment::TaskStatus status, Time now);
    void tell(TaskTurn::Kind kind, const payment::Task& task);

    std::vector<payment::Task> tasks_;
    std::vector<TaskTurn> turns_;
};

}  // namespace sluice::flow
