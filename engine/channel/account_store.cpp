#include "channel/account_store.hpp"

#include <utility>

#include "channel/account_settings.hpp"
#include "json/json.hpp"

namespace sluice::channel {
namespace {

#define SLUICE_ACCOUNT_COLUMNS                                                                     \
    "SELECT a.id, a.channel, a.name, a.merchant_id, a.state, v.version, a.created_at, "            \
    "a.updated_at, v.settings::text, s.name, s.sealed, s.fingerprint FROM sluice.channel_account " \
    "a JOIN sluice.channel_account_version v ON v.account_id = a.id "                              \
    "LEFT JOIN sluice.channel_secret s ON s.account_id = a.id AND s.version = v.version "

constexpr db::Statement kRevision{
    "channel_account_revision", "SELECT revision FROM sluice.channel_account_mark"
};
constexpr db::Statement kList{
    "channel_account_list",
    SLUICE_ACCOUNT_COLUMNS "WHERE v.version = a.version ORDER BY a.created_at, a.id, s.name"
};
constexpr db::Statement kFind{
    "channel_account_find",
    SLUICE_ACCOUNT_COLUMNS "WHERE a.id = $1 AND v.version = a.version ORDER BY s.name"
};
constexpr db::Statement kFindNamed{
    "channel_account_find_named",
    SLUICE_ACCOUNT_COLUMNS
    "WHERE a.channel = $1 AND a.name = $2 AND v.version = a.version ORDER BY s.name"
};
constexpr db::Statement kFindLastOf{
    "channel_account_find_last_of",
    SLUICE_ACCOUNT_COLUMNS
    "WHERE a.id = $1 AND v.version = (SELECT max(c.version) FROM sluice.channel_account_change c "
    "WHERE c.account_id = $1 AND c.made_by = $2) ORDER BY s.name"
};
#undef SLUICE_ACCOUNT_COLUMNS
constexpr db::Statement kChanges{
    "channel_account_changes",
    "SELECT version, state, at, made_by FROM sluice.channel_account_change WHERE account_id = $1 "
    "ORDER BY revision"
};

// A revision that nothing used is no harm: nodes look again and find the same.
#define SLUICE_NEXT_REVISION                                                                  \
    "WITH mark AS (UPDATE sluice.channel_account_mark SET revision = revision + 1 RETURNING " \
    "revision), "
#define SLUICE_ADD_VERSION                                                                      \
    ", version AS (INSERT INTO sluice.channel_account_version (account_id, version, settings) " \
    "SELECT id, version, $2::text::jsonb FROM account), "                                       \
    "secrets AS (INSERT INTO sluice.channel_secret (account_id, version, name, sealed, "        \
    "fingerprint) SELECT account.id, account.version, t.n, t.s, t.f FROM account, "             \
    "unnest($3::text[], $4::text[], $5::text[]) AS t (n, s, f)) "
#define SLUICE_ADD_CHANGE                                                                   \
    "INSERT INTO sluice.channel_account_change (revision, account_id, version, state, at, " \
    "made_by) SELECT mark.revision, account.id, account.version, account.state, $6, $7 "    \
    "FROM account, mark"
constexpr db::Statement kInsert{
    "channel_account_insert",
    SLUICE_NEXT_REVISION
    "account AS (INSERT INTO sluice.channel_account (id, channel, name, merchant_id, state, "
    "version, created_at, updated_at) VALUES ($1, $8, $9, $10, $11, 1, $6, $6) "
    "ON CONFLICT (channel, name) DO NOTHING RETURNING id, version, state)" SLUICE_ADD_VERSION
        SLUICE_ADD_CHANGE
};
constexpr db::Statement kNextVersion{
    "channel_account_next_version",
    SLUICE_NEXT_REVISION
    "account AS (UPDATE sluice.channel_account SET version = version + 1, updated_at = $6 "
    "WHERE id = $1 AND version = $8::integer AND state <> 'retired' "
    "RETURNING id, version, state)" SLUICE_ADD_VERSION SLUICE_ADD_CHANGE
};
constexpr db::Statement kChangeState{
    "channel_account_change_state",
    SLUICE_NEXT_REVISION
    "account AS (UPDATE sluice.channel_account SET state = $2, updated_at = $4 "
    "WHERE id = $1 AND state = ANY ($3::text[]) RETURNING id, version, state) "
    "INSERT INTO sluice.channel_account_change (revision, account_id, version, state, at, "
    "made_by) SELECT mark.revision, account.id, account.version, account.state, $4, $5 "
    "FROM account, mark"
};
#undef SLUICE_NEXT_REVISION
#undef SLUICE_ADD_VERSION
#undef SLUICE_ADD_CHANGE

Result<StoredAccount> read_account(const db::Row& row) {
    StoredAccount account;
    account.id = ChannelAccountId(row.uuid(0));
    account.settings.channel = row.text(1);
    account.settings.name = row.text(2);
    account.settings.merchant_id = row.text(3);
    SLUICE_ASSIGN(account.settings.state, parse_account_state(row.text(4)));
    account.version = static_cast<int>(row.int64(5));
    account.created_at = row.time(6);
    account.updated_at = row.time(7);
    SLUICE_ASSIGN(const Value stored, json::parse(row.text(8)));
    SLUICE_TRY(apply_public_part(stored, account.settings));
    return account;
}

Result<std::vector<StoredAccount>> read_accounts(const db::Rows& rows) {
    std::vector<StoredAccount> accounts;
    for (const db::Row row : rows) {
        if (accounts.empty() || accounts.back().id.raw() != row.uuid(0)) {
            SLUICE_ASSIGN(StoredAccount account, read_account(row));
            accounts.push_back(std::move(account));
        }
        if (!row.is_null(9)) {
            accounts.back().secrets.push_back(
                {std::string(row.text(9)), std::string(row.text(10)), std::string(row.text(11))}
            );
        }
    }
    return accounts;
}

Result<std::optional<StoredAccount>> first_of(const db::Rows& rows) {
    SLUICE_ASSIGN(std::vector<StoredAccount> accounts, read_accounts(rows));
    return accounts.empty() ? std::nullopt : std::optional(std::move(accounts.front()));
}

/// The columns of the secrets.
struct SecretColumns {
    db::ArrayBuilder names{db::ArrayType::text};
    db::ArrayBuilder sealed{db::ArrayType::text};
    db::ArrayBuilder fingerprints{db::ArrayType::text};
};

}  // namespace

std::string channel_secret_owner(ChannelAccountId id, int version) {
    return id.to_string() + " version " + std::to_string(version);
}

Result<std::int64_t> AccountStore::revision() {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kRevision));
    return rows[0].int64(0);
}

Result<std::vector<StoredAccount>> AccountStore::list() {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kList));
    return read_accounts(rows);
}

Result<std::optional<StoredAccount>> AccountStore::find(ChannelAccountId id) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kFind, {id}));
    return first_of(rows);
}

Result<std::optional<StoredAccount>> AccountStore::find_named(const Address& address) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kFindNamed, {address.channel, address.name}));
    return first_of(rows);
}

Result<std::optional<StoredAccount>> AccountStore::find_last_of(
    ChannelAccountId id, std::string_view who
) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kFindLastOf, {id, who}));
    return first_of(rows);
}

Result<std::vector<AccountChange>> AccountStore::changes(ChannelAccountId id) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kChanges, {id}));
    std::vector<AccountChange> changes;
    for (const db::Row row : rows) {
        AccountChange change;
        change.version = static_cast<int>(row.int64(0));
        SLUICE_ASSIGN(change.state, parse_account_state(row.text(1)));
        change.at = row.time(2);
        change.made_by = row.text(3);
        changes.push_back(std::move(change));
    }
    return changes;
}

Result<ChannelAccountSettings> AccountStore::open(const StoredAccount& account) const {
    ChannelAccountSettings settings = account.settings;
    const std::string owner = channel_secret_owner(account.id, account.version);
    for (const SealedSecret& secret : account.secrets) {
        auto opened = keys_.open({kChannelSecretTable, owner, secret.name}, secret.sealed);
        if (!opened) {
            return fail(
                opened.error().code,
                "channel account '" + settings.name + "' (" + settings.channel +
                    "): " + opened.error().message
            );
        }
        settings.secrets.insert_or_assign(secret.name, *std::move(opened));
    }
    return settings;
}

Result<void> AccountStore::save(const NewVersion& version, const ChangeBy& by) {
    const ChannelAccountSettings& settings = version.settings;
    const std::string owner = channel_secret_owner(version.id, version.of + 1);
    SecretColumns columns;
    for (const auto& [name, secret] : settings.secrets) {
        columns.names.append(name);
        columns.sealed.append(keys_.seal({kChannelSecretTable, owner, name}, secret.reveal()));
        columns.fingerprints.append(keys_.fingerprint(secret.reveal()));
    }
    const std::string stored = to_json(public_part(settings));
    std::vector<db::Parameter> parameters{
        version.id, stored, columns.names, columns.sealed, columns.fingerprints, by.at, by.who
    };
    if (version.of == 0) {
        for (const std::string_view text :
             {std::string_view(settings.channel),
              std::string_view(settings.name),
              std::string_view(settings.merchant_id),
              to_string(settings.state)}) {
            parameters.emplace_back(text);
        }
    } else {
        parameters.emplace_back(version.of);
    }
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(
        const db::Rows done, lease->execute(version.of == 0 ? kInsert : kNextVersion, parameters)
    );
    if (done.affected() == 1) {
        return {};
    }
    const std::string name = "channel account '" + settings.name + "' (" + settings.channel + ")";
    return version.of == 0 ? fail(
                                 ErrorCode::conflict,
                                 name + " exists already, wanted another name",
                                 "channel_account_exists"
                             )
                           : fail(
                                 ErrorCode::conflict,
                                 name + " has another version than " + std::to_string(version.of) +
                                     ", or is retired; wanted the one that was read",
                                 "channel_account_changed"
                             );
}

Result<void> AccountStore::change_state(const StateChange& change, const ChangeBy& by) {
    db::ArrayBuilder from(db::ArrayType::text);
    std::string wanted;
    for (const AccountState state : change.from) {
        from.append(to_string(state));
        wanted += (wanted.empty() ? "" : " or ") + std::string(to_string(state));
    }
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(
        const db::Rows done,
        lease->execute(kChangeState, {change.id, to_string(change.to), from, by.at, by.who})
    );
    if (done.affected() == 1) {
        return {};
    }
    return fail(
        ErrorCode::conflict,
        "channel account " + change.id.to_string() + " cannot become " +
            std::string(to_string(change.to)) + ", wanted one that is " + wanted,
        "channel_account_state"
    );
}

}  // namespace sluice::channel
