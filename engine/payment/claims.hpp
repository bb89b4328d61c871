#pragma once

#include <string>

#include "payment/operation.hpp"
#include "payment/outcome.hpp"
#include "payment/payment.hpp"

namespace sluice::payment {

/// How one outcome of one operation bears on an instruction: the event it stands for, or none.
struct Reading {
    std::optional<InstructionEvent> event;
    std::string conflict;  ///< why the answer contradicts our record; empty when it does not
};

/// Where the outcome came from decides what it can prove.
enum class Source { first_send, resend, callback, person };

/// Holds the outcome's claims against our record (law 3), then reads it. Pure. An unclear answer to
/// a query or a close, or an unclear callback, proves nothing; what a repeated collect was refused
/// is unclear, as the first may have been taken; `not_found` never decides by itself; a success
/// that does not name number and amount is a contradiction.
[[nodiscard]] Reading read_outcome(
    const Instruction& instruction, const Outcome& outcome, Operation operation, Source source
);

}  // namespace sluice::payment
