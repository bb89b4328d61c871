#include "worker/ended_run.hpp"

#include <utility>
#include <vector>

#include "json/json.hpp"
#include "worker/picture.hpp"

namespace sluice::worker {
namespace {

/// How far its journal goes, beside each instruction of which a case tells that it contradicts.
constexpr db::Statement kEnded{
    "worker_ended_run",
    "SELECT j.seq, c.instruction_id FROM ("
    "SELECT max(x.seq) AS seq FROM sluice.flow_journal x WHERE x.run_id = $1) j "
    "LEFT JOIN sluice.money_case c ON c.run_id = $1 AND c.kind = 'conflicted'"
};

/// What people are still asked, with what they said.
constexpr db::Statement kOpenTasks{
    "worker_ended_tasks",
    "SELECT t.id, t.kind, t.role, t.needed, t.form, t.about_id, t.case_id, t.currency, t.amount, "
    "t.opened_at, t.title_en, t.title_zh, t.due_at, t.escalates_at, t.escalate_role, t.escalated, "
    "v.actor, v.verdict, v.vote_values, v.note, v.at "
    "FROM sluice.task t LEFT JOIN sluice.task_vote v ON v.task_id = t.id "
    "WHERE t.run_id = $1 AND t.status = 'open' ORDER BY t.id, v.at, v.actor"
};
constexpr int kFirstVoteColumn = 16;

std::optional<Time> moment(const db::Row& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

Result<payment::Task> read_task(const db::Row& row) {
    payment::Task task;
    task.id = TaskId(row.uuid(0));
    task.kind = row.text(1);
    task.role = row.text(2);
    task.needed = static_cast<int>(row.int64(3));
    SLUICE_ASSIGN(const Value form, json::parse(row.text(4)));
    SLUICE_ASSIGN(task.form, payment::form_from_value(form));
    task.about = row.is_null(5) ? InstructionId{} : InstructionId(row.uuid(5));
    task.ends = row.is_null(6) ? CaseId{} : CaseId(row.uuid(6));
    if (!row.is_null(7)) {
        SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(7)));
        task.amount = Money{row.int64(8), currency};
    }
    task.opened_at = row.time(9);
    task.title = {std::string(row.text(10)), std::string(row.text(11))};
    task.due_at = moment(row, 12);
    task.escalates_at = moment(row, 13);
    task.escalate_role = row.text(14);
    task.escalated = row.boolean(15);
    return task;
}

Result<payment::TaskVote> read_vote(const db::Row& row, TaskId task) {
    payment::TaskVote vote;
    vote.task = task;
    vote.actor = row.text(kFirstVoteColumn);
    SLUICE_ASSIGN(vote.verdict, payment::parse_verdict(row.text(kFirstVoteColumn + 1)));
    SLUICE_ASSIGN(vote.values, json::parse(row.text(kFirstVoteColumn + 2)));
    vote.note = row.text(kFirstVoteColumn + 3);
    vote.at = row.time(kFirstVoteColumn + 4);
    return vote;
}

Result<std::vector<payment::Task>> load_open_tasks(db::Connection& connection, RunId run) {
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kOpenTasks, {run}));
    std::vector<payment::Task> tasks;
    for (const db::Row row : rows) {
        if (tasks.empty() || tasks.back().id != TaskId(row.uuid(0))) {
            SLUICE_ASSIGN(payment::Task task, read_task(row));
            tasks.push_back(std::move(task));
        }
        if (!row.is_null(kFirstVoteColumn)) {
            SLUICE_ASSIGN(payment::TaskVote vote, read_vote(row, tasks.back().id));
            tasks.back().votes.push_back(std::move(vote));
        }
    }
    return tasks;
}

}  // namespace

Result<std::optional<EndedRun>> load_ended_run(db::Connection& connection, RunId id) {
    SLUICE_ASSIGN(auto picture, load_picture(connection, id));
    if (!picture || !payment::is_final(picture->subject.status)) {
        return std::optional<EndedRun>{};
    }
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kEnded, {id}));
    flow::LeftOpen left;
    for (const db::Row row : rows) {
        if (!row.is_null(1)) {
            left.contested.emplace_back(row.uuid(1));
        }
    }
    SLUICE_ASSIGN(left.tasks, load_open_tasks(connection, id));
    const std::int64_t seq = rows.empty() || rows[0].is_null(0) ? 0 : rows[0].int64(0);
    return EndedRun{
        flow::Kernel::ended(*std::move(picture), std::move(left)),
        static_cast<std::uint32_t>(seq + 1)
    };
}

}  // namespace sluice::worker
