#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"
#include "gateway/listing.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// A request to open an order, complete and checked.
struct OpenOrder {
    payment::Order order;
    Hash128 order_hash;           ///< of the order's body: a repeat by number must have the same
    std::string idempotency_key;  ///< empty: none given
    Hash128 request_hash;         ///< of address and body, tied to the key
};

struct OpenedOrder {
    payment::Order order;  ///< as it is now
    bool is_new = false;
};

/// Whose order, by the number the merchant gave it.
struct OrderNumber {
    std::string_view merchant_id;
    std::string_view number;
};

/// An order and who is paying it.
struct OrderState {
    payment::Order order;
    std::optional<PaymentId> under_way;  ///< the payment that is not resolved; at most one
};

struct CloseOrder {
    std::string_view merchant_id;
    OrderId id;
    Time at{};
};

/// Which orders of a merchant are listed; what is not set does not matter.
struct OrderQuery {
    std::string merchant_id;
    std::optional<payment::OrderStatus> status;
    std::optional<std::string> product_code;
    std::optional<std::string> number;  ///< at most one order has it
    ListWindow window;
};

struct OrderPage {
    std::vector<payment::Order> orders;  ///< newest first
    std::optional<Id128> next_after;     ///< none: this was the last page
};

/// Orders as the database has them. Only orders of the merchant named are ever shown; a merchant
/// that is nothing stands for all. Every call blocks on the database; errors as db::Connection
/// tells them. Any thread.
class OrderStore {
  public:
    virtual ~OrderStore() = default;

    /// Stores the order, or finds the one that the same body led to before. `conflict` with context
    /// "idempotency_key" or "merchant_order_number" when another body came first; then nothing is
    /// stored.
    virtual Result<OpenedOrder> open(const OpenOrder& request) = 0;
    virtual Result<std::optional<payment::Order>> find(
        std::optional<std::string_view> merchant_id, OrderId id
    ) = 0;
    virtual Result<std::optional<payment::Order>> find_by_number(OrderNumber number) = 0;
    virtual Result<std::optional<OrderState>> find_state(
        std::optional<std::string_view> merchant_id, OrderId id
    ) = 0;
    /// Closes it unless it is over already or in payment; gives what it is then. `not_found` when
    /// the merchant has no such order.
    virtual Result<OrderState> close(const CloseOrder& request) = 0;
    /// A page may be shorter than its limit, even empty, and not be the last.
    virtual Result<OrderPage> list(const OrderQuery& query) = 0;
};

/// Those of the orders that exist, whoever's they are: for what the engine itself tells of them.
/// One statement; blocks.
[[nodiscard]] Result<std::vector<payment::Order>> load_orders(
    db::Connection& connection, std::span<const OrderId> ids
);

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<OrderStore> make_order_store(db::Pool& pool);

}  // namespace sluice::gateway
