#include "notify/courier_store.hpp"

#include <utility>

namespace sluice::notify {
namespace {

// What is lost of these writes by a crash of the server is done again, so none waits for the disk.
// Plans are made once, perhaps on empty tables, and must stay right on large ones.
constexpr const char* kPrepareSession =
    "SET synchronous_commit = off; SET enable_seqscan = off; SET enable_hashjoin = off; "
    "SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan; SET jit = off";
// An advisory lock beside those of the workers: 'slno'.
constexpr db::Statement kLock{"notify_lock", "SELECT pg_try_advisory_lock(1936485999, 0)"};
constexpr db::Statement kReceivers{
    "notify_receivers",
    "SELECT w.id, w.url, w.secret, array_to_string(ARRAY(SELECT t.s "
    "FROM unnest(w.old_secrets, w.old_until) AS t (s, u) WHERE t.u > $1), ' ') "
    "FROM sluice.webhook_endpoint w WHERE w.enabled AND w.deleted_at IS NULL ORDER BY w.id"
};
constexpr db::Statement kSpread{
    "notify_spread", "SELECT transactions_left, made FROM sluice.spread_events($1, $2)"
};
constexpr db::Statement kDue{
    "notify_due",
    "SELECT d.id, d.endpoint_id, d.attempts, d.due_at, d.body, e.id, e.type, e.object_id, "
    "e.created_at FROM unnest($1::uuid[]) WITH ORDINALITY AS w (endpoint, n) "
    "CROSS JOIN LATERAL (SELECT * FROM sluice.delivery x WHERE x.endpoint_id = w.endpoint "
    "AND x.status = 'pending' AND x.due_at <= $5 "
    "AND (x.due_at, x.id) > (($2::timestamptz[])[w.n], ($3::uuid[])[w.n]) "
    "ORDER BY x.due_at, x.id LIMIT ($4::bigint[])[w.n]) d "
    "JOIN sluice.event e ON e.id = d.event_id ORDER BY w.n, d.due_at, d.id"
};
constexpr db::Statement kFinish{
    "notify_finish",
    "UPDATE sluice.delivery d SET status = ($2::text[])[t.n], attempts = ($3::integer[])[t.n], "
    "due_at = ($4::timestamptz[])[t.n], body = coalesce(d.body, ($5::text[])[t.n]), "
    "response_status = ($6::integer[])[t.n], failure = ($7::text[])[t.n], "
    "finished_at = CASE WHEN ($2::text[])[t.n] = 'pending' THEN NULL ELSE $8::timestamptz END "
    "FROM (SELECT u.id, u.n FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n) ORDER BY u.id) t "
    "WHERE d.id = t.id AND d.status = 'pending'"
};
constexpr db::Statement kDisableGone{
    "notify_gone",
    "UPDATE sluice.webhook_endpoint SET enabled = false, disabled_reason = 'gone', "
    "updated_at = $2 WHERE id = ANY ($1::uuid[]) AND enabled"
};
constexpr db::Statement kPruneFinished{
    "notify_prune",
    "DELETE FROM sluice.delivery WHERE id IN (SELECT x.id FROM unnest(ARRAY['delivered', 'dead'], "
    "ARRAY[$1::timestamptz, $2::timestamptz]) AS k (status, before) CROSS JOIN LATERAL ("
    "SELECT d.id FROM sluice.delivery d WHERE d.status = k.status AND d.status <> 'pending' "
    "AND d.finished_at < k.before ORDER BY d.finished_at LIMIT 1000) x)"
};
constexpr db::Statement kPruneOfDeleted{
    "notify_prune_of_deleted",
    "DELETE FROM sluice.delivery WHERE id IN (SELECT x.id FROM sluice.webhook_endpoint w "
    "CROSS JOIN LATERAL (SELECT d.id FROM sluice.delivery d WHERE d.endpoint_id = w.id "
    "LIMIT 1000) x WHERE w.deleted_at IS NOT NULL)"
};
constexpr db::Statement kPruneDeleted{
    "notify_prune_deleted",
    "DELETE FROM sluice.webhook_endpoint w WHERE w.deleted_at < $1 "
    "AND NOT EXISTS (SELECT 1 FROM sluice.delivery d WHERE d.endpoint_id = w.id)"
};

Receiver read_receiver(const db::Row& row) {
    Receiver receiver;
    receiver.id = EndpointId(row.uuid(0));
    receiver.url = row.text(1);
    receiver.secrets.emplace_back(std::string(row.text(2)));
    std::string_view old = row.text(3);
    while (!old.empty()) {
        const std::size_t end = std::min(old.find(' '), old.size());
        receiver.secrets.emplace_back(std::string(old.substr(0, end)));
        old.remove_prefix(std::min(end + 1, old.size()));
    }
    return receiver;
}

DueDelivery read_due(const db::Row& row) {
    DueDelivery due;
    due.id = DeliveryId(row.uuid(0));
    due.endpoint = EndpointId(row.uuid(1));
    due.attempts = row.int64(2);
    due.due_at = row.time(3);
    if (!row.is_null(4)) {
        due.body = row.text(4);
    }
    due.event = {
        .id = EventId(row.uuid(5)),
        .type = std::string(row.text(6)),
        .object = row.uuid(7),
        .at = row.time(8),
    };
    return due;
}

}  // namespace

Result<void> CourierStore::prepare_session() {
    SLUICE_TRY(connection_.run(kPrepareSession));
    return {};
}

Result<bool> CourierStore::become_sender() {
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kLock));
    return rows[0].boolean(0);
}

Result<std::vector<Receiver>> CourierStore::receivers(Time now) {
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kReceivers, {now}));
    std::vector<Receiver> receivers;
    for (const db::Row row : rows) {
        receivers.push_back(read_receiver(row));
    }
    return receivers;
}

Result<Spread> CourierStore::spread(std::int64_t transactions_max, Time now) {
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kSpread, {transactions_max, now}));
    return Spread{.transactions_left = rows[0].int64(0), .made = rows[0].int64(1)};
}

Result<std::vector<DueDelivery>> CourierStore::due(std::span<const DuePlace> places, Time now) {
    db::ArrayBuilder endpoints(db::ArrayType::uuid);
    db::ArrayBuilder after(db::ArrayType::timestamptz);
    db::ArrayBuilder after_ids(db::ArrayType::uuid);
    db::ArrayBuilder rooms(db::ArrayType::int64);
    for (const DuePlace& place : places) {
        endpoints.append(place.endpoint);
        after.append(place.after);
        after_ids.append(place.after_id);
        rooms.append(place.room);
    }
    SLUICE_ASSIGN(
        const db::Rows rows, connection_.execute(kDue, {endpoints, after, after_ids, rooms, now})
    );
    std::vector<DueDelivery> due;
    due.reserve(rows.size());
    for (const db::Row row : rows) {
        due.push_back(read_due(row));
    }
    return due;
}

Result<void> CourierStore::finish(std::span<const AttemptOutcome> outcomes, Time now) {
    db::ArrayBuilder ids(db::ArrayType::uuid);
    db::ArrayBuilder statuses(db::ArrayType::text);
    db::ArrayBuilder attempts(db::ArrayType::int32);
    db::ArrayBuilder due(db::ArrayType::timestamptz);
    db::ArrayBuilder bodies(db::ArrayType::text);
    db::ArrayBuilder responses(db::ArrayType::int32);
    db::ArrayBuilder failures(db::ArrayType::text);
    db::ArrayBuilder gone(db::ArrayType::uuid);
    for (const AttemptOutcome& outcome : outcomes) {
        ids.append(outcome.id);
        statuses.append(to_string(outcome.status));
        attempts.append(outcome.attempts);
        due.append(outcome.due_at);
        outcome.body ? bodies.append(*outcome.body) : bodies.append_null();
        outcome.response_status ? responses.append(*outcome.response_status)
                                : responses.append_null();
        failures.append(outcome.failure);
        if (outcome.endpoint_gone) {
            gone.append(outcome.endpoint);
        }
    }
    SLUICE_TRY(connection_.execute(
        kFinish, {ids, statuses, attempts, due, bodies, responses, failures, now}
    ));
    if (!gone.empty()) {
        SLUICE_TRY(connection_.execute(kDisableGone, {gone, now}));
    }
    return {};
}

Result<std::int64_t> CourierStore::prune(const Keep& keep, Time now) {
    // An event that is being written down while its endpoint is deleted still finds it.
    constexpr std::chrono::minutes kDeletedKept{10};
    SLUICE_ASSIGN(
        const db::Rows finished,
        connection_.execute(kPruneFinished, {now - keep.delivered, now - keep.dead})
    );
    SLUICE_ASSIGN(const db::Rows orphans, connection_.execute(kPruneOfDeleted));
    SLUICE_TRY(connection_.execute(kPruneDeleted, {now - kDeletedKept}));
    return finished.affected() + orphans.affected();
}

}  // namespace sluice::notify
