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
    if (outcome.kind != OutcomeKind::succeeded) {
        return {};
    }
    if (outcome.number.empty() || !outcome.amount) {
        return "the channel reports success without naming order number and amount";
    }
    return {};
}

std::optional<InstructionEvent> unclear_if_collect(Operation operation) {
    if (operation == Operation::collect) {
        return InstructionEvent::unclear;
    }
    return std::nullopt;
}

std::optional<InstructionEvent> event_of(
    const Outcome& outcome, Operation operation, Source source
) {
    switch (outcome.kind) {
        case OutcomeKind::succeeded:
            return InstructionEvent::confirmed;
        case OutcomeKind::pending:
            return InstructionEvent::accepted;
        case OutcomeKind::refused:
            // A refused query or close says nothing about the payment itself.
            return operation == Operation::close ? std::nullopt
                                                 : std::optional(InstructionEvent::declined);
        case OutcomeKind::not_sent:
        case OutcomeKind::config:
            if (operation != Operation::collect) {
                return std::nullopt;
            }
            return source == Source::first_send ? InstructionEvent::not_sent
                                                : InstructionEvent::unclear;
        case OutcomeKind::unknown:
            return unclear_if_collect(operation);
        case OutcomeKind::not_found:
            return std::nullopt;
        case OutcomeKind::closed:
            // The answer to a close is only a promise: one last query tells.
            return operation == Operation::close ? std::nullopt
                                                 : std::optional(InstructionEvent::shut);
    }
    return std::nullopt;
}

}  // namespace

Reading read_outcome(
    const Instruction& instruction, const Outcome& outcome, Operation operation, Source source
) {
    std::string conflict = contradiction(instruction, outcome);
    if (!conflict.empty()) {
        return {InstructionEvent::contradicted, std::move(conflict)};
    }
    return {event_of(outcome, operation, source), {}};
}

}  // namespace sluice::payment
