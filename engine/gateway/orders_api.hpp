#pragma once

#include <string>

#include "gateway/call.hpp"
#include "gateway/input.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// Reads the members of an order (of POST /v1/orders, and inline in POST /v1/payments). The order
/// gets its id in the bucket of its number, and its times. Errors go to the fields' list.
payment::Order read_order(Fields& fields, const Services& services, const Call& call);

/// Looks up the account that the order tops up, if it names one: why it cannot be that one, with
/// the member's place in the order. Usually does not block.
std::optional<Problem> settle_credit(
    payment::Order& order, const Services& services, const Call& call
);

Answer create_order(const Services& services, const Call& call);
Answer get_order(const Services& services, const Call& call);
/// GET /v1/orders. Blocks on the database.
Answer list_orders(const Services& services, const Call& call);

}  // namespace sluice::gateway
