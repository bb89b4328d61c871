#include "gateway/payout_store.hpp"

#include <utility>

#include "db/array.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/transaction.hpp"

namespace sluice::gateway {
namespace {

/// As payments are listed, see payment_store.cpp.
#define SLUICE_LIST_OF(columns, table, condition)                                           \
    "WITH page AS MATERIALIZED (SELECT " columns " FROM (SELECT * FROM " table              \
    " x WHERE x.id >= $2 AND x.id < $3 ORDER BY x.id DESC LIMIT $4) s WHERE merchant_id = " \
    "$1 " condition                                                                         \
    "ORDER BY id DESC LIMIT $5) "                                                           \
    "SELECT page.*, edge.id FROM (SELECT CASE WHEN (SELECT count(*) FROM page) < $5 THEN "  \
    "(SELECT x.id FROM " table                                                              \
    " x WHERE x.id >= $2 AND x.id < $3 "                                                    \
    "ORDER BY x.id DESC LIMIT 1 OFFSET $4::bigint - 1) END AS id) edge "                    \
    "LEFT JOIN page ON true ORDER BY page.id DESC"
#define SLUICE_OUTGOING_OF(table) \
    SLUICE_LIST_OF("id", table, "AND ($6::text IS NULL OR status = $6) ")
#define SLUICE_FEW_OF(table, condition)                                        \
    "SELECT s.id, NULL::uuid FROM (SELECT * FROM " table " x WHERE " condition \
    " OFFSET 0) s WHERE s.merchant_id = $1 AND s.id >= $2 AND s.id < $3 "      \
    "AND ($5::text IS NULL OR s.status = $5) ORDER BY s.id DESC LIMIT $4"

constexpr db::Statement kListPayouts{"gateway_list_payouts", SLUICE_OUTGOING_OF("sluice.payout")};
constexpr db::Statement kListTransfers{
    "gateway_list_transfers", SLUICE_OUTGOING_OF("sluice.transfer")
};
constexpr db::Statement kPayoutByNumber{
    "gateway_payout_by_number",
    SLUICE_FEW_OF(
        "sluice.payout",
        "x.merchant_id = $1 AND x.merchant_number = $6 AND ($7::uuid IS NULL OR x.order_id = $7)"
    )
};
constexpr db::Statement kTransferByNumber{
    "gateway_transfer_by_number",
    SLUICE_FEW_OF("sluice.transfer", "x.merchant_id = $1 AND x.merchant_number = $6")
};
constexpr db::Statement kPayoutsOfOrder{
    "gateway_payouts_of_order", SLUICE_FEW_OF("sluice.payout", "x.order_id = $6")
};
constexpr db::Statement kPayoutNumber{
    "gateway_payout_number",
    "SELECT request_hash, id FROM sluice.payout WHERE merchant_id = $1 AND merchant_number = $2"
};
constexpr db::Statement kTransferNumber{
    "gateway_transfer_number",
    "SELECT request_hash, id FROM sluice.transfer WHERE merchant_id = $1 AND merchant_number = $2"
};
#undef SLUICE_OUTGOING_OF
#undef SLUICE_FEW_OF

#define SLUICE_BATCH_COLUMNS \
    "id, merchant_id, merchant_number, lines, currency, total, created_at, request_hash"
constexpr db::Statement kInsertBatch{
    "gateway_insert_batch",
    "INSERT INTO sluice.payout_batch (" SLUICE_BATCH_COLUMNS
    ") VALUES ($1, $2, $3, $4::integer, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
};
constexpr db::Statement kInsertLines{
    "gateway_insert_batch_lines",
    "INSERT INTO sluice.payout_batch_line (batch_id, line, merchant_number, amount, request_hash, "
    "problem_code, problem_message) SELECT $1, l.* FROM unnest($2::integer[], $3::text[], "
    "$4::bigint[], $5::uuid[], $6::text[], $7::text[]) l"
};
constexpr db::Statement kFindBatch{
    "gateway_find_batch", "SELECT " SLUICE_BATCH_COLUMNS " FROM sluice.payout_batch WHERE id = $1"
};
constexpr db::Statement kFindBatchByNumber{
    "gateway_find_batch_by_number",
    "SELECT " SLUICE_BATCH_COLUMNS
    " FROM sluice.payout_batch WHERE merchant_id = $1 AND merchant_number = $2"
};
constexpr db::Statement kListBatches{
    "gateway_list_batches", SLUICE_LIST_OF(SLUICE_BATCH_COLUMNS, "sluice.payout_batch", "")
};
constexpr db::Statement kListBatchesByNumber{
    "gateway_list_batches_by_number",
    "SELECT " SLUICE_BATCH_COLUMNS
    ", NULL::uuid FROM sluice.payout_batch "
    "WHERE merchant_id = $1 AND id >= $2 AND id < $3 AND merchant_number = $4"
};
constexpr int kBatchEdgeColumn = 8;
#undef SLUICE_LIST_OF
#undef SLUICE_BATCH_COLUMNS
/// A line's payout is the one with its number, unless another request had that number before.
#define SLUICE_PAYOUT_OF_LINE                                                        \
    "LEFT JOIN LATERAL (SELECT * FROM sluice.payout x WHERE x.merchant_id = $2 "     \
    "AND x.merchant_number = l.merchant_number AND x.request_hash = l.request_hash " \
    "OFFSET 0) p ON true "
#define SLUICE_STATUS_OF_LINE \
    "CASE WHEN l.problem_code <> '' THEN 'refused' ELSE coalesce(p.status, 'waiting') END"
constexpr db::Statement kLinesToBegin{
    "gateway_batch_lines_to_begin",
    "SELECT l.line FROM sluice.payout_batch_line l " SLUICE_PAYOUT_OF_LINE
    "WHERE l.batch_id = $1 AND l.problem_code = '' AND p.id IS NULL ORDER BY l.line"
};
constexpr db::Statement kKeepProblems{
    "gateway_keep_batch_problems",
    "UPDATE sluice.payout_batch_line x SET problem_code = l.code, problem_message = l.message "
    "FROM unnest($2::integer[], $3::text[], $4::text[]) AS l (line, code, message) "
    "WHERE x.batch_id = $1 AND x.line = l.line AND x.problem_code = ''"
};
constexpr db::Statement kBatchTotals{
    "gateway_batch_totals",
    "SELECT t.status, count(*), sum(t.amount)::bigint FROM (SELECT l.amount, " SLUICE_STATUS_OF_LINE
    " AS status FROM sluice.payout_batch_line l " SLUICE_PAYOUT_OF_LINE
    "WHERE l.batch_id = $1) t GROUP BY t.status ORDER BY t.status"
};
constexpr db::Statement kBatchLines{
    "gateway_batch_lines",
    "SELECT l.line, l.merchant_number, l.amount, l.problem_code, "
    "l.problem_message, " SLUICE_STATUS_OF_LINE
    ", p.id, p.failure_code, p.failure_message "
    "FROM sluice.payout_batch_line l " SLUICE_PAYOUT_OF_LINE
    "WHERE l.batch_id = $1 AND l.line > $3 ORDER BY l.line LIMIT $4"
};
#undef SLUICE_PAYOUT_OF_LINE
#undef SLUICE_STATUS_OF_LINE

db::Parameter status_parameter(const std::optional<payment::SubjectStatus>& status) {
    return status ? db::Parameter(payment::to_string(*status)) : db::Parameter(nullptr);
}

Result<db::Rows> select_page(db::Connection& connection, const OutgoingQuery& query) {
    const ListWindow& window = query.window;
    const auto status = status_parameter(query.status);
    const bool of_payouts = query.service == payment::Service::payout;
    const std::string& merchant = query.merchant_id;
    if (query.number && of_payouts) {
        const auto order = query.order_id ? db::Parameter(*query.order_id) : db::Parameter(nullptr);
        return connection.execute(
            kPayoutByNumber,
            {merchant, window.from, window.before, window.limit + 1, status, *query.number, order}
        );
    }
    if (query.number) {
        return connection.execute(
            kTransferByNumber,
            {merchant, window.from, window.before, window.limit + 1, status, *query.number}
        );
    }
    if (query.order_id) {
        return connection.execute(
            kPayoutsOfOrder,
            {merchant, window.from, window.before, window.limit + 1, status, *query.order_id}
        );
    }
    return connection.execute(
        of_payouts ? kListPayouts : kListTransfers,
        {merchant, window.from, window.before, window.looks_max, window.limit + 1, status}
    );
}

Result<PayoutBatch> read_batch(const db::Row& row) {
    PayoutBatch batch;
    batch.id = PayoutBatchId(row.uuid(0));
    batch.merchant_id = row.text(1);
    batch.number = row.text(2);
    batch.lines = row.int64(3);
    SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(4)));
    batch.total = Money{row.int64(5), currency};
    batch.created_at = row.time(6);
    return batch;
}

Result<db::Rows> select_batches(db::Connection& connection, const BatchQuery& query) {
    const ListWindow& window = query.window;
    if (query.number) {
        return connection.execute(
            kListBatchesByNumber, {query.merchant_id, window.from, window.before, *query.number}
        );
    }
    return connection.execute(
        kListBatches,
        {query.merchant_id, window.from, window.before, window.looks_max, window.limit + 1}
    );
}

Result<BatchPage> read_batches(const db::Rows& rows, std::int64_t limit) {
    BatchPage page;
    for (const db::Row row : rows) {
        if (static_cast<std::int64_t>(page.batches.size()) == limit) {
            page.next_after = page.batches.back().id.raw();
            return page;
        }
        if (!row.is_null(0)) {
            SLUICE_ASSIGN(auto batch, read_batch(row));
            page.batches.push_back(std::move(batch));
        }
    }
    if (!rows.empty() && !rows[0].is_null(kBatchEdgeColumn)) {
        page.next_after = rows[0].uuid(kBatchEdgeColumn);
    }
    return page;
}

Result<bool> insert_batch(db::Connection& connection, const OpenBatch& request) {
    const PayoutBatch& batch = request.batch;
    SLUICE_ASSIGN(
        const db::Rows inserted,
        connection.execute(
            kInsertBatch,
            {batch.id,
             batch.merchant_id,
             batch.number,
             batch.lines,
             batch.total.currency().code(),
             batch.total.minor(),
             batch.created_at,
             as_uuid(request.request_hash)}
        )
    );
    return inserted.affected() == 1;
}

Result<void> insert_lines(db::Connection& connection, const OpenBatch& request) {
    db::ArrayBuilder line(db::ArrayType::int32);
    db::ArrayBuilder number(db::ArrayType::text);
    db::ArrayBuilder amount(db::ArrayType::int64);
    db::ArrayBuilder hash(db::ArrayType::uuid);
    db::ArrayBuilder code(db::ArrayType::text);
    db::ArrayBuilder message(db::ArrayType::text);
    for (const BatchLine& each : request.lines) {
        line.append(each.line);
        number.append(each.number);
        amount.append(each.amount_minor);
        hash.append(as_uuid(each.request_hash));
        code.append(each.problem_code);
        message.append(each.problem_message);
    }
    SLUICE_TRY(connection.execute(
        kInsertLines, {request.batch.id, line, number, amount, hash, code, message}
    ));
    return {};
}

/// The batch of an earlier call with the same number, if its request was the same.
Result<PayoutBatch> earlier_batch(db::Connection& connection, const OpenBatch& request) {
    const PayoutBatch& wanted = request.batch;
    SLUICE_ASSIGN(
        const db::Rows rows,
        connection.execute(kFindBatchByNumber, {wanted.merchant_id, wanted.number})
    );
    if (rows.empty()) {
        return fail(ErrorCode::unavailable, "the batch number was taken and is gone, try again");
    }
    if (rows[0].uuid(7) != as_uuid(request.request_hash)) {
        return fail(number_reused("merchant_batch_number", wanted.number));
    }
    return read_batch(rows[0]);
}

class PgPayoutStore final : public PayoutStore {
  public:
    explicit PgPayoutStore(db::Pool& pool) : pool_(pool) {}

    Result<std::optional<KnownKey>> find_number(const OutgoingNumber& number) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        const bool of_payouts = number.service == payment::Service::payout;
        SLUICE_ASSIGN(
            const db::Rows rows,
            lease->execute(
                of_payouts ? kPayoutNumber : kTransferNumber, {number.merchant_id, number.number}
            )
        );
        if (rows.empty()) {
            return std::nullopt;
        }
        return KnownKey{rows[0].uuid(0), rows[0].uuid(1)};
    }

    Result<RunPage> list(const OutgoingQuery& query) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, select_page(*lease, query));
        return read_run_page(*lease, rows, query.window.limit);
    }

    Result<OpenedBatch> open_batch(const OpenBatch& request) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(Transaction transaction, Transaction::begin(*lease));
        OpenedBatch opened;
        opened.batch = request.batch;
        SLUICE_ASSIGN(opened.is_new, insert_batch(*lease, request));
        if (opened.is_new) {
            SLUICE_TRY(insert_lines(*lease, request));
        } else {
            SLUICE_ASSIGN(opened.batch, earlier_batch(*lease, request));
        }
        if (!request.idempotency_key.empty()) {
            SLUICE_TRY(claim_key(
                *lease,
                {opened.batch.merchant_id,
                 request.idempotency_key,
                 request.request_hash,
                 opened.batch.id.raw()}
            ));
        }
        SLUICE_ASSIGN(
            const db::Rows rows,
            lease->execute(kLinesToBegin, {opened.batch.id, opened.batch.merchant_id})
        );
        for (const db::Row row : rows) {
            opened.to_begin.push_back(row.int64(0));
        }
        SLUICE_TRY(transaction.commit());
        return opened;
    }

    Result<void> keep_problems(PayoutBatchId batch, std::span<const BatchLine> lines) override {
        db::ArrayBuilder line(db::ArrayType::int32);
        db::ArrayBuilder code(db::ArrayType::text);
        db::ArrayBuilder message(db::ArrayType::text);
        for (const BatchLine& each : lines) {
            line.append(each.line);
            code.append(each.problem_code);
            message.append(each.problem_message);
        }
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_TRY(lease->execute(kKeepProblems, {batch, line, code, message}));
        return {};
    }

    Result<std::optional<PayoutBatch>> find_batch(PayoutBatchId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, lease->execute(kFindBatch, {id}));
        if (rows.empty()) {
            return std::nullopt;
        }
        return read_batch(rows[0]);
    }

    Result<BatchPage> list_batches(const BatchQuery& query) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, select_batches(*lease, query));
        return read_batches(rows, query.window.limit);
    }

    Result<std::vector<BatchTotal>> batch_totals(const PayoutBatch& batch) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(
            const db::Rows rows, lease->execute(kBatchTotals, {batch.id, batch.merchant_id})
        );
        std::vector<BatchTotal> totals;
        for (const db::Row row : rows) {
            totals.push_back({std::string(row.text(0)), row.int64(1), row.int64(2)});
        }
        return totals;
    }

    Result<std::vector<BatchLineView>> batch_lines(const BatchLineQuery& query) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(
            const db::Rows rows,
            lease->execute(
                kBatchLines,
                {query.batch.id, query.batch.merchant_id, query.after_line, query.limit}
            )
        );
        std::vector<BatchLineView> lines;
        for (const db::Row row : rows) {
            BatchLineView& view = lines.emplace_back();
            view.asked.line = row.int64(0);
            view.asked.number = row.text(1);
            view.asked.amount_minor = row.int64(2);
            view.asked.problem_code = row.text(3);
            view.asked.problem_message = row.text(4);
            view.status = row.text(5);
            const bool has_problem = !view.asked.problem_code.empty();
            view.failure_code = has_problem ? row.text(3) : row.text_or_empty(7);
            view.failure_message = has_problem ? row.text(4) : row.text_or_empty(8);
            if (!row.is_null(6) && !has_problem) {
                view.payout = PayoutId(row.uuid(6));
            }
        }
        return lines;
    }

  private:
    db::Pool& pool_;
};

}  // namespace

std::unique_ptr<PayoutStore> make_payout_store(db::Pool& pool) {
    return std::make_unique<PgPayoutStore>(pool);
}

}  // namespace sluice::gateway
