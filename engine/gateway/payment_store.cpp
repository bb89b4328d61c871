#include "gateway/payment_store.hpp"

#include <string>
#include <utility>

#include "gateway/run_page.hpp"
#include "json/json.hpp"
#include "worker/journal_body.hpp"
#include "worker/picture.hpp"

namespace sluice::gateway {
namespace {

constexpr db::Statement kSelectJournal{
    "gateway_select_journal",
    "SELECT seq, at, body FROM sluice.flow_journal WHERE run_id = $1 ORDER BY seq"
};
constexpr db::Statement kPaymentOfNumber{
    "gateway_payment_of_number",
    "SELECT o.request_hash, p.id FROM sluice.orders o CROSS JOIN LATERAL (SELECT x.id "
    "FROM sluice.payment x WHERE x.order_id = o.id ORDER BY x.created_at, x.id LIMIT 1) p "
    "WHERE o.merchant_id = $1 AND o.merchant_order_number = $2"
};
/// As orders are listed, see order_store.cpp.
constexpr db::Statement kListPayments{
    "gateway_list_payments",
    "WITH page AS MATERIALIZED (SELECT s.id FROM (SELECT * FROM sluice.payment x "
    "WHERE x.id >= $2 AND x.id < $3 ORDER BY x.id DESC LIMIT $4) s WHERE s.merchant_id = $1 "
    "AND ($6::text IS NULL OR s.status = $6) ORDER BY s.id DESC LIMIT $5) "
    "SELECT page.id, edge.id FROM (SELECT CASE WHEN (SELECT count(*) FROM page) < $5 THEN "
    "(SELECT x.id FROM sluice.payment x WHERE x.id >= $2 AND x.id < $3 "
    "ORDER BY x.id DESC LIMIT 1 OFFSET $4::bigint - 1) END AS id) edge "
    "LEFT JOIN page ON true ORDER BY page.id DESC"
};
/// OFFSET 0: the order's payments come by their index, they are few.
constexpr db::Statement kListPaymentsOfOrder{
    "gateway_list_payments_of_order",
    "SELECT s.id, NULL::uuid FROM (SELECT * FROM sluice.payment x WHERE x.order_id = $6 OFFSET 0) "
    "s WHERE s.merchant_id = $1 AND s.id >= $2 AND s.id < $3 "
    "AND ($5::text IS NULL OR s.status = $5) ORDER BY s.id DESC LIMIT $4"
};

/// Facts carry masked exchanges: more than a request body would need.
constexpr json::ParseLimits kJournalLimits{.depth_max = 64, .nodes_max = 200'000};

Result<Value> read_journal_body(
    worker::JournalDecompressor& decompressor, std::string_view stored
) {
    SLUICE_ASSIGN(const std::string body, decompressor.decompress(stored));
    return json::parse(body, kJournalLimits);
}

Result<db::Rows> select_page(db::Connection& connection, const PaymentQuery& query) {
    const ListWindow& window = query.window;
    const auto status =
        query.status ? db::Parameter(payment::to_string(*query.status)) : db::Parameter(nullptr);
    if (query.order_id) {
        return connection.execute(
            kListPaymentsOfOrder,
            {query.merchant_id,
             window.from,
             window.before,
             window.limit + 1,
             status,
             *query.order_id}
        );
    }
    return connection.execute(
        kListPayments,
        {query.merchant_id, window.from, window.before, window.looks_max, window.limit + 1, status}
    );
}

class PgPaymentStore final : public PaymentStore {
  public:
    explicit PgPaymentStore(db::Pool& pool) : pool_(pool) {}

    Result<std::optional<payment::Picture>> find(RunId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        return worker::load_picture(*lease, id);
    }

    Result<std::vector<JournalActivation>> journal(RunId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, lease->execute(kSelectJournal, {id}));
        std::vector<JournalActivation> activations;
        activations.reserve(rows.size());
        worker::JournalDecompressor decompressor;
        for (const db::Row row : rows) {
            auto body = read_journal_body(decompressor, row.bytes(2));
            if (!body) {
                return fail(
                    ErrorCode::corrupt,
                    "journal of " + id.to_string() + ", activation " +
                        std::to_string(row.int64(0)) + ": " + body.error().message
                );
            }
            activations.push_back({row.int64(0), row.time(1), *std::move(body)});
        }
        return activations;
    }

    Result<std::optional<KnownKey>> find_key(std::string_view merchant_id, std::string_view key)
        override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        return gateway::find_key(*lease, merchant_id, key);
    }

    Result<std::optional<KnownKey>> find_number(const OrderNumber& number) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(
            const db::Rows rows,
            lease->execute(kPaymentOfNumber, {number.merchant_id, number.number})
        );
        if (rows.empty()) {
            return std::nullopt;
        }
        return KnownKey{rows[0].uuid(0), rows[0].uuid(1)};
    }

    Result<PaymentPage> list(const PaymentQuery& query) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, select_page(*lease, query));
        SLUICE_ASSIGN(RunPage found, read_run_page(*lease, rows, query.window.limit));
        PaymentPage page{std::move(found.pictures), found.next_after};
        return page;
    }

  private:
    db::Pool& pool_;
};

}  // namespace

std::unique_ptr<PaymentStore> make_payment_store(db::Pool& pool) {
    return std::make_unique<PgPaymentStore>(pool);
}

}  // namespace sluice::gateway
