#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/value.hpp"
#include "simulator/api_error.hpp"
#include "simulator/create_order.hpp"
#include "simulator/funds.hpp"
#include "simulator/id_source.hpp"
#include "simulator/request_auth.hpp"

namespace sluice::simulator {

struct OrderKey {
    std::string mchid;
    std::string out_trade_no;
    friend bool operator==(const OrderKey&, const OrderKey&) = default;
    friend auto operator<=>(const OrderKey&, const OrderKey&) = default;
};

enum class OrderState { notpay, success, closed };

/// `late`: the payer had confirmed before the order was closed, and the money comes after it. A
/// channel that keeps its word knows no such thing; banks behind it do.
enum class PayMoment { in_time, late };

/// What was paid back of one order, or is about to be, in fen.
struct RefundSums {
    int refunds = 0;  ///< accepted ones, closed ones not
    std::int64_t refunding = 0;
    std::int64_t refunded = 0;
    std::int64_t held = 0;  ///< did not reach the payer and cannot be refunded once more
    Time latest;            ///< when the last one was accepted

    [[nodiscard]] std::int64_t taken() const { return refunding + refunded + held; }
};

/// An order as the channel keeps it. A value; the books hold the original.
struct Order {
    CreateOrder wanted;
    OrderState state = OrderState::notpay;
    SigningName signing_name = SigningName::certificate;  ///< of the last create call
    std::string code;                                     ///< the payer's way in; changes
    Time code_expires;
    std::string transaction_id;  ///< set when paid
    std::string payer_openid;
    Time created;
    std::optional<Time> paid;
    std::optional<Time> closed;
    bool revoked = false;  ///< reversed: closed, or paid and given back
    bool scanned = false;  ///< the payer has seen it; Alipay knows no trade before
    int creates = 0;
    int queries = 0;
    int closes = 0;
    int payments = 0;
    int declined = 0;
    int callbacks_sent = 0;
    int callbacks_acknowledged = 0;
    RefundSums refund_sums;

    [[nodiscard]] OrderKey key() const { return {wanted.mchid, wanted.out_trade_no}; }
};

/// NOTPAY, SUCCESS, REFUND (paid, and a refund was begun), CLOSED, REVOKED.
[[nodiscard]] std::string_view trade_state(const Order& order);

struct BooksFilter {
    std::string mchid;         ///< empty: any
    std::string out_trade_no;  ///< empty: any
    std::size_t limit = 1000;
};

/// What the channel itself holds to be true: the other half of every reconciliation. Keeps at most
/// `orders_max` orders and forgets the oldest first; the sums stay. Any thread.
class Books {
  public:
    /// What is paid goes to `funds`, which must outlive the books.
    Books(IdSource& ids, Funds& funds, std::size_t orders_max)
        : ids_(ids), funds_(funds), orders_max_(orders_max) {}

    /// A new order, or a new code for the same one (the old code dies). OUT_TRADE_NO_USED when a
    /// parameter differs, ORDER_PAID, ORDER_CLOSED, AUTH_CODE_INVALID for a code that the payer had
    /// shown for another order.
    ApiResult<Order> create(const CreateOrder& wanted, SigningName name, Time now);
    ApiResult<Order> query(const OrderKey& key, Time now);
    ApiResult<Order> query_transaction(const OrderKey& merchant_and_transaction, Time now);
    /// Repeatable; ORDER_PAID when money came first.
    ApiResult<Order> close(const OrderKey& key, Time now);

    /// Reversed by the merchant: closed when it is not paid; giving back is the refunds' business.
    ApiResult<Order> revoke(const OrderKey& key, Time now);
    /// Who pays it next, as the channel names him; nothing when there is no such order.
    void name_payer(const OrderKey& key, std::string openid, Time now);
    /// The payer's money arrives: once. ORDER_PAID, ORDER_NOT_EXIST otherwise, and ORDER_CLOSED
    /// unless it comes late.
    ApiResult<Order> pay(const OrderKey& key, Time now, PayMoment moment = PayMoment::in_time);
    ApiResult<Order> decline(const OrderKey& key, Time now);
    /// The payer looks at the order. ORDER_NOT_EXIST.
    ApiResult<Order> scan(const OrderKey& key, Time now);
    /// The order that a live code leads to.
    std::optional<Order> find_code(std::string_view code, Time now);
    std::optional<Order> find(const OrderKey& key, Time now);

    /// The merchant's order that was paid by this transaction.
    std::optional<Order> find_transaction(const OrderKey& merchant_and_transaction, Time now);
    /// The merchant's orders that were paid within this time, the oldest order first.
    std::vector<Order> paid(std::string_view mchid, Time from, Time to);
    /// What the refunds of the order come to now; ignored when the order is forgotten.
    void set_refunds(const OrderKey& key, const RefundSums& sums);

    enum class Delivery { sent, acknowledged };
    void note_callback(const OrderKey& key, Delivery delivery);

    /// {"summary":{...},"orders":[...]}: see README.md.
    Value report(const BooksFilter& filter, Time now);

  private:
    struct Sums {
        std::int64_t orders = 0;
        std::int64_t closed = 0;
        std::int64_t payments = 0;
        std::int64_t paid_amount = 0;
        std::int64_t callbacks_sent = 0;
        std::int64_t callbacks_acknowledged = 0;
        std::int64_t forgotten = 0;
    };

    Order* locate(const OrderKey& key, Time now) SLUICE_REQUIRES(mutex_);
    void give_code(Order& order, Time now) SLUICE_REQUIRES(mutex_);
    void forget_oldest() SLUICE_REQUIRES(mutex_);

    IdSource& ids_;
    Funds& funds_;
    std::size_t orders_max_;
    Mutex mutex_;
    std::map<OrderKey, Order> orders_ SLUICE_GUARDED_BY(mutex_);
    std::unordered_map<std::string, OrderKey> codes_ SLUICE_GUARDED_BY(mutex_);
    std::unordered_map<std::string, OrderKey> shown_codes_ SLUICE_GUARDED_BY(mutex_);
    std::unordered_map<std::string, OrderKey> transactions_ SLUICE_GUARDED_BY(mutex_);
    std::deque<OrderKey> by_age_ SLUICE_GUARDED_BY(mutex_);
    Sums sums_ SLUICE_GUARDED_BY(mutex_);
};

/// The transaction object of query answers and callbacks.
[[nodiscard]] Value transaction_object(const Order& order);

}  // namespace sluice::simulator
