#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "core/id.hpp"
#include "core/money.hpp"
#include "core/value.hpp"
#include "gateway/call.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// The body of POST /v1/refunds, read and checked as far as no database is needed.
struct RefundRequest {
    std::string number;          ///< the merchant's own
    OrderId order_id;            ///< nil: one payment is named
    PaymentId payment_id;        ///< nil: whatever was paid for the order
    payment::RefundId converts;  ///< the refund to an account that leaves again; else nil
    Money amount;
    std::string reason;
    AccountId to_account;       ///< the balance that gets all of it; nil: the way it came
    AccountId balance_account;  ///< where it may go when that way is closed; or nil
    std::string payout_method;  ///< how it may be paid out then; "": it may not
    Value payee;                ///< and to whom

    /// Of the order, whatever is named.
    [[nodiscard]] Bucket bucket() const {
        if (!converts.is_nil()) {
            return converts.bucket();
        }
        return order_id.is_nil() ? payment_id.bucket() : order_id.bucket();
    }
};

/// Problems name every wrong member.
std::expected<RefundRequest, Problem> read_refund_request(const Value& body);

/// Whether the accounts that are named may take money of the refund's currency: each must exist,
/// belong to the merchant, be an open balance; and whether some channel can pay the payee that is
/// named. Blocks on the database.
std::optional<Problem> check_accounts(
    const RefundRequest& request, const Services& services, const Call& call
);

/// What of an order or of one of its payments may go back now.
struct Refundable {
    payment::Order order;
    std::string name;  ///< of the order or payment that is refunded
    std::vector<payment::RefundSource> sources;
    payment::BookedAccount from;  ///< of a conversion: the account that has the money
};

/// Why the refund cannot be: 400 another currency, 409 `nothing_collected`, 422 `more_than_paid`.
std::optional<Problem> check_amount(const RefundRequest& request, const Refundable& refundable);

}  // namespace sluice::gateway
