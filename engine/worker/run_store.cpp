#include "worker/run_store.hpp"

#include <utility>

#include "core/hash.hpp"
#include "db/array.hpp"

namespace sluice::worker {
namespace {

// The C library trims its heap above a limit that grows to twice the largest block ever freed.
constexpr db::Statement kKeepMemory{"worker_keep_memory", "SELECT length(repeat('x', 8000000))"};
// A plan made while the tables were small would read them whole long after.
constexpr db::Statement kKeepToIndexes{
    "worker_keep_to_indexes", "SELECT set_config('enable_seqscan', 'off', false)"
};
constexpr db::Statement kLiveRuns{
    "worker_live_runs",
    "SELECT run_id, seq, wake_at, pending, release_id, state = 'quarantined' "
    "FROM sluice.flow_run WHERE bucket = ANY ($1)"
};
constexpr db::Statement kRunsOf{
    "worker_runs_of",
    "SELECT wanted.n - 1, i.run_id "
    "FROM unnest($1::uuid[], $2::text[], $3::text[]) "
    "WITH ORDINALITY AS wanted (id, channel, account, n) CROSS JOIN LATERAL ("
    "SELECT x.run_id, x.channel, x.channel_account FROM sluice.instruction x WHERE x.run_id "
    "BETWEEN sluice.first_id_beside(wanted.id) AND sluice.last_id_beside(wanted.id) "
    "AND x.id = wanted.id OFFSET 0) i "
    "WHERE i.channel = wanted.channel AND i.channel_account = wanted.account"
};
constexpr db::Statement kPaymentOfOrder{
    "worker_payment_of_order",
    "SELECT id FROM sluice.payment WHERE order_id = $1 ORDER BY created_at, id LIMIT 1"
};
constexpr db::Statement kLateFact{
    "worker_late_fact",
    "WITH kept AS (INSERT INTO sluice.late_fact (instruction_id, body_hash, body, at) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING) "
    "INSERT INTO sluice.money_case (id, kind, run_id, instruction_id, currency, amount, "
    "detail, "
    "opened_at) SELECT $5, 'late_success', i.run_id, i.id, i.currency, $6::bigint, "
    "'the channel reports a success of a ' || i.status || ' instruction', $4 "
    "FROM sluice.instruction i WHERE i.run_id "
    "BETWEEN sluice.first_id_beside($1) AND sluice.last_id_beside($1) AND i.id = $1 "
    "AND $7 AND i.status <> 'succeeded' "
    "ON CONFLICT DO NOTHING"
};
// Byte 6 of an id is its bucket.
constexpr db::Statement kOpenSurpluses{
    "worker_open_surpluses",
    "SELECT c.run_id, c.instruction_id, c.refunds FROM sluice.money_case c "
    "LEFT JOIN sluice.refund r ON r.id = c.refund_id "
    "WHERE c.kind = 'surplus' AND c.status = 'open' AND (c.refund_id IS NULL "
    "OR (r.status IN ('failed', 'returned') AND r.updated_at < $3)) "
    "AND get_byte(uuid_send(c.run_id), 6) = ANY ($1::smallint[]) ORDER BY c.id LIMIT $2"
};
constexpr db::Statement kEndedWithDueTasks{
    "worker_ended_with_due_tasks",
    "SELECT DISTINCT t.run_id FROM sluice.task t WHERE t.status = 'open' AND t.kind = 'settle' "
    "AND (t.due_at <= $3 OR (t.escalates_at <= $3 AND NOT t.escalated)) "
    "AND get_byte(uuid_send(t.run_id), 6) = ANY ($1::smallint[]) "
    "AND NOT EXISTS (SELECT 1 FROM sluice.flow_run r WHERE r.run_id = t.run_id) LIMIT $2"
};
constexpr db::Statement kQuarantine{
    "worker_quarantine",
    "WITH parked AS (UPDATE sluice.flow_run SET state = 'quarantined' "
    "WHERE bucket = $1::smallint AND run_id = $2) "
    "INSERT INTO sluice.quarantine (run_id, at, reason) VALUES ($2, $3, $4)"
};
constexpr db::Statement kCloseOrders{
    "worker_close_orders", "SELECT sluice.close_expired_orders($1, $2, $3::integer)"
};
constexpr db::Statement kSaveRelease{
    "worker_save_release",
    "INSERT INTO sluice.release (id, files) VALUES ($1, $2) ON CONFLICT DO NOTHING"
};
constexpr db::Statement kReleaseFiles{
    "worker_release_files", "SELECT files FROM sluice.release WHERE id = $1"
};

template <class Buckets>
db::ArrayBuilder numbers_of(const Buckets& buckets) {
    db::ArrayBuilder numbers(db::ArrayType::int16);
    for (const Bucket bucket : buckets) {
        numbers.append(std::int64_t{static_cast<std::uint8_t>(bucket)});
    }
    return numbers;
}

}  // namespace

Result<void> RunStore::prepare_session() {
    SLUICE_TRY(connection_.execute(kKeepMemory));
    SLUICE_TRY(connection_.execute(kKeepToIndexes));
    return {};
}

Result<std::vector<RunRow>> RunStore::live_runs(const std::vector<Bucket>& buckets) {
    const db::ArrayBuilder numbers = numbers_of(buckets);
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kLiveRuns, {numbers}));
    std::vector<RunRow> runs;
    runs.reserve(rows.size());
    for (const db::Row row : rows) {
        runs.push_back(read_run_row(row));
    }
    return runs;
}

Result<void> RunStore::read_ahead(std::span<const RunId> ids) {
    ahead_.reset();
    if (ids.empty()) {
        return {};
    }
    SLUICE_ASSIGN(ahead_, HistoryRows::load(connection_, ids));
    return {};
}

Result<std::optional<RunHistory>> RunStore::history(RunId id) {
    if (ahead_ && ahead_->take(id)) {
        return ahead_->read(id, decompressor_);
    }
    SLUICE_ASSIGN(const auto alone, HistoryRows::load(connection_, {&id, 1}));
    return alone.read(id, decompressor_);
}

Result<std::vector<RunId>> RunStore::runs_of(const std::vector<InstructionPlace>& instructions) {
    db::ArrayBuilder ids(db::ArrayType::uuid);
    db::ArrayBuilder channels(db::ArrayType::text);
    db::ArrayBuilder accounts(db::ArrayType::text);
    for (const InstructionPlace& place : instructions) {
        ids.append(place.id);
        channels.append(place.channel);
        accounts.append(place.channel_account);
    }
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kRunsOf, {ids, channels, accounts}));
    std::vector<RunId> runs(instructions.size());
    for (const db::Row row : rows) {
        runs.at(static_cast<std::size_t>(row.int64(0))) = RunId(row.uuid(1));
    }
    return runs;
}

Result<std::optional<RunId>> RunStore::payment_of_order(OrderId order) {
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kPaymentOfOrder, {order}));
    if (rows.empty()) {
        return std::optional<RunId>{};
    }
    return std::optional(RunId(rows[0].uuid(0)));
}

Result<void> RunStore::keep_late_fact(const flow::Fact& fact, Time now, Unbooked unbooked) {
    const std::string body = to_json(payment::to_value(fact.outcome));
    const Hash128 hash = hash128(body);
    const bool opens_case =
        unbooked == Unbooked::opens_case && fact.outcome.kind == payment::OutcomeKind::succeeded;
    const Id128 case_id = fact.instruction.raw().derive(0, 0);
    const std::int64_t amount = fact.outcome.amount ? fact.outcome.amount->minor() : 0;
    SLUICE_TRY(connection_.execute(
        kLateFact,
        {fact.instruction, Id128{hash.high, hash.low}, body, now, case_id, amount, opens_case}
    ));
    return {};
}

Result<std::vector<OpenSurplus>> RunStore::open_surpluses(
    const std::set<Bucket>& buckets, Time ended_before, std::size_t most
) {
    const db::ArrayBuilder numbers = numbers_of(buckets);
    SLUICE_ASSIGN(
        const db::Rows rows,
        connection_.execute(
            kOpenSurpluses, {numbers, static_cast<std::int64_t>(most), ended_before}
        )
    );
    std::vector<OpenSurplus> open;
    for (const db::Row row : rows) {
        open.push_back(
            {RunId(row.uuid(0)), InstructionId(row.uuid(1)), static_cast<int>(row.int64(2))}
        );
    }
    return open;
}

Result<std::vector<RunId>> RunStore::ended_with_due_tasks(
    const std::set<Bucket>& buckets, Time now, std::size_t most
) {
    const db::ArrayBuilder numbers = numbers_of(buckets);
    SLUICE_ASSIGN(
        const db::Rows rows,
        connection_.execute(kEndedWithDueTasks, {numbers, static_cast<std::int64_t>(most), now})
    );
    std::vector<RunId> runs;
    for (const db::Row row : rows) {
        runs.emplace_back(row.uuid(0));
    }
    return runs;
}

Result<void> RunStore::quarantine(RunId run, const std::string& reason, Time now) {
    const std::int64_t bucket{static_cast<std::uint8_t>(run.bucket())};
    SLUICE_TRY(connection_.execute(kQuarantine, {bucket, run, now, reason}));
    return {};
}

Result<std::size_t> RunStore::close_expired_orders(
    const std::set<Bucket>& buckets, Time now, std::size_t most
) {
    const db::ArrayBuilder numbers = numbers_of(buckets);
    SLUICE_ASSIGN(
        const db::Rows rows,
        connection_.execute(kCloseOrders, {numbers, now, static_cast<std::int64_t>(most)})
    );
    return static_cast<std::size_t>(rows[0].int64(0));
}

Result<void> RunStore::save_release(Id128 id, const std::string& files) {
    SLUICE_TRY(connection_.execute(kSaveRelease, {id, files}));
    return {};
}

Result<std::optional<std::string>> RunStore::release_files(Id128 id) {
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kReleaseFiles, {id}));
    if (rows.empty()) {
        return std::optional<std::string>{};
    }
    return std::optional(std::string(rows[0].text(0)));
}

}  // namespace sluice::worker
