#pragma once

#include <optional>
#include <vector>

#include "core/value.hpp"
#include "gateway/call.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// The body of POST /v1/payments, read and checked as far as no database is needed.
struct PaymentRequest {
    OrderId order_id;                     ///< of the inline order, else of one that exists
    std::optional<payment::Order> order;  ///< only when it stands inline
    /// Amounts are in the inline order's currency, else in none yet.
    std::vector<payment::Leg> legs;
    std::int64_t amount_minor = 0;  ///< the sum of the legs
    /// Whether it takes the place of an attempt that is still under way.
    bool supersedes = true;
};

/// Problems name every wrong member.
std::expected<PaymentRequest, Problem> read_payment_request(
    const Value& body, const Services& services, const Call& call
);

/// Gives every leg the currency and looks up the accounts: each must exist, belong to the merchant,
/// be of the leg's kind and currency. Blocks on the database for accounts not seen before.
std::optional<Problem> settle_legs(
    PaymentRequest& request, Currency currency, const Services& services, const Call& call
);

}  // namespace sluice::gateway
