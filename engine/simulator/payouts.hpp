#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/value.hpp"
#include "simulator/api_error.hpp"
#include "simulator/bank_account.hpp"
#include "simulator/bank_statement.hpp"
#include "simulator/books.hpp"
#include "simulator/id_source.hpp"
#include "simulator/payout_order.hpp"

namespace sluice::simulator {

struct PayoutKey {
    std::string account;
    std::string request_number;
    friend bool operator==(const PayoutKey&, const PayoutKey&) = default;
    friend auto operator<=>(const PayoutKey&, const PayoutKey&) = default;
};

/// accepted and processing go on to succeeded or failed; succeeded may still become returned.
enum class PayoutStatus { accepted, processing, succeeded, failed, returned };
[[nodiscard]] std::string_view to_string(PayoutStatus status);
[[nodiscard]] std::optional<PayoutStatus> parse_payout_status(std::string_view text);

/// A payout as the bank keeps it. A value; Payouts holds the original.
struct Payout {
    PayoutOrder wanted;
    std::string account;
    std::string payout_id;
    PayoutStatus status = PayoutStatus::accepted;
    std::string reason_code;  ///< of failed and returned
    std::int64_t fee = 0;     ///< in fen, taken beside the amount when it succeeds
    Time accepted;
    std::optional<Time> finished;
    std::optional<Time> returned;
    int creates = 0;
    int queries = 0;
    int callbacks_sent = 0;
    int callbacks_acknowledged = 0;

    [[nodiscard]] PayoutKey key() const { return {account, wanted.request_number}; }
};

/// One account's money, in fen. At any moment
/// opening + topped_up + collected = available + paying + paid + swept + fees.
struct BankRow {
    std::int64_t opening = 0;
    std::int64_t topped_up = 0;
    std::int64_t collected = 0;
    std::int64_t swept = 0;
    std::int64_t fees = 0;      ///< what the bank took for its work
    std::int64_t paying = 0;    ///< accepted, not finished; with its fees
    std::int64_t paid = 0;      ///< at the payees
    std::int64_t returned = 0;  ///< was at payees and is available again
    std::int64_t available = 0;
    std::chrono::sys_days day;  ///< in Beijing; of `used_today`
    std::int64_t used_today = 0;
};

struct PayoutsFilter {
    std::string account;         ///< empty: any
    std::string request_number;  ///< empty: any
    std::size_t limit = 1000;
};

/// The bank's own books. No account is ever overdrawn. Keeps at most `payouts_max` payouts and
/// forgets the oldest first; the sums stay. Any thread.
class Payouts {
  public:
    struct Settings {
        std::uint64_t seed = 1;
        std::size_t payouts_max = 300'000;
        /// Where every change of a balance is written down; null: nowhere. Outlives the payouts.
        Statements* statements = nullptr;
    };
    Payouts(const BankDirectory& accounts, const Settings& settings);

    /// What each payout that is new from now on costs, in fen; 0: nothing, as at first.
    void charge(std::int64_t fee);
    [[nodiscard]] std::int64_t charged();
    /// A new payout, its money and fee taken; or the known one when nothing differs (then `creates`
    /// is more than 1). Refusals, in this order: REQUEST_NUMBER_USED for another content,
    /// SINGLE_LIMIT_EXCEEDED, DAILY_LIMIT_EXCEEDED, INSUFFICIENT_FUNDS; they keep nothing.
    ApiResult<Payout> create(const PayoutOrder& wanted, const BankAccount& account, Time now);
    /// REQUEST_UNKNOWN when there is none.
    ApiResult<Payout> query(const PayoutKey& key);
    struct Step {
        PayoutStatus to = PayoutStatus::processing;
        std::string reason_code;  ///< "": the status's own default
    };
    /// One step on; PAYOUT_STATUS when this cannot follow.
    ApiResult<Payout> advance(const PayoutKey& key, const Step& step, Time now);
    [[nodiscard]] std::optional<Payout> find(const PayoutKey& key);

    /// A credit, debit, fee or collection, which is no payout's. False when more would leave than
    /// is available; then nothing changes.
    bool book(const std::string& account, const Booked& movement);
    [[nodiscard]] BankRow row(const std::string& account, Time now);

    void note_callback(const PayoutKey& key, Books::Delivery delivery);

    /// {"accounts":[...],"payouts":[...]}: see README.md.
    Value report(const PayoutsFilter& filter, Time now);

  private:
    BankRow& row_on(const std::string& account, Time now) SLUICE_REQUIRES(mutex_);
    void write_down(const Payout& payout, Time now) SLUICE_REQUIRES(mutex_);
    void write_down_fee(const Payout& payout, Time now) SLUICE_REQUIRES(mutex_);

    IdSource ids_;
    std::size_t payouts_max_;
    Statements* statements_;
    Mutex mutex_;
    std::int64_t fee_ SLUICE_GUARDED_BY(mutex_) = 0;
    std::map<std::string, BankRow> rows_ SLUICE_GUARDED_BY(mutex_);
    std::map<PayoutKey, Payout> payouts_ SLUICE_GUARDED_BY(mutex_);
    std::deque<PayoutKey> by_age_ SLUICE_GUARDED_BY(mutex_);
};

/// The object of answers and callbacks.
[[nodiscard]] Value payout_object(const Payout& payout);

}  // namespace sluice::simulator
