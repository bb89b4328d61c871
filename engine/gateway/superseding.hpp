#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "gateway/call.hpp"
#include "gateway/reply.hpp"
#include "payment/close_reason.hpp"

namespace sluice::gateway {

/// A payment that is asked to end unpaid, and how long that may take.
struct Closing {
    PaymentId payment;
    payment::CloseReason reason = payment::CloseReason::closed_by_business;
    std::chrono::seconds patience{0};
};

/// Replies with the payment once it is final, or as it is when the patience is over; how it ended
/// is for the caller to see. Does not block. The services must outlive the reply.
void close_and_wait(const Services& services, const Closing& closing, Take<payment::Picture> take);

/// Why the order as it is takes no such payment, as the commit would say it; nullopt when it may.
[[nodiscard]] std::optional<Error> find_refusal(
    const payment::Order& order, std::int64_t amount_minor
);

/// The refusal that names a payment whose end is not known.
[[nodiscard]] Error unresolved(PaymentId payment);

/// An attempt to pay an order that exists.
struct Attempt {
    worker::StartRun start;
    std::chrono::seconds patience{0};  ///< of the start, from the moment it begins
    PaymentId rival;                   ///< was under way when the order was read
    std::chrono::seconds rival_patience{0};
};

/// Begins the payment. When the rival stands in the way it is closed first, and the payment begins
/// once that has ended without money. Errors beside those of the start itself:
/// `refused` ("order_not_open", "more_than_due") and `conflict` ("rival_succeeded"): the rival was
/// paid instead, it is named, and this payment did not begin; `conflict` ("payment_unresolved"):
/// what becomes of the rival is not known yet. Does not block.
void begin_attempt(const Services& services, Attempt attempt, Take<payment::Picture> take);

}  // namespace sluice::gateway
