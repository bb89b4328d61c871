#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <variant>

#include "core/hash.hpp"
#include "gateway/call.hpp"
#include "gateway/reply.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// A payout or a transfer that is wanted: complete, checked, and not yet begun.
struct Outgoing {
    payment::Subject
        subject;  ///< service, merchant, number, flow and amount; the rest is made here
    std::variant<payment::Payout, payment::Transfer> details;
    std::string idempotency_key;  ///< empty: none given
    Hash128 request_hash;
    std::optional<std::chrono::seconds> wait;
};

/// How the engine is asked for it. The id comes from `id`, so that a repeat asks for the same.
[[nodiscard]] worker::StartRun start_of(const Services& services, const Outgoing& wish, RunId id);

/// What is told of a wish that cannot be begun as things are now: what the same request led to
/// before, if it did, else the problem. Blocks.
Reply answer_earlier(
    const Services& services, const Call& call, const Outgoing& wish, Problem problem
);

/// Begins it on the node that its number leads to, or finds what the same number led to before.
/// Unasked the answer waits for the commit alone: what was taken is taken by then. Blocks.
Reply begin_outgoing(const Services& services, const Call& call, const Outgoing& wish);

}  // namespace sluice::gateway
