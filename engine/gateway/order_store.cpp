#include "gateway/order_store.hpp"

#include <utility>

#include "db/array.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/transaction.hpp"

namespace sluice::gateway {
namespace {

#define SLUICE_ORDER_COLUMNS                                                                      \
    "id, merchant_id, merchant_order_number, product_code, description, currency, amount, paid, " \
    "status, created_at, expires_at, request_hash, active_payment, refunded, credit_account, "    \
    "credit_gl, "                                                                                 \
    "(SELECT coalesce(sum(t.amount), 0)::bigint FROM sluice.payout_sum t WHERE t.kind = 'order' " \
    "AND t.about = id::text) AS compensated"

constexpr db::Statement kInsertOrder{
    "gateway_insert_order",
    "INSERT INTO sluice.orders (id, merchant_id, merchant_order_number, product_code, description, "
    "currency, amount, request_hash, created_at, updated_at, expires_at, closes_at, "
    "credit_account, credit_gl) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $10, $11, $12) "
    "ON CONFLICT (merchant_id, merchant_order_number) DO NOTHING"
};
constexpr db::Statement kSelectOrder{
    "gateway_select_order",
    "SELECT " SLUICE_ORDER_COLUMNS
    " FROM sluice.orders WHERE id = $1 "
    "AND ($2::text IS NULL OR merchant_id = $2)"
};
constexpr db::Statement kSelectOrders{
    "gateway_select_orders",
    "SELECT " SLUICE_ORDER_COLUMNS " FROM sluice.orders WHERE id = ANY ($1::uuid[])"
};
constexpr db::Statement kSelectOrderByNumber{
    "gateway_select_order_by_number",
    "SELECT " SLUICE_ORDER_COLUMNS
    " FROM sluice.orders WHERE merchant_id = $1 AND merchant_order_number = $2"
};
constexpr db::Statement kCloseOrder{"gateway_close_order", "SELECT sluice.close_order($1, $2, $3)"};
/// The last column is the last id that was looked at, when there may be others behind it. What is
/// looked at is cut first, so that a merchant with few orders costs no more than one with many.
constexpr db::Statement kListOrders{
    "gateway_list_orders",
    "WITH page AS MATERIALIZED (SELECT " SLUICE_ORDER_COLUMNS
    " FROM (SELECT * FROM sluice.orders x WHERE x.id >= $2 AND x.id < $3 "
    "ORDER BY x.id DESC LIMIT $4) s WHERE s.merchant_id = $1 "
    "AND ($6::text IS NULL OR s.status = $6) AND ($7::text IS NULL OR s.product_code = $7) "
    "ORDER BY s.id DESC LIMIT $5) "
    "SELECT page.*, edge.id FROM (SELECT CASE WHEN (SELECT count(*) FROM page) < $5 THEN "
    "(SELECT x.id FROM sluice.orders x WHERE x.id >= $2 AND x.id < $3 "
    "ORDER BY x.id DESC LIMIT 1 OFFSET $4::bigint - 1) END AS id) edge "
    "LEFT JOIN page ON true ORDER BY page.id DESC"
};
constexpr int kEdgeColumn = 17;

struct StoredOrder {
    payment::Order order;
    Id128 request_hash;
    std::optional<PaymentId> under_way;
};

Result<StoredOrder> read_row(const db::Row& row) {
    StoredOrder stored;
    payment::Order& order = stored.order;
    order.id = OrderId(row.uuid(0));
    order.merchant_id = row.text(1);
    order.merchant_order_number = row.text(2);
    order.product_code = row.text(3);
    order.description = row.text(4);
    SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(5)));
    order.amount = Money{row.int64(6), currency};
    order.paid_minor = row.int64(7);
    SLUICE_ASSIGN(order.status, payment::parse_order_status(row.text(8)));
    order.created_at = row.time(9);
    order.expires_at = row.time(10);
    stored.request_hash = row.uuid(11);
    if (!row.is_null(12)) {
        stored.under_way = PaymentId(row.uuid(12));
    }
    order.refunded_minor = row.int64(13);
    if (!row.is_null(14)) {
        order.credit = {AccountId(row.uuid(14)), std::string(row.text(15))};
    }
    order.compensated_minor = row.int64(16);
    return stored;
}

Result<std::optional<StoredOrder>> read_order(const db::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    return read_row(rows[0]);
}

Result<std::optional<payment::Order>> without_hash(Result<std::optional<StoredOrder>> stored) {
    if (!stored) {
        return fail(std::move(stored).error());
    }
    std::optional<StoredOrder>& found = *stored;
    if (!found) {
        return std::nullopt;
    }
    return std::move(found->order);
}

Result<std::optional<StoredOrder>> select_by_number(
    db::Connection& connection, const OrderNumber& number
) {
    SLUICE_ASSIGN(
        const db::Rows rows,
        connection.execute(kSelectOrderByNumber, {number.merchant_id, number.number})
    );
    return read_order(rows);
}

/// Also finds the order of an earlier call, whatever its body was.
struct Landed {
    OpenedOrder opened;
    bool same_body = true;
};

Result<Landed> insert_or_find(db::Connection& connection, const OpenOrder& request) {
    const payment::Order& order = request.order;
    const bool tops_up = !order.credit.id.is_nil();
    SLUICE_ASSIGN(
        const db::Rows inserted,
        connection.execute(
            kInsertOrder,
            {order.id,
             order.merchant_id,
             order.merchant_order_number,
             order.product_code,
             order.description,
             order.amount.currency().code(),
             order.amount.minor(),
             as_uuid(request.order_hash),
             order.created_at,
             order.expires_at,
             tops_up ? db::Parameter(order.credit.id) : db::Parameter(nullptr),
             tops_up ? db::Parameter(order.credit.gl) : db::Parameter(nullptr)}
        )
    );
    if (inserted.affected() == 1) {
        Landed landed{{order, true}, true};
        landed.opened.order.compensated_minor = 0;
        return landed;
    }
    SLUICE_ASSIGN(
        auto existing,
        select_by_number(connection, {order.merchant_id, order.merchant_order_number})
    );
    if (!existing) {
        return fail(
            ErrorCode::unavailable,
            "order number '" + order.merchant_order_number + "' was taken and is gone, try again"
        );
    }
    const bool same_body = existing->request_hash == as_uuid(request.order_hash);
    return Landed{{std::move(existing->order), false}, same_body};
}

Result<std::optional<OrderState>> select_state(
    db::Connection& connection, std::optional<std::string_view> merchant_id, OrderId id
) {
    const db::Parameter merchant =
        merchant_id ? db::Parameter(*merchant_id) : db::Parameter(nullptr);
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kSelectOrder, {id, merchant}));
    SLUICE_ASSIGN(auto stored, read_order(rows));
    if (!stored) {
        return std::nullopt;
    }
    return OrderState{std::move(stored->order), stored->under_way};
}

/// What the statement of a page gave: one row more than the page has when there is a next one.
Result<OrderPage> read_page(const db::Rows& rows, std::int64_t limit) {
    OrderPage page;
    for (const db::Row row : rows) {
        if (row.is_null(0)) {
            continue;
        }
        if (static_cast<std::int64_t>(page.orders.size()) == limit) {
            page.next_after = page.orders.back().id.raw();
            return page;
        }
        SLUICE_ASSIGN(StoredOrder stored, read_row(row));
        page.orders.push_back(std::move(stored.order));
    }
    if (!rows.empty() && !rows[0].is_null(kEdgeColumn)) {
        page.next_after = rows[0].uuid(kEdgeColumn);
    }
    return page;
}

bool fits(const payment::Order& order, const OrderQuery& query) {
    const Id128 id = order.id.raw();
    return (!query.status || order.status == *query.status) &&
           (!query.product_code || order.product_code == *query.product_code) &&
           id >= query.window.from && id < query.window.before;
}

class PgOrderStore final : public OrderStore {
  public:
    explicit PgOrderStore(db::Pool& pool) : pool_(pool) {}

    Result<OpenedOrder> open(const OpenOrder& request) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        if (!request.idempotency_key.empty()) {
            return open_under_key(*lease, request);
        }
        SLUICE_ASSIGN(Landed landed, insert_or_find(*lease, request));
        if (!landed.same_body) {
            return fail(number_reused("merchant_order_number", request.order.merchant_order_number)
            );
        }
        return std::move(landed.opened);
    }

    Result<std::optional<payment::Order>> find(
        std::optional<std::string_view> merchant_id, OrderId id
    ) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        const db::Parameter merchant =
            merchant_id ? db::Parameter(*merchant_id) : db::Parameter(nullptr);
        SLUICE_ASSIGN(const db::Rows rows, lease->execute(kSelectOrder, {id, merchant}));
        return without_hash(read_order(rows));
    }

    Result<std::optional<payment::Order>> find_by_number(OrderNumber number) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        return without_hash(select_by_number(*lease, number));
    }

    Result<std::optional<OrderState>> find_state(
        std::optional<std::string_view> merchant_id, OrderId id
    ) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        return select_state(*lease, merchant_id, id);
    }

    Result<OrderState> close(const CloseOrder& request) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_TRY(lease->execute(kCloseOrder, {request.merchant_id, request.id, request.at}));
        SLUICE_ASSIGN(auto state, select_state(*lease, request.merchant_id, request.id));
        if (!state) {
            return fail(
                ErrorCode::not_found, "order " + request.id.to_string() + " does not exist"
            );
        }
        return *std::move(state);
    }

    Result<OrderPage> list(const OrderQuery& query) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        if (query.number) {
            SLUICE_ASSIGN(auto found, select_by_number(*lease, {query.merchant_id, *query.number}));
            OrderPage page;
            if (found && fits(found->order, query)) {
                page.orders.push_back(std::move(found->order));
            }
            return page;
        }
        const auto status = query.status ? db::Parameter(payment::to_string(*query.status))
                                         : db::Parameter(nullptr);
        const auto product =
            query.product_code ? db::Parameter(*query.product_code) : db::Parameter(nullptr);
        const ListWindow& window = query.window;
        SLUICE_ASSIGN(
            const db::Rows rows,
            lease->execute(
                kListOrders,
                {query.merchant_id,
                 window.from,
                 window.before,
                 window.looks_max,
                 window.limit + 1,
                 status,
                 product}
            )
        );
        return read_page(rows, window.limit);
    }

  private:
    /// A key that belongs to another request is told before a number that does.
    static Result<OpenedOrder> open_under_key(
        db::Connection& connection, const OpenOrder& request
    ) {
        SLUICE_ASSIGN(Transaction transaction, Transaction::begin(connection));
        SLUICE_ASSIGN(Landed landed, insert_or_find(connection, request));
        SLUICE_TRY(claim_key(
            connection,
            {request.order.merchant_id,
             request.idempotency_key,
             request.request_hash,
             landed.opened.order.id.raw()}
        ));
        if (!landed.same_body) {
            return fail(number_reused("merchant_order_number", request.order.merchant_order_number)
            );
        }
        SLUICE_TRY(transaction.commit());
        return std::move(landed.opened);
    }

    db::Pool& pool_;
};

}  // namespace

Result<std::vector<payment::Order>> load_orders(
    db::Connection& connection, std::span<const OrderId> ids
) {
    db::ArrayBuilder wanted(db::ArrayType::uuid);
    for (const OrderId id : ids) {
        wanted.append(id);
    }
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kSelectOrders, {wanted}));
    std::vector<payment::Order> orders;
    for (const db::Row row : rows) {
        SLUICE_ASSIGN(StoredOrder stored, read_row(row));
        orders.push_back(std::move(stored.order));
    }
    return orders;
}

std::unique_ptr<OrderStore> make_order_store(db::Pool& pool) {
    return std::make_unique<PgOrderStore>(pool);
}

}  // namespace sluice::gateway
