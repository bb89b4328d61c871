#include "notify/delivery_store.hpp"

#include <utility>

namespace sluice::notify {
namespace {

#define SLUICE_DELIVERY_COLUMNS                                                      \
    "d.id, d.endpoint_id, d.event_id, e.type, e.object_id, e.created_at, d.status, " \
    "d.attempts, d.due_at, d.response_status, d.failure, d.created_at, d.finished_at"

// Each status has its own stretch of the index.
constexpr db::Statement kListDeliveries{
    "notify_list_deliveries",
    "SELECT " SLUICE_DELIVERY_COLUMNS
    " FROM unnest($2::text[]) AS s (status) "
    "CROSS JOIN LATERAL (SELECT * FROM sluice.delivery x WHERE x.endpoint_id = $1 "
    "AND x.status = s.status AND x.id < $3 ORDER BY x.id DESC LIMIT $4) d "
    "JOIN sluice.event e ON e.id = d.event_id ORDER BY d.id DESC LIMIT $4"
};
constexpr db::Statement kFindDelivery{
    "notify_find_delivery",
    "SELECT " SLUICE_DELIVERY_COLUMNS
    " FROM sluice.delivery d "
    "JOIN sluice.event e ON e.id = d.event_id "
    "JOIN sluice.webhook_endpoint w ON w.id = d.endpoint_id "
    "WHERE d.id = $1 AND ($2::text IS NULL OR w.merchant_id = $2) AND w.deleted_at IS NULL"
};
constexpr db::Statement kRedeliver{
    "notify_redeliver",
    "UPDATE sluice.delivery d SET status = 'pending', attempts = 0, due_at = $3, "
    "finished_at = NULL FROM sluice.event e, sluice.webhook_endpoint w "
    "WHERE d.id = $1 AND e.id = d.event_id AND w.id = d.endpoint_id AND w.merchant_id = $2 "
    "AND w.deleted_at IS NULL RETURNING " SLUICE_DELIVERY_COLUMNS
};
constexpr db::Statement kRedeliverSince{
    "notify_redeliver_since",
    "SELECT queued, next_xid FROM sluice.redeliver_events($1, $2, $3, $4, $5)"
};

constexpr Id128 kLastId{~std::uint64_t{0}, ~std::uint64_t{0}};

Result<Delivery> read_delivery(const db::Row& row) {
    Delivery delivery;
    delivery.id = DeliveryId(row.uuid(0));
    delivery.endpoint = EndpointId(row.uuid(1));
    delivery.event = {
        .id = EventId(row.uuid(2)),
        .type = std::string(row.text(3)),
        .object = row.uuid(4),
        .at = row.time(5),
    };
    SLUICE_ASSIGN(delivery.status, parse_delivery_status(row.text(6)));
    delivery.attempts = row.int64(7);
    if (delivery.status == DeliveryStatus::pending) {
        delivery.next_attempt_at = row.time(8);
    }
    if (!row.is_null(9)) {
        delivery.response_status = row.int64(9);
    }
    delivery.failure = row.text(10);
    delivery.created_at = row.time(11);
    if (!row.is_null(12)) {
        delivery.finished_at = row.time(12);
    }
    return delivery;
}

Result<std::optional<Delivery>> first_delivery(const db::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    SLUICE_ASSIGN(Delivery delivery, read_delivery(rows[0]));
    return delivery;
}

}  // namespace

Result<DeliveryPage> DeliveryStore::list(const DeliveryPageRequest& request) {
    db::ArrayBuilder statuses(db::ArrayType::text);
    for (const DeliveryStatus status :
         {DeliveryStatus::pending, DeliveryStatus::delivered, DeliveryStatus::dead}) {
        if (request.status.value_or(status) == status) {
            statuses.append(to_string(status));
        }
    }
    const Id128 before = request.before ? request.before->raw() : kLastId;
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(
        const db::Rows rows,
        lease->execute(kListDeliveries, {request.endpoint, statuses, before, request.limit + 1})
    );
    DeliveryPage page;
    for (const db::Row row : rows) {
        if (static_cast<std::int64_t>(page.deliveries.size()) == request.limit) {
            page.next_before = page.deliveries.back().id;
            break;
        }
        SLUICE_ASSIGN(Delivery delivery, read_delivery(row));
        page.deliveries.push_back(std::move(delivery));
    }
    return page;
}

Result<std::optional<Delivery>> DeliveryStore::find(
    std::optional<std::string_view> merchant_id, DeliveryId id
) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    const db::Parameter merchant =
        merchant_id ? db::Parameter(*merchant_id) : db::Parameter(nullptr);
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kFindDelivery, {id, merchant}));
    return first_delivery(rows);
}

Result<std::optional<Delivery>> DeliveryStore::redeliver(
    std::string_view merchant_id, DeliveryId id, Time now
) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kRedeliver, {id, merchant_id, now}));
    return first_delivery(rows);
}

Result<Redelivered> DeliveryStore::redeliver_since(const RedeliverSince& wish) {
    // Steps grow while they find little, so that both a busy hour and a quiet year take few.
    constexpr int kStepsMax = 16;
    std::int64_t transactions = 5'000;
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    Redelivered done{.deliveries = 0, .next = wish.from};
    for (int i = 0; i < kStepsMax && done.next && done.deliveries < kRedeliverMax; ++i) {
        SLUICE_ASSIGN(
            const db::Rows rows,
            lease->execute(
                kRedeliverSince, {wish.endpoint, wish.since, *done.next, transactions, wish.now}
            )
        );
        const std::int64_t queued = rows[0].int64(0);
        done.deliveries += queued;
        done.next = rows[0].is_null(1) ? std::nullopt : std::optional(rows[0].int64(1));
        transactions *= queued < kRedeliverMax / 8 ? 4 : 1;
    }
    return done;
}

}  // namespace sluice::notify
