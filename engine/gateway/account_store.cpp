#include "gateway/account_store.hpp"

#include <array>
#include <unordered_map>
#include <utility>

#include "core/mutex.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/transaction.hpp"
#include "ledger/ledger_store.hpp"

namespace sluice::gateway {
namespace {

struct AccountKindRow {
    AccountKind kind;
    std::string_view name;
    std::string_view gl;
};
constexpr std::array kAccountKinds{
    AccountKindRow{AccountKind::balance, "balance", "2001"},
    AccountKindRow{AccountKind::prepaid_card, "prepaid_card", "2002"},
    AccountKindRow{AccountKind::merchant_available, "merchant_available", "2102"},
};

const AccountKindRow& row_of(AccountKind kind) {
    return kAccountKinds[static_cast<std::size_t>(kind)];
}

/// The ledger knows one owner text; merchants' ids hold no '/', so the first one ends the merchant.
std::string join_owner(const AccountOwner& owner) {
    return std::string(owner.merchant_id) + "/" + std::string(owner.owner_number);
}

std::string owner_of(const AccountIdentity& identity) {
    return identity.kind == AccountKind::merchant_available
               ? identity.merchant_id
               : join_owner({identity.merchant_id, identity.owner_number});
}

ledger::AccountKey key_of(const AccountIdentity& identity, const std::string& owner) {
    ledger::AccountKey key;
    key.gl = row_of(identity.kind).gl;
    key.owner = owner;
    key.currency = identity.currency.code();
    return key;
}

/// nullopt for accounts of the house: they are nobody's here.
std::optional<Account> to_account(const ledger::AccountView& view) {
    for (const AccountKindRow& row : kAccountKinds) {
        const std::size_t slash = view.owner.find('/');
        const bool is_of_merchant = row.kind == AccountKind::merchant_available;
        if (view.gl != row.gl || is_of_merchant != (slash == std::string::npos)) {
            continue;
        }
        Account account;
        account.identity.id = view.id;
        account.identity.merchant_id = view.owner.substr(0, slash);
        account.identity.kind = row.kind;
        account.identity.owner_number = view.owner.substr(is_of_merchant ? 0 : slash + 1);
        account.identity.currency = view.balance.currency();
        account.is_open = view.status == ledger::AccountStatus::open;
        account.balance_minor = view.balance.minor();
        account.held_minor = view.held.minor();
        account.available_minor = view.available.minor();
        account.created_at = view.created_at;
        return account;
    }
    return std::nullopt;
}

Result<std::optional<Account>> find_account(ledger::LedgerStore& ledger, AccountId id) {
    const auto view = ledger.find(id);
    if (!view && view.error().code == ErrorCode::not_found) {
        return std::nullopt;
    }
    if (!view) {
        return fail(view.error());
    }
    return to_account(*view);
}

Result<Account> existing_account(ledger::LedgerStore& ledger, AccountId id) {
    SLUICE_ASSIGN(auto account, find_account(ledger, id));
    if (!account) {
        return fail(ErrorCode::not_found, "account " + id.to_string() + " does not exist");
    }
    return *std::move(account);
}

Result<void> claim(
    db::Connection& connection, const AccountIdentity& account, const KeyedRequest& keyed
) {
    if (keyed.idempotency_key.empty()) {
        return {};
    }
    return claim_key(
        connection,
        {account.merchant_id, keyed.idempotency_key, keyed.request_hash, account.id.raw()}
    );
}

AccountEntry to_entry(const ledger::EntryView& view) {
    AccountEntry entry;
    entry.seq = view.number;
    entry.journal = view.journal;
    entry.event = view.event;
    // Every kind is a liability: a credit is money of the holder that came in.
    entry.adds = view.side == ledger::Side::credit;
    entry.amount = view.amount;
    entry.order = view.order;
    entry.posted_at = view.posted_at;
    return entry;
}

/// What was seen of accounts that never changes. Forgets everything when it is full.
class IdentityCache {
  public:
    std::optional<AccountIdentity> find(AccountId id) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        const auto found = known_.find(id);
        return found == known_.end() ? std::nullopt : std::optional(found->second);
    }

    bool has(AccountId id) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        return known_.contains(id);
    }

    void keep(const AccountIdentity& identity) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        if (known_.size() >= kSizeMax) {
            known_.clear();
        }
        known_.emplace(identity.id, identity);
    }

  private:
    static constexpr std::size_t kSizeMax = 50'000;

    Mutex mutex_;
    std::unordered_map<AccountId, AccountIdentity> known_ SLUICE_GUARDED_BY(mutex_);
};

class LedgerAccountStore final : public AccountStore {
  public:
    explicit LedgerAccountStore(db::Pool& pool) : pool_(pool) {}

    Result<AccountChange> open(const OpenAccount& request) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(Transaction transaction, Transaction::begin(*lease));
        ledger::LedgerStore ledger(*lease);
        const std::string owner = owner_of(request.identity);
        AccountIdentity identity = request.identity;
        identity.id = ledger::account_id(key_of(identity, owner));
        SLUICE_TRY(claim(*lease, identity, request.keyed));
        SLUICE_ASSIGN(const auto before, find_account(ledger, identity.id));
        if (!before) {
            SLUICE_TRY(ledger.open_account(
                {.key = key_of(identity, owner), .floor_minor = 0, .ceil_minor = std::nullopt}
            ));
        }
        SLUICE_ASSIGN(Account account, existing_account(ledger, identity.id));
        SLUICE_TRY(transaction.commit());
        return AccountChange{std::move(account), !before};
    }

    Result<std::optional<Account>> find(AccountId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        ledger::LedgerStore ledger(*lease);
        return find_account(ledger, id);
    }

    Result<std::vector<Account>> find_of_owner(const AccountOwner& owner) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        std::vector<Account> accounts;
        SLUICE_TRY(add_accounts(*lease, join_owner(owner), accounts));
        if (owner.owner_number == owner.merchant_id) {
            SLUICE_TRY(add_accounts(*lease, std::string(owner.merchant_id), accounts));
        }
        return accounts;
    }

    Result<std::optional<AccountIdentity>> identify(AccountId id) override {
        if (auto known = cache_.find(id)) {
            return known;
        }
        SLUICE_ASSIGN(const auto account, find(id));
        if (!account) {
            return std::nullopt;
        }
        cache_.keep(account->identity);
        return account->identity;
    }

    bool is_known(AccountId id) override { return cache_.has(id); }

    Result<AccountChange> top_up(const TopUp& request) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(Transaction transaction, Transaction::begin(*lease));
        SLUICE_TRY(claim(*lease, request.account, request.keyed));
        ledger::LedgerStore ledger(*lease);
        auto done = ledger.top_up(
            {.account = request.account.id,
             .amount = request.amount,
             .merchant_id = request.account.merchant_id,
             .number = request.top_up_number,
             .at = request.at}
        );
        if (!done) {
            Error error = std::move(done).error();
            if (error.code == ErrorCode::conflict) {
                error.context = "top_up_number_reused";
            }
            return fail(std::move(error));
        }
        SLUICE_ASSIGN(Account account, existing_account(ledger, request.account.id));
        SLUICE_TRY(transaction.commit());
        return AccountChange{std::move(account), done->posted == ledger::Posted::now};
    }

    Result<AccountEntryPage> entries(AccountId id, PageRequest page) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        ledger::LedgerStore ledger(*lease);
        SLUICE_ASSIGN(
            const ledger::EntryPage found,
            ledger.entries(
                {.account = id, .before_number = page.before_seq, .entries_max = page.limit}
            )
        );
        AccountEntryPage answer;
        for (const ledger::EntryView& view : found.entries) {
            answer.entries.push_back(to_entry(view));
        }
        answer.next_before = found.next_before_number;
        return answer;
    }

    Result<Account> close(AccountId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        ledger::LedgerStore ledger(*lease);
        SLUICE_TRY(ledger.close(id));
        return existing_account(ledger, id);
    }

  private:
    static Result<void> add_accounts(
        db::Connection& connection, const std::string& owner, std::vector<Account>& accounts
    ) {
        ledger::OwnerQuery query{.owner = owner, .gls = {}};
        for (const AccountKindRow& row : kAccountKinds) {
            query.gls.push_back(row.gl);
        }
        SLUICE_ASSIGN(const auto views, ledger::LedgerStore(connection).find_of_owner(query));
        for (const ledger::AccountView& view : views) {
            if (auto account = to_account(view)) {
                accounts.push_back(*std::move(account));
            }
        }
        return {};
    }

    db::Pool& pool_;
    IdentityCache cache_;
};

}  // namespace

std::string_view to_string(AccountKind kind) { return row_of(kind).name; }
std::string_view gl_of(AccountKind kind) { return row_of(kind).gl; }

AccountId available_account(std::string_view merchant_id, Currency currency) {
    ledger::AccountKey key;
    key.gl = row_of(AccountKind::merchant_available).gl;
    key.owner = merchant_id;
    key.currency = currency.code();
    return ledger::account_id(key);
}

std::unique_ptr<AccountStore> make_account_store(db::Pool& pool) {
    return std::make_unique<LedgerAccountStore>(pool);
}

}  // namespace sluice::gateway
