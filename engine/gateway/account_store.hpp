#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"

namespace sluice::gateway {

/// What the holder of an account has: a balance or a prepaid card, or what a merchant itself may
/// dispose of.
enum class AccountKind { balance, prepaid_card, merchant_available };
[[nodiscard]] std::string_view to_string(AccountKind kind);
/// The code of the chart that accounts of the kind are kept under.
[[nodiscard]] std::string_view gl_of(AccountKind kind);

/// What never changes about an account.
struct AccountIdentity {
    AccountId id;
    std::string merchant_id;
    AccountKind kind = AccountKind::balance;
    /// The merchant's own number of the holder; of its available money the merchant's id.
    std::string owner_number;
    Currency currency;
};

/// Who has an account: a merchant's customer, by the merchant's own number.
struct AccountOwner {
    std::string_view merchant_id;
    std::string_view owner_number;
};

struct Account {
    AccountIdentity identity;
    bool is_open = true;
    std::int64_t balance_minor = 0;
    std::int64_t held_minor = 0;
    std::int64_t available_minor = 0;
    Time created_at{};
};

/// One line of an account's statement.
struct AccountEntry {
    std::int64_t seq = 0;
    JournalId journal;
    std::string event;
    bool adds = true;  ///< whether the balance grew
    Money amount;
    std::optional<OrderId> order;
    Time posted_at{};
};

/// The header's key (empty: none) and the request it belongs to.
struct KeyedRequest {
    std::string idempotency_key;
    Hash128 request_hash;
};

struct OpenAccount {
    AccountIdentity identity;  ///< `id` is not used: it follows from the rest
    KeyedRequest keyed;
};

struct TopUp {
    AccountIdentity account;
    std::string top_up_number;
    Money amount;
    Time at{};
    KeyedRequest keyed;
};

struct PageRequest {
    std::optional<std::int64_t> before_seq;  ///< only older entries; none: from the newest
    std::int64_t limit = 20;
};

struct AccountEntryPage {
    std::vector<AccountEntry> entries;        ///< newest first
    std::optional<std::int64_t> next_before;  ///< none: this was the last page
};

/// What a change led to: the account as it is now, and whether this call made the change or an
/// earlier equal one had.
struct AccountChange {
    Account account;
    bool is_new = false;
};

/// Accounts of merchants' customers in the ledger. Every call but is_known() blocks on the
/// database; errors as db::Connection tells them. Any thread.
class AccountStore {
  public:
    virtual ~AccountStore() = default;

    /// Opens the account or finds it. `conflict`: the key belongs to another request.
    virtual Result<AccountChange> open(const OpenAccount& request) = 0;
    virtual Result<std::optional<Account>> find(AccountId id) = 0;
    /// Every account of that holder, at most one of each kind and currency.
    virtual Result<std::vector<Account>> find_of_owner(const AccountOwner& owner) = 0;
    /// Remembers what it has seen: an identity never changes. Usually does not block.
    virtual Result<std::optional<AccountIdentity>> identify(AccountId id) = 0;
    /// Whether identify() has seen the account and need not block.
    virtual bool is_known(AccountId id) = 0;
    /// Adds money once for each number. `conflict`: number (context "top_up_number_reused") or key
    /// were used otherwise; `refused` (context "account_closed").
    virtual Result<AccountChange> top_up(const TopUp& request) = 0;
    virtual Result<AccountEntryPage> entries(AccountId id, PageRequest page) = 0;
    /// No money comes in or is held from now on; what is in it stays. Closing twice is fine.
    virtual Result<Account> close(AccountId id) = 0;
};

/// The one account of the merchant's available money in that currency, opened or not. Pure.
[[nodiscard]] AccountId available_account(std::string_view merchant_id, Currency currency);

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<AccountStore> make_account_store(db::Pool& pool);

}  // namespace sluice::gateway
