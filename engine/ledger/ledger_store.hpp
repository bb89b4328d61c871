#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "ledger/account.hpp"

namespace sluice::ledger {

struct NewAccount {
    AccountKey key;
    std::optional<std::int64_t> floor_minor = 0;  ///< inline accounts: never below; none: no floor
    std::optional<std::int64_t> ceil_minor;       ///< inline accounts: never above
};

enum class AccountStatus { open, closed };

/// An account as it is now. Amounts are on its normal side: what a card holder has is positive.
struct AccountView {
    AccountId id;
    std::string gl;
    std::string owner;
    AccountStatus status = AccountStatus::open;
    Time created_at;
    Money balance;    ///< everything posted
    Money held;       ///< part of it that holds keep back
    Money available;  ///< what may be spent: balance - held - floor
};

struct TopUp {
    AccountId account;
    Money amount;             ///< more than zero
    std::string merchant_id;  ///< who numbers the top-up
    std::string number;       ///< the merchant's own number: what makes it happen once
    Time at;
};

/// Money that left our own bank for a channel's float.
struct FloatTopUp {
    AccountId account;   ///< the float
    Money amount;        ///< more than zero
    std::string number;  ///< of the top-up: what makes it happen once for this account
    Time at;
};

/// Accounts of one owner under some codes of the chart.
struct OwnerQuery {
    std::string_view owner;
    std::vector<std::string_view> gls;
};

enum class Posted { now, before };

struct TopUpDone {
    JournalId journal;
    Posted posted = Posted::now;
};

enum class Side { debit, credit };

struct EntryView {
    std::int64_t number = 0;  ///< 1, 2, 3 ... within the account
    JournalId journal;
    std::string event;
    std::optional<OrderId> order;
    Side side = Side::debit;
    Money amount;
    Time effective_at;
    Time posted_at;
};

struct EntryQuery {
    AccountId account;
    std::optional<std::int64_t> before_number;  ///< the cursor: only entries numbered below
    std::int64_t entries_max = 50;
};

struct EntryPage {
    std::vector<EntryView> entries;                  ///< newest first
    std::optional<std::int64_t> next_before_number;  ///< none: this was the last page
};

/// Accounts, single postings and statements in PostgreSQL. Borrows a session and never begins or
/// ends a transaction: each call is one statement, atomic by itself. One thread at a time; blocks
/// on the database. Errors of the session pass through as db::Connection tells them. Payments do
/// not post here: their entries are part of the worker's batch.
class LedgerStore {
  public:
    explicit LedgerStore(db::Connection& connection) : connection_(connection) {}

    /// Opens the account, or finds it opened before with the same limits: both are fine.
    /// `conflict` when it was opened with other limits; `invalid` for an unknown code of the chart.
    Result<AccountId> open_account(const NewAccount& account);

    /// Books money that arrived for the account: debit own bank, credit the account. Repeating a
    /// number with the same account and amount posts nothing and tells Posted::before. `conflict`:
    /// the number was used for another account or amount. `not_found`, or `refused` with context
    /// "account_closed", "over_limit": nothing was posted.
    Result<TopUpDone> top_up(const TopUp& top_up);

    /// Books our own money at a channel: debit its float, credit own bank. Repeats and errors as
    /// for a top-up; the number is the account's.
    Result<TopUpDone> top_up_float(const FloatTopUp& top_up);

    /// `not_found` when there is no such account.
    Result<AccountView> find(AccountId account);

    /// In the order of code and currency; empty when the owner has none.
    Result<std::vector<AccountView>> find_of_owner(const OwnerQuery& query);

    /// No posting and no hold is taken from now on; money and holds on it stay as they are. A
    /// capture of such a hold is refused later, a release is not. Closing twice is fine.
    Result<AccountView> close(AccountId account);

    /// A page of the account's statement. Only accounts with a balance row number their entries:
    /// for any other the page is empty. `not_found` when there is no such account.
    Result<EntryPage> entries(const EntryQuery& query);

  private:
    struct Movement {
        AccountId to;
        AccountId from;
        Money amount;
    };
    struct Booking {
        JournalId journal;
        std::string_view event;
        std::string_view merchant_id;
        Time at;
        Movement movement;
    };

    Result<void> check_amount(const Money& amount, AccountId account);
    Result<AccountId> own_bank(std::string_view owner, std::string_view currency);
    /// "posted", "repeated", "conflict", or why not.
    Result<std::string> post(const Booking& booking);

    db::Connection& connection_;
};

}  // namespace sluice::ledger
