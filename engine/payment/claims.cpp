#include "payment/claims.hpp"

namespace sluice::payment {
namespace {

std::string differs(std::string_view what, std::string_view theirs, std::string_view ours) {
    return "the channel's " + std::string(what) + " is " + std::string(theirs) + ", ours is " +
           std::string(ours);
}

/// The first claim that contradicts our record, in words; empty when none does.
std::string contradiction(const Instruction& instruction, const Outcome& outcome) {
    const std::string number = instruction.id.raw().to_string();
    if (!outcome.number.empty() && outcome.number != number) {
        return differs("order number", outcome.number, number);
    }
    if (!outcome.merchant.empty() && outcome.merchant != instruction.merchant) {
        return differs("merchant", outcome.merchant, instruction.merchant);
    }
    if (outcome.amount && *outcome.amount != instruction.amount) {
        return differs("amount", outcome.amount->describe(), instruction.amount.describe());
    }
    if (outcome.kind != OutcomeKind::succeeded && outcome.kind != OutcomeKind::returned) {
        return {};
    }
    if (outcome.number.empty() || !outcome.amount) {
        return "the channel reports " + std::string(to_string(outcome.kind)) +
               " without naming number and amount";
    }
    return {};
}

/// What an answer without a decision leaves of a request that moves money: it may have been
/// executed. Anything else that goes wrong (a query, a close, a callback nobody understands) proves
/// nothing.
std::optional<InstructionEvent> undecided(Operation operation, Source source) {
    if (moves_money(operation) && source != Source::callback) {
        return InstructionEvent::unclear;
    }
    return std::nullopt;
}

std::optional<InstructionEvent> event_of(
    const Outcome& outcome, Operation operation, Source source
) {
    const bool again = moves_money(operation) && source == Source::resend;
    const bool first = moves_money(operation) && source == Source::first_send;
    switch (outcome.kind) {
        case OutcomeKind::succeeded:
            return InstructionEvent::confirmed;
        case OutcomeKind::pending:
            return InstructionEvent::accepted;
        case OutcomeKind::refused:
            // A refused close says nothing about the payment; a refused repeat says nothing about
            // the send before it.
            if (operation == Operation::close) {
                return std::nullopt;
            }
            return again ? InstructionEvent::unclear : InstructionEvent::declined;
        case OutcomeKind::not_sent:
        case OutcomeKind::config:
            return first ? InstructionEvent::not_sent : undecided(operation, source);
        case OutcomeKind::unknown:
            return undecided(operation, source);
        case OutcomeKind::not_found:
            return std::nullopt;
        case OutcomeKind::closed:
            // The answer to a close is only a promise: one last query tells.
            return operation == Operation::close ? std::nullopt
                                                 : std::optional(InstructionEvent::shut);
        case OutcomeKind::returned:
            return InstructionEvent::came_back;
    }
    return std::nullopt;
}

/// A refund or payout that had succeeded and of which the channel now says, asked or unasked, that
/// it did not: the money is back.
bool takes_back(const Instruction& instruction, const Outcome& outcome, Operation operation) {
    const bool denies = outcome.kind == OutcomeKind::refused || outcome.kind == OutcomeKind::closed;
    return denies && instruction.purpose != Purpose::collect && !moves_money(operation) &&
           instruction.status == InstructionStatus::succeeded;
}

}  // namespace

Reading read_outcome(
    const Instruction& instruction, const Outcome& outcome, Operation operation, Source source
) {
    std::string conflict = contradiction(instruction, outcome);
    if (!conflict.empty()) {
        return {InstructionEvent::contradicted, std::move(conflict)};
    }
    if (takes_back(instruction, outcome, operation)) {
        return {InstructionEvent::came_back, {}};
    }
    return {event_of(outcome, operation, source), {}};
}

}  // namespace sluice::payment
