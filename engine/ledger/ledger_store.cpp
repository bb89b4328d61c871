#include "ledger/ledger_store.hpp"

#include <algorithm>

#include "core/hash.hpp"
#include "core/invariant.hpp"
#include "db/array.hpp"

namespace sluice::ledger {
namespace {

constexpr db::Statement kKnownCode = {
    "ledger_known_code", "SELECT 1 FROM sluice.gl WHERE code = $1"
};
constexpr db::Statement kOpenAccount = {
    "ledger_open_account", "SELECT sluice.open_account($1, $2, $3, $4, $5, $6, $7, $8)"
};
constexpr db::Statement kPost = {
    "ledger_post",
    "SELECT p.result FROM sluice.post_journal($1, $2, NULL, NULL, $3, $4, NULL, $5, $6, $7) p"
};
#define SLUICE_VIEW_COLUMNS                                                  \
    "a.gl, a.owner, a.currency, a.status, a.created_at, b.balance, b.held, " \
    "coalesce(b.floor, 0), a.id"

constexpr db::Statement kFind = {
    "ledger_find",
    "SELECT " SLUICE_VIEW_COLUMNS
    " FROM sluice.account a CROSS JOIN LATERAL sluice.ledger_balance(a.id) b WHERE a.id = $1"
};
constexpr db::Statement kFindOfOwner = {
    "ledger_find_of_owner",
    "SELECT " SLUICE_VIEW_COLUMNS
    " FROM (SELECT * FROM sluice.account x WHERE x.book = 1 AND x.gl = ANY ($2::text[])"
    " AND x.owner = $1 OFFSET 0) a CROSS JOIN LATERAL sluice.ledger_balance(a.id) b"
    " ORDER BY a.gl, a.currency"
};
constexpr db::Statement kClose = {"ledger_close", "SELECT sluice.close_account($1)"};
constexpr db::Statement kEntries = {
    "ledger_entries",
    "SELECT e.number, e.journal_id, j.event, j.order_id, sign(j.amounts[e.line])::smallint,"
    " abs(j.amounts[e.line]), j.currency, j.effective_at, j.posted_at"
    " FROM sluice.account_entry e JOIN sluice.journal j ON j.id = e.journal_id"
    " WHERE e.account_id = $1 AND e.number < $2"
    " ORDER BY e.number DESC LIMIT $3"
};

constexpr std::int64_t kEntriesPageMax = 1000;
constexpr std::int64_t kNumberMax = INT64_MAX;
/// Top-ups are money at our own bank that no channel reports.
constexpr std::string_view kTopUpBank = "top_up";
/// As the kernel calls the bank account from which we pay by hand.
constexpr std::string_view kFloatBank = "own_bank";

db::Parameter optional(std::optional<std::int64_t> value) {
    return value ? db::Parameter(*value) : db::Parameter(nullptr);
}

std::string number_text(const TopUp& top_up) {
    return "top-up number '" + top_up.number + "' of merchant '" + top_up.merchant_id + "'";
}

/// The same number is the same journal, whoever repeats it and wherever.
JournalId journal_of(const TopUp& top_up) {
    const Hash128 hash = hash128(
        "top_up/" + std::to_string(top_up.merchant_id.size()) + ":" + top_up.merchant_id +
        top_up.number
    );
    return JournalId(Id128{hash.high, hash.low});
}

JournalId journal_of(const FloatTopUp& top_up) {
    const Hash128 hash =
        hash128("float_top_up/" + top_up.account.to_string() + ":" + top_up.number);
    return JournalId(Id128{hash.high, hash.low});
}

Money money_of(const db::Row& row, int amount_column, int currency_column) {
    const Result<Currency> currency = Currency::parse(row.text(currency_column));
    SLUICE_INVARIANT(currency.has_value());
    return {row.int64(amount_column), *currency};
}

std::unexpected<Error> no_such_account(AccountId account) {
    return fail(ErrorCode::not_found, "account " + account.to_string() + " does not exist");
}

struct TopUpSaid {
    const std::string& number;  ///< in words
    AccountId account;
    const Money& amount;
};

Result<TopUpDone> to_done(JournalId journal, std::string_view result, const TopUpSaid& said) {
    if (result == "posted" || result == "repeated") {
        return TopUpDone{journal, result == "posted" ? Posted::now : Posted::before};
    }
    if (result == "conflict") {
        return fail(
            ErrorCode::conflict,
            said.number + " was used for another account or amount",
            "merchant_top_up_number"
        );
    }
    if (result == "account_not_found") {
        return no_such_account(said.account);
    }
    return fail(
        ErrorCode::refused,
        "account " + said.account.to_string() + " does not take " + said.amount.describe() + ": " +
            std::string(result),
        std::string(result)
    );
}

Result<AccountView> read_view(const db::Row& row) {
    AccountView view{
        .id = AccountId(row.uuid(8)),
        .gl = std::string(row.text(0)),
        .owner = std::string(row.text(1)),
        .status = row.text(3) == "open" ? AccountStatus::open : AccountStatus::closed,
        .created_at = row.time(4),
        .balance = money_of(row, 5, 2),
        .held = money_of(row, 6, 2),
        .available = {},
    };
    SLUICE_ASSIGN(const Money free, view.balance.minus(view.held));
    SLUICE_ASSIGN(view.available, free.minus(money_of(row, 7, 2)));
    return view;
}

}  // namespace

Result<AccountId> LedgerStore::open_account(const NewAccount& account) {
    const AccountKey& key = account.key;
    SLUICE_TRY(Currency::parse(key.currency));
    SLUICE_ASSIGN(const db::Rows known, connection_.execute(kKnownCode, {key.gl}));
    if (known.empty()) {
        return fail(
            ErrorCode::invalid, "'" + std::string(key.gl) + "' is no code of the chart of accounts"
        );
    }
    const AccountId id = account_id(key);
    SLUICE_ASSIGN(
        const db::Rows rows,
        connection_.execute(
            kOpenAccount,
            {id,
             key.book,
             key.gl,
             key.owner,
             key.currency,
             key.dims,
             optional(account.floor_minor),
             optional(account.ceil_minor)}
        )
    );
    if (rows[0].text(0) == "conflict") {
        return fail(
            ErrorCode::conflict,
            "account " + id.to_string() + " was opened before with another floor or limit"
        );
    }
    return id;
}

Result<void> LedgerStore::check_amount(const Money& amount, AccountId account) {
    if (amount.minor() <= 0) {
        return fail(
            ErrorCode::invalid, "a top-up of " + amount.describe() + ", wanted more than 0"
        );
    }
    SLUICE_ASSIGN(const AccountView view, find(account));
    const Currency currency = view.balance.currency();
    if (currency != amount.currency()) {
        return fail(
            ErrorCode::invalid,
            "a top-up of " + amount.describe() + " for account " + account.to_string() +
                ", which holds " + std::string(currency.code())
        );
    }
    return {};
}

Result<AccountId> LedgerStore::own_bank(std::string_view owner, std::string_view currency) {
    return open_account({
        .key = {.gl = kOwnBank, .owner = owner, .currency = currency},
        .floor_minor = std::nullopt,
        .ceil_minor = std::nullopt,
    });
}

Result<std::string> LedgerStore::post(const Booking& booking) {
    db::ArrayBuilder accounts(db::ArrayType::uuid);
    db::ArrayBuilder sides(db::ArrayType::int16);
    db::ArrayBuilder amounts(db::ArrayType::int64);
    const auto line = [&](AccountId of, int side) {
        accounts.append(of);
        sides.append(side);
        amounts.append(booking.movement.amount.minor());
    };
    line(booking.movement.to, 1);
    line(booking.movement.from, -1);
    SLUICE_ASSIGN(
        const db::Rows rows,
        connection_.execute(
            kPost,
            {booking.journal,
             booking.event,
             booking.at,
             booking.merchant_id,
             accounts,
             sides,
             amounts}
        )
    );
    return std::string(rows[0].text(0));
}

Result<TopUpDone> LedgerStore::top_up(const TopUp& top_up) {
    SLUICE_TRY(check_amount(top_up.amount, top_up.account));
    SLUICE_ASSIGN(const AccountId bank, own_bank(kTopUpBank, top_up.amount.currency().code()));
    const JournalId journal = journal_of(top_up);
    SLUICE_ASSIGN(
        const std::string result,
        post(
            {.journal = journal,
             .event = "top_up",
             .merchant_id = top_up.merchant_id,
             .at = top_up.at,
             .movement = {.to = bank, .from = top_up.account, .amount = top_up.amount}}
        )
    );
    return to_done(journal, result, {number_text(top_up), top_up.account, top_up.amount});
}

Result<TopUpDone> LedgerStore::top_up_float(const FloatTopUp& top_up) {
    SLUICE_TRY(check_amount(top_up.amount, top_up.account));
    SLUICE_ASSIGN(const AccountId bank, own_bank(kFloatBank, top_up.amount.currency().code()));
    const JournalId journal = journal_of(top_up);
    SLUICE_ASSIGN(
        const std::string result,
        post(
            {.journal = journal,
             .event = "float_top_up",
             .merchant_id = "",
             .at = top_up.at,
             .movement = {.to = top_up.account, .from = bank, .amount = top_up.amount}}
        )
    );
    const std::string said = "float top-up number '" + top_up.number + "'";
    return to_done(journal, result, {said, top_up.account, top_up.amount});
}

Result<AccountView> LedgerStore::find(AccountId account) {
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kFind, {account}));
    if (rows.empty()) {
        return no_such_account(account);
    }
    return read_view(rows[0]);
}

Result<std::vector<AccountView>> LedgerStore::find_of_owner(const OwnerQuery& query) {
    db::ArrayBuilder gls(db::ArrayType::text);
    for (const std::string_view gl : query.gls) {
        gls.append(gl);
    }
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kFindOfOwner, {query.owner, gls}));
    std::vector<AccountView> views;
    for (const db::Row row : rows) {
        SLUICE_ASSIGN(AccountView view, read_view(row));
        views.push_back(std::move(view));
    }
    return views;
}

Result<AccountView> LedgerStore::close(AccountId account) {
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kClose, {account}));
    if (!rows[0].boolean(0)) {
        return no_such_account(account);
    }
    return find(account);
}

Result<EntryPage> LedgerStore::entries(const EntryQuery& query) {
    SLUICE_TRY(find(query.account));
    const std::int64_t wanted = std::clamp<std::int64_t>(query.entries_max, 1, kEntriesPageMax);
    // One more than wanted tells if there is a next page.
    SLUICE_ASSIGN(
        const db::Rows rows,
        connection_.execute(
            kEntries, {query.account, query.before_number.value_or(kNumberMax), wanted + 1}
        )
    );
    EntryPage page;
    for (const db::Row row : rows) {
        if (static_cast<std::int64_t>(page.entries.size()) == wanted) {
            page.next_before_number = page.entries.back().number;
            break;
        }
        page.entries.push_back({
            .number = row.int64(0),
            .journal = JournalId(row.uuid(1)),
            .event = std::string(row.text(2)),
            .order = row.is_null(3) ? std::nullopt : std::optional(OrderId(row.uuid(3))),
            .side = row.int64(4) == 1 ? Side::debit : Side::credit,
            .amount = money_of(row, 5, 6),
            .effective_at = row.time(7),
            .posted_at = row.time(8),
        });
    }
    return page;
}

}  // namespace sluice::ledger
