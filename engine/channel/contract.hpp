#pragma once

#include <string>
#include <string_view>

#include "channel/credentials.hpp"
#include "channel/exchange_message.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "http/client.hpp"
#include "payment/outcome.hpp"

namespace sluice::channel {

/// What the kernel accepts from an adapter's functions. Pure checks; every refusal is `invalid`
/// and names the member.

/// {method, path or url, headers, body} to a request. A body that is a record is sent as JSON. The
/// host of an url is not judged here.
Result<http::ClientRequest> request_from_value(const Value& value, const ChannelAccount& account);

/// An outcome record of an operation. A kind that the operation cannot prove is refused.
Result<payment::Outcome> outcome_from_answer(const Value& value, Operation operation);

/// What a channel told us unasked, before anything is known about our side of it.
struct CallbackReading {
    bool is_refused = false;
    /// The one whose instruction it is about: collect, refund or payout.
    Operation operation = Operation::collect;
    std::string number;  ///< our number as the channel repeats it
    payment::Outcome outcome;
    int status = 200;  ///< the answer, once the fact is recorded or at once when refused
    Value body;        ///< text, record or null
};
/// {operation, number, outcome, ack} or {refuse}. What a query of the same money may say, a
/// callback may say too.
Result<CallbackReading> callback_from_value(const Value& value);

}  // namespace sluice::channel
