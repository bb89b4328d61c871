#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "payment/operation.hpp"
#include "payment/outcome.hpp"
#include "payment/payment.hpp"

namespace sluice::channel {

using payment::Operation;
using payment::parse_operation;
using payment::to_string;

/// Whether a committed effect whose answer was lost may simply be sent again.
enum class Resend { idempotent, query_first, never };

/// One thing to ask of a channel, already committed as an effect of a run. Self-contained: the
/// adapter sees nothing else, so sending it again builds the same request (but nonce and time).
struct ExchangeOrder {
    RunId run;
    std::uint32_t ordinal = 0;  ///< of the effect within its run; the report carries it back
    Operation operation = Operation::collect;
    payment::Instruction instruction;
    /// What the payer reads at the channel; of a refund its reason, which may be empty.
    std::string description;
    /// An earlier send of the same effect may have left: `not_sent` now proves nothing.
    bool resent = false;
    /// In which tenure of the run's bucket it is sent; the report carries it back.
    Id128 tenure;
};

/// What was sent and answered, masked, for the timeline.
struct Evidence {
    std::string method;
    std::string path;
    int http_status = 0;  ///< 0: no answer
    std::string request;
    std::string response;
    std::int64_t took_us = 0;
};

struct ExchangeReport {
    RunId run;
    InstructionId instruction;
    std::uint32_t ordinal = 0;
    Operation operation = Operation::collect;
    bool resent = false;
    Id128 tenure;
    payment::Outcome outcome;
    Evidence evidence;
};

}  // namespace sluice::channel
