#include "gateway/refund_store.hpp"

#include <utility>

#include "json/json.hpp"
#include "payment/legs.hpp"

namespace sluice::gateway {
namespace {

/// OFFSET 0: the order's payments come by their index, they are few.
constexpr db::Statement kSources{
    "gateway_refund_sources",
    "SELECT i.id, i.run_id, i.leg, i.kind, i.channel, i.channel_account, i.scene, i.account_id, "
    "i.amount, i.refunded, i.channel_reference, i.created_at, p.legs "
    "FROM (SELECT * FROM sluice.payment x WHERE x.order_id = $1 OFFSET 0) p "
    "CROSS JOIN LATERAL (SELECT * FROM sluice.instruction x WHERE x.run_id = p.id OFFSET 0) i "
    "WHERE p.status = 'succeeded' AND ($2::uuid IS NULL OR p.id = $2) "
    "AND i.purpose = 'collect' AND i.status = 'succeeded' ORDER BY p.id, i.leg, i.id"
};
constexpr db::Statement kSelectNumber{
    "gateway_select_refund_number",
    "SELECT request_hash, id FROM sluice.refund WHERE merchant_id = $1 AND merchant_number = $2"
};
/// As orders are listed, see order_store.cpp.
constexpr db::Statement kListRefunds{
    "gateway_list_refunds",
    "WITH page AS MATERIALIZED (SELECT s.id FROM (SELECT * FROM sluice.refund x "
    "WHERE x.id >= $2 AND x.id < $3 ORDER BY x.id DESC LIMIT $4) s WHERE s.merchant_id = $1 "
    "AND ($6::text IS NULL OR s.status = $6) ORDER BY s.id DESC LIMIT $5) "
    "SELECT page.id, edge.id FROM (SELECT CASE WHEN (SELECT count(*) FROM page) < $5 THEN "
    "(SELECT x.id FROM sluice.refund x WHERE x.id >= $2 AND x.id < $3 "
    "ORDER BY x.id DESC LIMIT 1 OFFSET $4::bigint - 1) END AS id) edge "
    "LEFT JOIN page ON true ORDER BY page.id DESC"
};
/// A refund is of a payment when it names it or has given something of it back.
#define SLUICE_REFUND_FILTERS                                                            \
    " s WHERE s.merchant_id = $1 AND s.id >= $2 AND s.id < $3 "                          \
    "AND ($5::text IS NULL OR s.status = $5) AND ($6::uuid IS NULL OR s.order_id = $6) " \
    "AND ($7::uuid IS NULL OR s.details::jsonb ->> 'payment' = $8 OR EXISTS (SELECT 1 "  \
    "FROM sluice.instruction w JOIN sluice.instruction c ON c.run_id = $7 AND c.id = "   \
    "w.original_id "                                                                     \
    "WHERE w.run_id = s.id)) ORDER BY s.id DESC LIMIT $4"
constexpr db::Statement kListRefundsOfOrder{
    "gateway_list_refunds_of_order",
    "SELECT s.id, NULL::uuid FROM (SELECT * FROM sluice.refund x WHERE x.order_id = "
    "coalesce($6, (SELECT p.order_id FROM sluice.payment p WHERE p.id = $7)) OFFSET "
    "0)" SLUICE_REFUND_FILTERS
};
constexpr db::Statement kListRefundOfNumber{
    "gateway_list_refund_of_number",
    "SELECT s.id, NULL::uuid FROM (SELECT * FROM sluice.refund x WHERE x.merchant_id = $1 "
    "AND x.merchant_number = $9 OFFSET 0)" SLUICE_REFUND_FILTERS
};
#undef SLUICE_REFUND_FILTERS

Result<payment::RefundSource> read_source(const db::Row& row, Currency currency) {
    payment::RefundSource source;
    source.instruction = InstructionId(row.uuid(0));
    source.payment = RunId(row.uuid(1));
    source.leg_number = static_cast<int>(row.int64(2));
    SLUICE_ASSIGN(source.kind, payment::parse_leg_kind(row.text(3)));
    source.channel = row.text(4);
    source.channel_account = row.text(5);
    source.scene = row.text(6);
    if (!row.is_null(7)) {
        source.account = AccountId(row.uuid(7));
    }
    source.amount = Money{row.int64(8), currency};
    source.refunded = Money{row.int64(9), currency};
    source.channel_reference = row.text(10);
    source.collected_at = row.time(11);
    SLUICE_ASSIGN(const Value stored, json::parse(row.text(12)));
    SLUICE_ASSIGN(const auto legs, payment::legs_from_value(stored, currency));
    for (const payment::Leg& leg : legs) {
        if (leg.number == source.leg_number) {
            source.method = leg.method;
        }
    }
    return source;
}

template <class T>
db::Parameter parameter_of(const std::optional<T>& value) {
    return value ? db::Parameter(*value) : db::Parameter(nullptr);
}

Result<db::Rows> select_few(db::Connection& connection, const RefundQuery& query) {
    const ListWindow& window = query.window;
    const auto status =
        query.status ? db::Parameter(payment::to_string(*query.status)) : db::Parameter(nullptr);
    const std::string named =
        query.payment_id ? RunId(query.payment_id->raw()).to_string() : std::string();
    std::vector<db::Parameter> parameters{
        query.merchant_id,
        window.from,
        window.before,
        window.limit + 1,
        status,
        parameter_of(query.order_id),
        parameter_of(query.payment_id),
        named
    };
    if (!query.number) {
        return connection.execute(kListRefundsOfOrder, parameters);
    }
    parameters.emplace_back(*query.number);
    return connection.execute(kListRefundOfNumber, parameters);
}

Result<db::Rows> select_page(db::Connection& connection, const RefundQuery& query) {
    if (query.number || query.order_id || query.payment_id) {
        return select_few(connection, query);
    }
    const ListWindow& window = query.window;
    const auto status =
        query.status ? db::Parameter(payment::to_string(*query.status)) : db::Parameter(nullptr);
    return connection.execute(
        kListRefunds,
        {query.merchant_id, window.from, window.before, window.looks_max, window.limit + 1, status}
    );
}

class PgRefundStore final : public RefundStore {
  public:
    explicit PgRefundStore(db::Pool& pool) : pool_(pool) {}

    Result<std::vector<payment::RefundSource>> sources(const SourcesOf& of) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        const auto payment =
            of.payment.is_nil() ? db::Parameter(nullptr) : db::Parameter(of.payment);
        SLUICE_ASSIGN(const db::Rows rows, lease->execute(kSources, {of.order, payment}));
        std::vector<payment::RefundSource> sources;
        for (const db::Row row : rows) {
            SLUICE_ASSIGN(auto source, read_source(row, of.currency));
            sources.push_back(std::move(source));
        }
        return sources;
    }

    Result<std::optional<KnownKey>> find_number(const RefundNumber& number) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(
            const db::Rows rows, lease->execute(kSelectNumber, {number.merchant_id, number.number})
        );
        if (rows.empty()) {
            return std::nullopt;
        }
        return KnownKey{rows[0].uuid(0), rows[0].uuid(1)};
    }

    Result<RunPage> list(const RefundQuery& query) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, select_page(*lease, query));
        return read_run_page(*lease, rows, query.window.limit);
    }

  private:
    db::Pool& pool_;
};

}  // namespace

std::unique_ptr<RefundStore> make_refund_store(db::Pool& pool) {
    return std::make_unique<PgRefundStore>(pool);
}

}  // namespace sluice::gateway
