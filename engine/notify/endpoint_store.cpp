#include "notify/endpoint_store.hpp"

#include <utility>

#include "notify/text_array.hpp"

namespace sluice::notify {
namespace {

#define SLUICE_ENDPOINT_COLUMNS                                                   \
    "id, merchant_id, url, description, array_to_string(filters, ' '), enabled, " \
    "disabled_reason, created_at, updated_at"

// The count and the row are one statement; two at once may pass it by, which harms nobody.
constexpr db::Statement kInsert{
    "notify_insert_endpoint",
    "INSERT INTO sluice.webhook_endpoint (id, merchant_id, url, description, filters, enabled, "
    "secret, created_at, updated_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $8 "
    "WHERE (SELECT count(*) FROM sluice.webhook_endpoint w "
    "WHERE w.merchant_id = $2 AND w.deleted_at IS NULL) < $9::bigint"
};
constexpr db::Statement kSelect{
    "notify_select_endpoint",
    "SELECT " SLUICE_ENDPOINT_COLUMNS
    " FROM sluice.webhook_endpoint "
    "WHERE id = $1 AND deleted_at IS NULL"
};
constexpr db::Statement kListEndpoints{
    "notify_list_endpoints",
    "SELECT " SLUICE_ENDPOINT_COLUMNS
    " FROM sluice.webhook_endpoint "
    "WHERE ($1::text IS NULL OR merchant_id = $1) AND deleted_at IS NULL ORDER BY id"
};
constexpr db::Statement kChange{
    "notify_change_endpoint",
    "UPDATE sluice.webhook_endpoint SET url = coalesce($3, url), "
    "description = coalesce($4, description), filters = coalesce($5::text[], filters), "
    "enabled = coalesce($6::boolean, enabled), "
    "disabled_reason = CASE WHEN $6::boolean IS NULL THEN disabled_reason ELSE '' END, "
    "updated_at = $7 WHERE id = $1 AND merchant_id = $2 AND deleted_at IS NULL "
    "RETURNING " SLUICE_ENDPOINT_COLUMNS
};
constexpr db::Statement kRemove{
    "notify_remove_endpoint",
    "UPDATE sluice.webhook_endpoint SET deleted_at = $3, enabled = false "
    "WHERE id = $1 AND merchant_id = $2 AND deleted_at IS NULL"
};
constexpr db::Statement kRotate{
    "notify_rotate_secret",
    "UPDATE sluice.webhook_endpoint w SET secret = $3, "
    "old_secrets = ARRAY(SELECT t.s FROM unnest(w.old_secrets, w.old_until) WITH ORDINALITY "
    "AS t (s, u, n) WHERE t.u > $4 ORDER BY t.n) || w.secret, "
    "old_until = ARRAY(SELECT t.u FROM unnest(w.old_until) WITH ORDINALITY AS t (u, n) "
    "WHERE t.u > $4 ORDER BY t.n) || $5::timestamptz, updated_at = $4 "
    "WHERE id = $1 AND merchant_id = $2 AND deleted_at IS NULL "
    "AND (SELECT count(*) FROM unnest(w.old_until) AS t (u) WHERE t.u > $4) < 3 "
    "RETURNING " SLUICE_ENDPOINT_COLUMNS
};
constexpr db::Statement kInsertTest{
    "notify_insert_test_event", "SELECT sluice.add_test_event($1, $2, $3)"
};

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

Endpoint read_endpoint(const db::Row& row) {
    Endpoint endpoint;
    endpoint.id = EndpointId(row.uuid(0));
    endpoint.merchant_id = row.text(1);
    endpoint.url = row.text(2);
    endpoint.description = row.text(3);
    endpoint.filters = split_words(row.text(4));
    endpoint.enabled = row.boolean(5);
    endpoint.disabled_reason = row.text(6);
    endpoint.created_at = row.time(7);
    endpoint.updated_at = row.time(8);
    return endpoint;
}

std::optional<Endpoint> first_endpoint(const db::Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read_endpoint(rows[0]));
}

db::Parameter or_null(const std::optional<std::string>& text) {
    return text ? db::Parameter(*text) : db::Parameter(nullptr);
}

}  // namespace

Result<Secret<std::string>> open_endpoint_secret(
    const channel::SealingKeys& keys, EndpointId endpoint, const Secret<std::string>& sealed
) {
    const std::string owner = endpoint.to_string();
    return keys.open({kEndpointSecretTable, owner, kEndpointSecretField}, sealed.reveal());
}

std::string EndpointStore::sealed(EndpointId id, const Secret<std::string>& secret) const {
    const std::string owner = id.to_string();
    return keys_.seal({kEndpointSecretTable, owner, kEndpointSecretField}, secret.reveal());
}

Result<void> EndpointStore::add(const Endpoint& endpoint, const Secret<std::string>& secret) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    const db::ArrayBuilder filters = text_array(endpoint.filters);
    const std::string kept = sealed(endpoint.id, secret);
    SLUICE_ASSIGN(
        const db::Rows inserted,
        lease->execute(
            kInsert,
            {endpoint.id,
             endpoint.merchant_id,
             endpoint.url,
             endpoint.description,
             filters,
             endpoint.enabled,
             kept,
             endpoint.created_at,
             kEndpointsMax}
        )
    );
    if (inserted.affected() == 0) {
        return fail(
            ErrorCode::refused,
            "the merchant has " + std::to_string(kEndpointsMax) +
                " endpoints, wanted fewer before one is added",
            "too_many_endpoints"
        );
    }
    return {};
}

Result<std::optional<Endpoint>> EndpointStore::find(EndpointId id) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kSelect, {id}));
    return first_endpoint(rows);
}

Result<std::vector<Endpoint>> EndpointStore::list(std::optional<std::string_view> merchant_id) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    const db::Parameter merchant =
        merchant_id ? db::Parameter(*merchant_id) : db::Parameter(nullptr);
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kListEndpoints, {merchant}));
    std::vector<Endpoint> endpoints;
    for (const db::Row row : rows) {
        endpoints.push_back(read_endpoint(row));
    }
    return endpoints;
}

Result<std::optional<Endpoint>> EndpointStore::change(
    const OwnEndpoint& own, const EndpointChange& change, Time now
) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    const db::ArrayBuilder filters =
        text_array(change.filters.value_or(std::vector<std::string>{}));
    SLUICE_ASSIGN(
        const db::Rows rows,
        lease->execute(
            kChange,
            {own.id,
             own.merchant_id,
             or_null(change.url),
             or_null(change.description),
             change.filters ? db::Parameter(filters) : db::Parameter(nullptr),
             change.enabled ? db::Parameter(*change.enabled) : db::Parameter(nullptr),
             now}
        )
    );
    return first_endpoint(rows);
}

Result<bool> EndpointStore::remove(const OwnEndpoint& own, Time now) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows done, lease->execute(kRemove, {own.id, own.merchant_id, now}));
    return done.affected() == 1;
}

Result<std::optional<Endpoint>> EndpointStore::rotate(
    const OwnEndpoint& own, const SecretRotation& rotation
) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    const std::string kept = sealed(own.id, rotation.secret);
    SLUICE_ASSIGN(
        const db::Rows rows,
        lease->execute(kRotate, {own.id, own.merchant_id, kept, rotation.now, rotation.old_until})
    );
    if (!rows.empty()) {
        return first_endpoint(rows);
    }
    SLUICE_ASSIGN(const db::Rows there, lease->execute(kSelect, {own.id}));
    if (there.empty() || read_endpoint(there[0]).merchant_id != own.merchant_id) {
        return std::nullopt;
    }
    return fail(
        ErrorCode::refused,
        "four secrets of the endpoint sign already, wanted one of them to be over first",
        "too_many_secrets"
    );
}

Result<void> EndpointStore::add_test_event(EventId event, EndpointId endpoint, Time now) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_TRY(lease->execute(kInsertTest, {event, endpoint, now}));
    return {};
}

}  // namespace sluice::notify
