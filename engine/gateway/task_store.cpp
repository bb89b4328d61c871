#include "gateway/task_store.hpp"

#include <utility>

#include "db/array.hpp"
#include "json/json.hpp"

namespace sluice::gateway {
namespace {

constexpr db::Statement kSelectTasks{
    "gateway_select_tasks",
    "SELECT t.id, t.run_id, t.merchant_id, t.service, t.kind, t.title_en, t.title_zh, t.role, "
    "t.needed, t.form, t.about_id, t.currency, t.amount, t.status, t.opened_at, t.due_at, "
    "t.escalates_at, t.escalate_role, t.escalated, t.decided_at, t.decided_values, "
    "v.actor, v.verdict, v.vote_values, v.note, v.at "
    "FROM unnest($1::uuid[]) AS wanted (id) "
    "CROSS JOIN LATERAL (SELECT * FROM sluice.task x WHERE x.id = wanted.id OFFSET 0) t "
    "LEFT JOIN LATERAL (SELECT * FROM sluice.task_vote x WHERE x.task_id = t.id OFFSET 0) v "
    "ON true ORDER BY t.id DESC, v.at, v.actor"
};
constexpr int kFirstVoteColumn = 21;

/// As payments are listed, see payment_store.cpp. Open tasks have an index of their own.
#define SLUICE_TASK_FILTER                                                              \
    "($1::text IS NULL OR s.merchant_id = $1) AND ($6::text IS NULL OR s.status = $6) " \
    "AND ($7::text IS NULL OR s.kind = $7) "                                            \
    "AND ($8::text IS NULL OR s.role = $8 OR (s.escalated AND s.escalate_role = $8)) "
constexpr db::Statement kListTasks{
    "gateway_list_tasks",
    "WITH page AS MATERIALIZED (SELECT s.id FROM (SELECT * FROM sluice.task x "
    "WHERE x.id >= $2 AND x.id < $3 ORDER BY x.id DESC LIMIT $4) s WHERE " SLUICE_TASK_FILTER
    "ORDER BY s.id DESC LIMIT $5) "
    "SELECT page.id, edge.id FROM (SELECT CASE WHEN (SELECT count(*) FROM page) < $5 THEN "
    "(SELECT x.id FROM sluice.task x WHERE x.id >= $2 AND x.id < $3 "
    "ORDER BY x.id DESC LIMIT 1 OFFSET $4::bigint - 1) END AS id) edge "
    "LEFT JOIN page ON true ORDER BY page.id DESC"
};
constexpr db::Statement kListOpenTasks{
    "gateway_list_open_tasks",
    "WITH page AS MATERIALIZED (SELECT s.id FROM (SELECT * FROM sluice.task x "
    "WHERE x.status = 'open' AND x.id >= $2 AND x.id < $3 ORDER BY x.id DESC LIMIT $4) s "
    "WHERE " SLUICE_TASK_FILTER
    "ORDER BY s.id DESC LIMIT $5) "
    "SELECT page.id, edge.id FROM (SELECT CASE WHEN (SELECT count(*) FROM page) < $5 THEN "
    "(SELECT x.id FROM sluice.task x WHERE x.status = 'open' AND x.id >= $2 AND x.id < $3 "
    "ORDER BY x.id DESC LIMIT 1 OFFSET $4::bigint - 1) END AS id) edge "
    "LEFT JOIN page ON true ORDER BY page.id DESC"
};
#undef SLUICE_TASK_FILTER

std::optional<Time> time_or_none(const db::Row& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

Result<Value> read_json(std::string_view text) {
    auto value = json::parse(text);
    if (!value) {
        return fail(ErrorCode::corrupt, "a stored task: " + value.error().message);
    }
    return *std::move(value);
}

Result<StoredTask> read_task(const db::Row& row) {
    StoredTask stored;
    payment::Task& task = stored.task;
    int column = 0;
    task.id = TaskId(row.uuid(column++));
    stored.run = RunId(row.uuid(column++));
    stored.merchant_id = row.text(column++);
    SLUICE_ASSIGN(stored.service, payment::parse_service(row.text(column++)));
    task.kind = row.text(column++);
    task.title.en = row.text(column++);
    task.title.zh = row.text(column++);
    task.role = row.text(column++);
    task.needed = static_cast<int>(row.int64(column++));
    SLUICE_ASSIGN(const Value form, read_json(row.text(column++)));
    SLUICE_ASSIGN(task.form, payment::form_from_value(form));
    if (!row.is_null(column)) {
        task.about = InstructionId(row.uuid(column));
    }
    ++column;
    if (!row.is_null(column)) {
        SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(column)));
        task.amount = Money{row.int64(column + 1), currency};
    }
    column += 2;
    SLUICE_ASSIGN(task.status, payment::parse_task_status(row.text(column++)));
    task.opened_at = row.time(column++);
    task.due_at = time_or_none(row, column++);
    task.escalates_at = time_or_none(row, column++);
    task.escalate_role = row.text(column++);
    task.escalated = row.boolean(column++);
    task.decided_at = time_or_none(row, column++).value_or(Time{});
    SLUICE_ASSIGN(task.values, read_json(row.text(column++)));
    return stored;
}

Result<payment::TaskVote> read_vote(const db::Row& row, TaskId task) {
    int column = kFirstVoteColumn;
    payment::TaskVote vote;
    vote.task = task;
    vote.actor = row.text(column++);
    SLUICE_ASSIGN(vote.verdict, payment::parse_verdict(row.text(column++)));
    SLUICE_ASSIGN(vote.values, read_json(row.text(column++)));
    vote.note = row.text(column++);
    vote.at = row.time(column++);
    return vote;
}

class PgTaskStore final : public TaskStore {
  public:
    explicit PgTaskStore(db::Pool& pool) : pool_(pool) {}

    Result<std::optional<StoredTask>> find(TaskId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(auto tasks, load_tasks(*lease, {&id, 1}));
        return tasks.empty() ? std::optional<StoredTask>{} : std::optional(std::move(tasks[0]));
    }

    Result<TaskPage> list(const TaskQuery& query) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, select_page(*lease, query));
        TaskPage page;
        std::vector<TaskId> ids;
        for (const db::Row row : rows) {
            const bool is_full = static_cast<std::int64_t>(ids.size()) == query.window.limit;
            if (!row.is_null(0) && is_full) {
                page.next_after = ids.back().raw();
            } else if (!row.is_null(0)) {
                ids.emplace_back(row.uuid(0));
            }
        }
        if (!page.next_after && !rows.empty() && !rows[0].is_null(1)) {
            page.next_after = rows[0].uuid(1);
        }
        SLUICE_ASSIGN(page.tasks, load_tasks(*lease, ids));
        return page;
    }

  private:
    static Result<db::Rows> select_page(db::Connection& connection, const TaskQuery& query) {
        const auto or_null = [](const std::optional<std::string>& text) {
            return text ? db::Parameter(*text) : db::Parameter(nullptr);
        };
        const ListWindow& window = query.window;
        const bool only_open = query.status == payment::TaskStatus::open;
        return connection.execute(
            only_open ? kListOpenTasks : kListTasks,
            {or_null(query.merchant_id),
             window.from,
             window.before,
             window.looks_max,
             window.limit + 1,
             query.status ? db::Parameter(payment::to_string(*query.status))
                          : db::Parameter(nullptr),
             or_null(query.kind),
             or_null(query.role)}
        );
    }

    db::Pool& pool_;
};

}  // namespace

Result<std::vector<StoredTask>> load_tasks(
    db::Connection& connection, std::span<const TaskId> ids
) {
    std::vector<StoredTask> tasks;
    if (ids.empty()) {
        return tasks;
    }
    db::ArrayBuilder wanted(db::ArrayType::uuid);
    for (const TaskId id : ids) {
        wanted.append(id);
    }
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kSelectTasks, {wanted}));
    for (const db::Row row : rows) {
        const TaskId id(row.uuid(0));
        if (tasks.empty() || tasks.back().task.id != id) {
            SLUICE_ASSIGN(StoredTask task, read_task(row));
            tasks.push_back(std::move(task));
        }
        if (!row.is_null(kFirstVoteColumn)) {
            SLUICE_ASSIGN(auto vote, read_vote(row, id));
            tasks.back().task.votes.push_back(std::move(vote));
        }
    }
    return tasks;
}

std::unique_ptr<TaskStore> make_task_store(db::Pool& pool) {
    return std::make_unique<PgTaskStore>(pool);
}

}  // namespace sluice::gateway
