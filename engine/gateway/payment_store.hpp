#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "db/pool.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/listing.hpp"
#include "gateway/order_store.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// One activation of a payment's run as the journal keeps it.
struct JournalActivation {
    std::int64_t seq = 0;
    Time at{};
    Value body;  ///< {"facts":[...],"recorded":[...],"effects":[...]}
};

/// Which payments of a merchant are listed; what is not set does not matter.
struct PaymentQuery {
    std::string merchant_id;
    std::optional<OrderId> order_id;
    std::optional<payment::SubjectStatus> status;
    ListWindow window;
};

struct PaymentPage {
    std::vector<payment::Picture> payments;  ///< newest first
    std::optional<Id128> next_after;         ///< none: this was the last page
};

/// Payments as the database has them; who may see one is the caller's question. Never writes: the
/// worker does. Every call blocks on the database. Any thread.
class PaymentStore {
  public:
    virtual ~PaymentStore() = default;

    /// One snapshot; nullopt when there is none. `corrupt` for rows that cannot be read back.
    virtual Result<std::optional<payment::Picture>> find(RunId id) = 0;
    /// In the order they happened; empty when the payment does not exist.
    virtual Result<std::vector<JournalActivation>> journal(RunId id) = 0;
    /// What the merchant's key led to, if it was used.
    virtual Result<std::optional<KnownKey>> find_key(
        std::string_view merchant_id, std::string_view key
    ) = 0;
    /// What an order that came inside of a payment led to: the hash of its body, and the first of
    /// its payments. nullopt when no payment of the order began.
    virtual Result<std::optional<KnownKey>> find_number(const OrderNumber& number) = 0;
    /// A page may be shorter than its limit, even empty, and not be the last.
    virtual Result<PaymentPage> list(const PaymentQuery& query) = 0;
};

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<PaymentStore> make_payment_store(db::Pool& pool);

}  // namespace sluice::gateway
