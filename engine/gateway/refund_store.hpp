#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/listing.hpp"
#include "gateway/run_page.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// Whose money may go back.
struct SourcesOf {
    OrderId order;
    PaymentId payment;  ///< nil: of all payments of the order
    Currency currency;  ///< the order's
};

/// Whose refund, by the number the merchant gave it.
struct RefundNumber {
    std::string_view merchant_id;
    std::string_view number;
};

/// Which refunds of a merchant are listed; what is not set does not matter.
struct RefundQuery {
    std::string merchant_id;
    std::optional<OrderId> order_id;
    std::optional<PaymentId> payment_id;  ///< whose money goes back, or was asked to
    std::optional<std::string> number;    ///< at most one refund has it
    std::optional<payment::SubjectStatus> status;
    ListWindow window;
};

/// What refunds are made of and how they are found, as the database has it; a refund itself is read
/// as any run (PaymentStore). Never writes: the worker does. Every call blocks on the database. Any
/// thread.
class RefundStore {
  public:
    virtual ~RefundStore() = default;

    /// What payments that succeeded have collected, in the order in which it came, with how much of
    /// it has gone back or is on its way.
    virtual Result<std::vector<payment::RefundSource>> sources(const SourcesOf& of) = 0;
    /// The refund of that number, if there is one.
    virtual Result<std::optional<KnownKey>> find_number(const RefundNumber& number) = 0;
    /// A page may be shorter than its limit, even empty, and not be the last.
    virtual Result<RunPage> list(const RefundQuery& query) = 0;
};

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<RefundStore> make_refund_store(db::Pool& pool);

}  // namespace sluice::gateway
