#include "app/reseal_store.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/payee_wiring.hpp"
#include "channel/account_store.hpp"
#include "gateway/render_outgoing.hpp"
#include "json/json.hpp"
#include "notify/endpoint_store.hpp"

namespace sluice::app {
namespace {

constexpr std::int64_t kPage = 500;

// A page of rows with something old in them, behind the id where the last page ended.
constexpr db::Statement kSecrets{
    "reseal_channel_secrets",
    "SELECT account_id, version, name, sealed FROM sluice.channel_secret "
    "WHERE key_id <> $1 ORDER BY account_id, version, name LIMIT $2"
};
constexpr db::Statement kSetSecret{
    "reseal_set_channel_secret",
    "UPDATE sluice.channel_secret SET sealed = $5 "
    "WHERE account_id = $1 AND version = $2::integer AND name = $3 AND sealed = $4"
};
constexpr db::Statement kEndpoints{
    "reseal_endpoints",
    "SELECT id, array_to_string(secret || old_secrets, ' ') FROM sluice.webhook_endpoint "
    "WHERE id > $1 ORDER BY id LIMIT $2"
};
// One replaced secret more, and the texts are no longer those that were read.
constexpr db::Statement kSetEndpoint{
    "reseal_set_endpoint",
    "UPDATE sluice.webhook_endpoint SET secret = ($3::text[])[1], old_secrets = ($3::text[])[2:] "
    "WHERE id = $1 AND array_to_string(secret || old_secrets, ' ') = $2"
};
// Nobody reads a payer again once the payment is over.
constexpr db::Statement kPayments{
    "reseal_payments",
    "SELECT p.id, p.legs FROM sluice.flow_run r JOIN sluice.payment p ON p.id = r.run_id "
    "WHERE p.id > $1 AND p.legs LIKE '%\"sealed\":%' ORDER BY p.id LIMIT $2"
};
constexpr db::Statement kSetPayment{
    "reseal_set_payment", "UPDATE sluice.payment SET legs = $3 WHERE id = $1 AND legs = $2"
};
constexpr db::Statement kPayouts{
    "reseal_payouts",
    "SELECT id, details FROM sluice.payout WHERE id > $1 AND details LIKE '%\"sealed\":%' "
    "ORDER BY id LIMIT $2"
};
constexpr db::Statement kSetPayout{
    "reseal_set_payout", "UPDATE sluice.payout SET details = $3 WHERE id = $1 AND details = $2"
};
constexpr db::Statement kRefunds{
    "reseal_refunds",
    "SELECT id, details FROM sluice.refund WHERE id > $1 AND details LIKE '%\"sealed\":%' "
    "ORDER BY id LIMIT $2"
};
constexpr db::Statement kSetRefund{
    "reseal_set_refund", "UPDATE sluice.refund SET details = $3 WHERE id = $1 AND details = $2"
};

// A page of tasks, with all of their votes that name a payee.
constexpr db::Statement kVotes{
    "reseal_votes",
    "SELECT p.task_id, v.payee, v.actor, t.run_id FROM ("
    "SELECT DISTINCT x.task_id FROM sluice.task_vote x "
    "WHERE x.payee IS NOT NULL AND x.task_id > $1 ORDER BY x.task_id LIMIT $2) p "
    "JOIN sluice.task t ON t.id = p.task_id "
    "JOIN sluice.task_vote v ON v.task_id = p.task_id AND v.payee IS NOT NULL ORDER BY p.task_id"
};
constexpr db::Statement kSetVote{
    "reseal_set_vote",
    "UPDATE sluice.task_vote SET payee = $4 WHERE task_id = $1 AND actor = $2 AND payee = $3"
};

/// One walk over a table: what to read, and how a row of (id, text) is sealed again; the same text
/// when nothing in it is old.
struct Walk {
    const db::Statement& page;
    std::function<Result<bool>(const db::Row&)> reseal;
};

Result<std::size_t> walk(db::Connection& connection, const Walk& over) {
    std::size_t changed = 0;
    Id128 after;
    while (true) {
        SLUICE_ASSIGN(const db::Rows rows, connection.execute(over.page, {after, kPage}));
        for (const db::Row row : rows) {
            SLUICE_ASSIGN(const bool is_changed, over.reseal(row));
            changed += is_changed ? 1U : 0U;
            after = row.uuid(0);
        }
        if (rows.size() < static_cast<std::size_t>(kPage)) {
            return changed;
        }
    }
}

/// Those under old keys leave the list as they are sealed again.
Result<std::size_t> reseal_secrets(db::Connection& connection, const channel::SealingKeys& keys) {
    std::size_t changed = 0;
    while (true) {
        SLUICE_ASSIGN(
            const db::Rows rows, connection.execute(kSecrets, {keys.current_id(), kPage})
        );
        for (const db::Row row : rows) {
            const channel::ChannelAccountId id(row.uuid(0));
            const auto owner = channel::channel_secret_owner(id, static_cast<int>(row.int64(1)));
            SLUICE_ASSIGN(
                const std::string again,
                keys.reseal({channel::kChannelSecretTable, owner, row.text(2)}, row.text(3))
            );
            SLUICE_ASSIGN(
                const db::Rows done,
                connection.execute(kSetSecret, {id, row.int64(1), row.text(2), row.text(3), again})
            );
            changed += static_cast<std::size_t>(done.affected());
        }
        if (rows.empty()) {
            return changed;
        }
    }
}

Result<bool> reseal_endpoint(
    db::Connection& connection, const channel::SealingKeys& keys, const db::Row& row
) {
    const std::string owner = notify::EndpointId(row.uuid(0)).to_string();
    std::vector<std::string> again;
    bool is_old = false;
    std::string_view rest = row.text(1);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        const std::string_view sealed = rest.substr(0, end);
        is_old = is_old || channel::sealed_under(sealed) != keys.current_id();
        SLUICE_ASSIGN(
            std::string text,
            keys.reseal({notify::kEndpointSecretTable, owner, notify::kEndpointSecretField}, sealed)
        );
        again.push_back(std::move(text));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!is_old) {
        return false;
    }
    db::ArrayBuilder texts(db::ArrayType::text);
    for (const std::string& text : again) {
        texts.append(text);
    }
    SLUICE_ASSIGN(
        const db::Rows done, connection.execute(kSetEndpoint, {row.uuid(0), row.text(1), texts})
    );
    return done.affected() == 1;
}

/// Where the members of one party are sealed for; `prefix` is before each member's name.
struct PartyPlace {
    std::string_view table;
    std::string owner;
    std::string prefix;
};

/// Seals again what is old of a party; false when nothing is.
Result<bool> reseal_party(const channel::SealingKeys& keys, const PartyPlace& place, Value& party) {
    bool is_old = false;
    if (party.as_object() == nullptr) {
        return is_old;
    }
    for (auto& [name, member] : *party.as_object()) {
        const std::string sealed(member.text_or_empty(gateway::kSealedMember));
        if (channel::sealed_under(sealed) == keys.current_id()) {
            continue;
        }
        is_old = true;
        SLUICE_ASSIGN(
            std::string text, keys.reseal({place.table, place.owner, place.prefix + name}, sealed)
        );
        member.set(gateway::kSealedMember, std::move(text));
    }
    return is_old;
}

/// What is stored with its party sealed again; nothing when none of it is old.
using Resealing = std::function<
    Result<std::optional<std::string>>(const channel::SealingKeys& keys, const db::Row& row)>;

Result<std::optional<std::string>> resealed_details(
    const channel::SealingKeys& keys, const db::Row& row
) {
    SLUICE_ASSIGN(Value details, json::parse(row.text(1)));
    const Value* payee = details.find("payee");
    if (payee == nullptr) {
        return std::nullopt;
    }
    Value again = *payee;
    const PartyPlace place{kPayeeTable, RunId(row.uuid(0)).to_string(), ""};
    SLUICE_ASSIGN(const bool is_old, reseal_party(keys, place, again));
    if (!is_old) {
        return std::nullopt;
    }
    details.set("payee", std::move(again));
    return to_json(details);
}

Result<bool> reseal_vote(
    db::Connection& connection, const channel::SealingKeys& keys, const db::Row& row
) {
    SLUICE_ASSIGN(Value payee, json::parse(row.text(1)));
    const PartyPlace place{kPayeeTable, RunId(row.uuid(3)).to_string(), ""};
    SLUICE_ASSIGN(const bool is_old, reseal_party(keys, place, payee));
    if (!is_old) {
        return false;
    }
    SLUICE_ASSIGN(
        const db::Rows done,
        connection.execute(kSetVote, {row.uuid(0), row.text(2), row.text(1), to_json(payee)})
    );
    return done.affected() == 1;
}

Result<std::optional<std::string>> resealed_legs(
    const channel::SealingKeys& keys, const db::Row& row
) {
    SLUICE_ASSIGN(Value legs, json::parse(row.text(1)));
    if (legs.as_array() == nullptr) {
        return std::nullopt;
    }
    bool is_any_old = false;
    int number = 0;
    for (Value& leg : *legs.as_array()) {
        ++number;
        const Value* payer = leg.find("payer");
        if (payer == nullptr) {
            continue;
        }
        Value again = *payer;
        const PartyPlace place{
            kPayerTable, RunId(row.uuid(0)).to_string(), payer_field(number, "")
        };
        SLUICE_ASSIGN(const bool is_old, reseal_party(keys, place, again));
        is_any_old = is_any_old || is_old;
        leg.set("payer", std::move(again));
    }
    return is_any_old ? std::optional(to_json(legs)) : std::nullopt;
}

/// Rows of one table: how a page is read, how one is changed, and what its text becomes.
struct PartyRows {
    const db::Statement& page;
    const db::Statement& set;
    Resealing reseal;
};

Result<std::size_t> reseal_parties(
    db::Connection& connection, const channel::SealingKeys& keys, const PartyRows& rows
) {
    return walk(connection, {rows.page, [&](const db::Row& row) -> Result<bool> {
                                 SLUICE_ASSIGN(const auto again, rows.reseal(keys, row));
                                 if (!again) {
                                     return false;
                                 }
                                 SLUICE_ASSIGN(
                                     const db::Rows done,
                                     connection.execute(
                                         rows.set, {row.uuid(0), row.text(1), *again}
                                     )
                                 );
                                 return done.affected() == 1;
                             }});
}

}  // namespace

Result<Resealed> reseal_all(db::Connection& connection, const channel::SealingKeys& keys) {
    Resealed resealed;
    SLUICE_ASSIGN(resealed.channel_secrets, reseal_secrets(connection, keys));
    SLUICE_ASSIGN(
        resealed.webhook_endpoints,
        walk(
            connection,
            {kEndpoints, [&](const db::Row& row) { return reseal_endpoint(connection, keys, row); }}
        )
    );
    SLUICE_ASSIGN(
        resealed.payments, reseal_parties(connection, keys, {kPayments, kSetPayment, resealed_legs})
    );
    SLUICE_ASSIGN(
        resealed.payouts, reseal_parties(connection, keys, {kPayouts, kSetPayout, resealed_details})
    );
    SLUICE_ASSIGN(
        resealed.refunds, reseal_parties(connection, keys, {kRefunds, kSetRefund, resealed_details})
    );
    SLUICE_ASSIGN(resealed.votes, walk(connection, {kVotes, [&](const db::Row& row) {
                                                        return reseal_vote(connection, keys, row);
                                                    }}));
    return resealed;
}

}  // namespace sluice::app
