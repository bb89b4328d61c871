#include "worker/run_store.hpp"

#include <utility>

#include "core/hash.hpp"
#include "db/array.hpp"
#include "json/json.hpp"
#include "worker/batch.hpp"
#include "worker/journal_body.hpp"

namespace sluice::worker {
namespace {

constexpr db::Statement kLiveRuns{
    "worker_live_runs",
    "SELECT run_id, seq, wake_at, pending, release_id, state = 'quarantined' "
    "FROM sluice.flow_run WHERE bucket = ANY ($1)"
};
constexpr db::Statement kRun{
    "worker_run",
    "SELECT run_id, seq, wake_at, pending, release_id, state = 'quarantined' "
    "FROM sluice.flow_run WHERE bucket = $1::smallint AND run_id = $2"
};
constexpr db::Statement kPayment{
    "worker_payment",
    "SELECT p.id, p.order_id, p.merchant_id, p.flow, p.currency, p.amount, p.legs, p.status, "
    "p.stage, p.failure_code, p.failure_message, p.created_at, p.updated_at, "
    "o.merchant_order_number, o.product_code, o.description, o.amount, o.paid, o.status, "
    "o.created_at, o.expires_at "
    "FROM sluice.payment p JOIN sluice.orders o ON o.id = p.order_id WHERE p.id = $1"
};
constexpr db::Statement kInstructions{
    "worker_instructions",
    "SELECT id, leg, kind, channel, channel_account, scene, account_id, currency, amount, status, "
    "merchant, channel_reference, outcome_code, outcome_message, next_action, created_at, "
    "expires_at FROM sluice.instruction WHERE payment_id = $1 ORDER BY created_at, id"
};
constexpr db::Statement kJournal{
    "worker_journal",
    "SELECT seq, at, body, effects_hash FROM sluice.flow_journal WHERE run_id = $1 ORDER BY seq"
};
constexpr db::Statement kPaymentsOf{
    "worker_payments_of", "SELECT id, payment_id FROM sluice.instruction WHERE id = ANY ($1)"
};
constexpr db::Statement kPaymentOfOrder{
    "worker_payment_of_order",
    "SELECT id FROM sluice.payment WHERE order_id = $1 ORDER BY created_at, id LIMIT 1"
};
constexpr db::Statement kLateFact{
    "worker_late_fact",
    "WITH kept AS (INSERT INTO sluice.late_fact (instruction_id, body_hash, body, at) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING) "
    "INSERT INTO sluice.money_case (id, kind, payment_id, instruction_id, currency, amount, "
    "detail, "
    "opened_at) SELECT $5, 'late_success', i.payment_id, i.id, i.currency, $6::bigint, "
    "'the channel reports a success of a ' || i.status || ' instruction', $4 "
    "FROM sluice.instruction i WHERE i.id = $1 AND $7 AND i.status <> 'succeeded' "
    "ON CONFLICT DO NOTHING"
};
constexpr db::Statement kQuarantine{
    "worker_quarantine",
    "WITH parked AS (UPDATE sluice.flow_run SET state = 'quarantined' "
    "WHERE bucket = $1::smallint AND run_id = $2) "
    "INSERT INTO sluice.quarantine (run_id, at, reason) VALUES ($2, $3, $4)"
};
constexpr db::Statement kSaveRelease{
    "worker_save_release",
    "INSERT INTO sluice.release (id, files) VALUES ($1, $2) ON CONFLICT DO NOTHING"
};
constexpr db::Statement kReleaseFiles{
    "worker_release_files", "SELECT files FROM sluice.release WHERE id = $1"
};

RunRow run_row(const db::Row& row) {
    RunRow run;
    run.id = RunId(row.uuid(0));
    run.seq = static_cast<std::uint32_t>(row.int64(1));
    if (!row.is_null(2)) {
        run.wake_at = row.time(2);
    }
    run.pending = row.int64(3);
    run.release = row.uuid(4);
    run.quarantined = row.boolean(5);
    return run;
}

Result<payment::PaymentPicture> picture_of(const db::Row& row) {
    payment::PaymentPicture picture;
    auto& p = picture.payment;
    p.id = PaymentId(row.uuid(0));
    p.order_id = OrderId(row.uuid(1));
    p.merchant_id = row.text(2);
    p.flow = row.text(3);
    SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(4)));
    p.amount = Money{row.int64(5), currency};
    SLUICE_ASSIGN(p.legs, legs_from_json(row.text(6)));
    SLUICE_ASSIGN(p.status, payment::parse_payment_status(row.text(7)));
    p.stage = row.text(8);
    p.failure_code = row.text(9);
    p.failure_message = row.text(10);
    p.created_at = row.time(11);
    p.updated_at = row.time(12);
    auto& o = picture.order;
    o.id = p.order_id;
    o.merchant_id = p.merchant_id;
    o.merchant_order_number = row.text(13);
    o.product_code = row.text(14);
    o.description = row.text(15);
    o.amount = Money{row.int64(16), currency};
    o.paid_minor = row.int64(17);
    SLUICE_ASSIGN(o.status, payment::parse_order_status(row.text(18)));
    o.created_at = row.time(19);
    o.expires_at = row.time(20);
    return picture;
}

Result<payment::Instruction> instruction_of(const db::Row& row) {
    payment::Instruction i;
    i.id = InstructionId(row.uuid(0));
    i.leg_number = static_cast<int>(row.int64(1));
    SLUICE_ASSIGN(i.kind, payment::parse_leg_kind(row.text(2)));
    i.channel = row.text(3);
    i.channel_account = row.text(4);
    i.scene = row.text(5);
    if (!row.is_null(6)) {
        i.account = AccountId(row.uuid(6));
    }
    SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(7)));
    i.amount = Money{row.int64(8), currency};
    SLUICE_ASSIGN(i.status, payment::parse_instruction_status(row.text(9)));
    i.merchant = row.text(10);
    i.channel_reference = row.text(11);
    i.outcome_code = row.text(12);
    i.outcome_message = row.text(13);
    SLUICE_ASSIGN(i.next_action, json::parse(row.text(14)));
    i.created_at = row.time(15);
    if (!row.is_null(16)) {
        i.expires_at = row.time(16);
    }
    return i;
}

/// The picture a run began with: what its own effects made of it since is taken away again.
void rewind(payment::PaymentPicture& picture) {
    if (picture.payment.status == payment::PaymentStatus::succeeded) {
        picture.order.paid_minor -= picture.payment.amount.minor();
    }
    picture.order.status = payment::OrderStatus::open;
    picture.payment.status = payment::PaymentStatus::pending;
    picture.payment.stage.clear();
    picture.payment.failure_code.clear();
    picture.payment.failure_message.clear();
    picture.instructions.clear();
}

}  // namespace

Result<std::vector<RunRow>> RunStore::live_runs(const std::vector<Bucket>& buckets) {
    db::ArrayBuilder numbers(db::ArrayType::int16);
    for (const Bucket bucket : buckets) {
        numbers.append(std::int64_t{static_cast<std::uint8_t>(bucket)});
    }
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kLiveRuns, {numbers}));
    std::vector<RunRow> runs;
    runs.reserve(rows.size());
    for (const db::Row row : rows) {
        runs.push_back(run_row(row));
    }
    return runs;
}

Result<std::optional<payment::PaymentPicture>> RunStore::picture(PaymentId id) {
    SLUICE_ASSIGN(const db::Rows payments, connection_.execute(kPayment, {id}));
    if (payments.empty()) {
        return std::optional<payment::PaymentPicture>{};
    }
    SLUICE_ASSIGN(auto picture, picture_of(payments[0]));
    SLUICE_ASSIGN(const db::Rows instructions, connection_.execute(kInstructions, {id}));
    for (const db::Row row : instructions) {
        SLUICE_ASSIGN(auto instruction, instruction_of(row));
        picture.instructions.push_back(std::move(instruction));
    }
    return std::optional(std::move(picture));
}

Result<std::optional<RunHistory>> RunStore::history(PaymentId id) {
    const std::int64_t bucket{static_cast<std::uint8_t>(id.bucket())};
    SLUICE_ASSIGN(const db::Rows runs, connection_.execute(kRun, {bucket, id}));
    if (runs.empty()) {
        return std::optional<RunHistory>{};
    }
    RunHistory history;
    history.row = run_row(runs[0]);
    SLUICE_ASSIGN(const db::Rows payments, connection_.execute(kPayment, {id}));
    if (payments.empty()) {
        return fail(ErrorCode::corrupt, "live run " + id.to_string() + " has no payment");
    }
    SLUICE_ASSIGN(history.start, picture_of(payments[0]));
    rewind(history.start);
    SLUICE_ASSIGN(const db::Rows journal, connection_.execute(kJournal, {id}));
    for (const db::Row row : journal) {
        flow::JournalEntry entry;
        entry.seq = static_cast<std::uint32_t>(row.int64(0));
        entry.at = row.time(1);
        SLUICE_ASSIGN(const std::string body, decompress_journal_body(row.bytes(2)));
        SLUICE_ASSIGN(entry.body, json::parse(body));
        const Id128 hash = row.uuid(3);
        entry.effects_hash = {hash.high, hash.low};
        history.journal.push_back(std::move(entry));
    }
    return std::optional(std::move(history));
}

Result<std::vector<PaymentId>> RunStore::payments_of(const std::vector<InstructionId>& instructions
) {
    db::ArrayBuilder ids(db::ArrayType::uuid);
    for (const InstructionId id : instructions) {
        ids.append(id);
    }
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kPaymentsOf, {ids}));
    std::vector<PaymentId> payments(instructions.size());
    for (const db::Row row : rows) {
        for (std::size_t i = 0; i < instructions.size(); ++i) {
            if (instructions[i].raw() == row.uuid(0)) {
                payments[i] = PaymentId(row.uuid(1));
            }
        }
    }
    return payments;
}

Result<std::optional<PaymentId>> RunStore::payment_of_order(OrderId order) {
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kPaymentOfOrder, {order}));
    if (rows.empty()) {
        return std::optional<PaymentId>{};
    }
    return std::optional(PaymentId(rows[0].uuid(0)));
}

Result<void> RunStore::keep_late_fact(const CallbackFact& fact, Time now) {
    const std::string body = to_json(payment::to_value(fact.outcome));
    const Hash128 hash = hash128(body);
    const bool success = fact.outcome.kind == payment::OutcomeKind::succeeded;
    const Id128 case_id = fact.instruction.raw().derive(0, 0);
    const std::int64_t amount = fact.outcome.amount ? fact.outcome.amount->minor() : 0;
    SLUICE_TRY(connection_.execute(
        kLateFact,
        {fact.instruction, Id128{hash.high, hash.low}, body, now, case_id, amount, success}
    ));
    return {};
}

Result<void> RunStore::quarantine(RunId run, const std::string& reason, Time now) {
    const std::int64_t bucket{static_cast<std::uint8_t>(run.bucket())};
    SLUICE_TRY(connection_.execute(kQuarantine, {bucket, run, now, reason}));
    return {};
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
