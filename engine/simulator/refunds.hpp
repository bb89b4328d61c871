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
#include "simulator/books.hpp"
#include "simulator/funds.hpp"
#include "simulator/id_source.hpp"
#include "simulator/refund_order.hpp"
#include "simulator/request_auth.hpp"

namespace sluice::simulator {

struct RefundKey {
    std::string mchid;
    std::string out_refund_no;
    friend bool operator==(const RefundKey&, const RefundKey&) = default;
    friend auto operator<=>(const RefundKey&, const RefundKey&) = default;
};

enum class RefundStatus { processing, success, closed, abnormal };
/// PROCESSING, SUCCESS, CLOSED, ABNORMAL.
[[nodiscard]] std::string_view to_string(RefundStatus status);
[[nodiscard]] std::optional<RefundStatus> parse_refund_status(std::string_view text);

/// A refund as the channel keeps it. A value; Refunds holds the original.
struct Refund {
    RefundOrder wanted;
    OrderKey order;
    std::string transaction_id;
    std::string payer_openid;
    std::string refund_id;
    SigningName signing_name = SigningName::certificate;  ///< of the last create call
    RefundStatus status = RefundStatus::processing;
    Time created;
    std::optional<Time> succeeded;
    std::optional<Time> ended;  ///< when it came to its last status
    int creates = 0;
    int queries = 0;
    int callbacks_sent = 0;
    int callbacks_acknowledged = 0;

    [[nodiscard]] RefundKey key() const { return {order.mchid, wanted.out_refund_no}; }
};

struct RefundsFilter {
    std::string mchid;          ///< empty: any
    std::string out_trade_no;   ///< empty: any
    std::string out_refund_no;  ///< empty: any
    std::size_t limit = 1000;
};

/// What went back to the payers. Of one order never more than was paid, in at most 50 refunds and
/// at most 365 days after the payment; each out of the merchant's balance. Keeps at most
/// `refunds_max` and forgets the oldest first. Any thread.
class Refunds {
  public:
    struct Parts {
        IdSource& ids;
        Books& books;
        Funds& funds;
    };
    Refunds(const Parts& parts, std::size_t refunds_max)
        : parts_(parts), refunds_max_(refunds_max) {}

    /// Who asks, and under which rules.
    struct Caller {
        std::string mchid;
        SigningName signing_name = SigningName::certificate;
        std::chrono::milliseconds gap{0};  ///< between two refunds of one order
        int refunds_max = 50;              ///< of one order
    };
    /// A new refund, PROCESSING, its money taken; or the known one when nothing differs (then
    /// `creates` is more than 1). Refusals, in this order: the number was used otherwise
    /// (REFUND_FEE_MISMATCH for another amount, else INVALID_REQUEST), RESOURCE_NOT_EXISTS,
    /// TRADE_ERROR for an unpaid or closed order, REFUND_FEE_MISMATCH for another total,
    /// TRADE_OVERDUE, INVALID_REQUEST above what is left, RULE_LIMIT for one too many,
    /// FREQUENCY_LIMITED within the gap, NOT_ENOUGH. A refusal keeps nothing.
    ApiResult<Refund> create(const RefundOrder& wanted, const Caller& caller, Time now);
    /// RESOURCE_NOT_EXISTS when there is none.
    ApiResult<Refund> query(const RefundKey& key);
    /// From PROCESSING to any end, and from SUCCESS to ABNORMAL; REFUND_ENDED otherwise. CLOSED
    /// gives the money back to the merchant, ABNORMAL holds it.
    ApiResult<Refund> end(const RefundKey& key, RefundStatus to, Time now);
    [[nodiscard]] std::optional<Refund> find(const RefundKey& key);

    /// The merchant's refunds that were accepted within this time, the oldest first.
    std::vector<Refund> accepted(std::string_view mchid, Time from, Time to);
    /// Those whose money reached the payers within this time.
    std::vector<Refund> succeeded(std::string_view mchid, Time from, Time to);

    void note_callback(const RefundKey& key, Books::Delivery delivery);

    /// {"summary":{...},"refunds":[...]}: see README.md.
    Value report(const RefundsFilter& filter);

  private:
    [[nodiscard]] ApiResult<Order> order_of(
        const RefundOrder& wanted, const Caller& caller, Time now
    );
    /// Moves the refund's amount in the order's sums and in all sums.
    void count(const Refund& refund, std::optional<RefundStatus> before) SLUICE_REQUIRES(mutex_);
    void forget_oldest() SLUICE_REQUIRES(mutex_);

    Parts parts_;
    std::size_t refunds_max_;
    // Held while the books of orders and the funds are asked, never the other way round.
    Mutex mutex_;
    std::map<RefundKey, Refund> refunds_ SLUICE_GUARDED_BY(mutex_);
    std::deque<RefundKey> by_age_ SLUICE_GUARDED_BY(mutex_);
    RefundSums sums_ SLUICE_GUARDED_BY(mutex_);
    std::int64_t forgotten_ SLUICE_GUARDED_BY(mutex_) = 0;
};

/// The object of create and query answers.
[[nodiscard]] Value refund_object(const Refund& refund);
/// What a callback tells; its members differ from those of an answer.
[[nodiscard]] Value refund_notice(const Refund& refund);

}  // namespace sluice::simulator
