#include "channel/payout_many.hpp"

#include <cstddef>
#include <map>
#include <utility>

#include "channel/contract.hpp"
#include "core/invariant.hpp"

namespace sluice::channel {
namespace {

using payment::Outcome;
using payment::OutcomeKind;

Outcome not_believed(std::string code, std::string message) {
    Outcome outcome;
    outcome.code = std::move(code);
    outcome.message = std::move(message);
    return outcome;
}

/// What can be true of every payout of a request because of the request alone.
bool may_end_all(OutcomeKind kind) {
    return kind == OutcomeKind::refused || kind == OutcomeKind::not_sent ||
           kind == OutcomeKind::config || kind == OutcomeKind::unknown;
}

Result<std::vector<Outcome>> from_whole(const Value& whole, const PayoutMany& many) {
    SLUICE_ASSIGN(const Outcome outcome, outcome_from_answer(whole, Operation::payout));
    if (!may_end_all(outcome.kind)) {
        return fail(
            ErrorCode::invalid,
            "the whole of many payouts is " + std::string(payment::to_string(outcome.kind)) +
                ", wanted refused, not_sent, config or unknown"
        );
    }
    if (!outcome.number.empty() || !outcome.channel_reference.empty() || outcome.amount) {
        return fail(
            ErrorCode::invalid,
            "the whole of many payouts has number, channel_reference or amount, which only one of "
            "them has"
        );
    }
    return std::vector<Outcome>(many.orders.size(), outcome);
}

/// One outcome; a mistake in it says nothing of the others.
Outcome from_line(const Value& line) {
    auto outcome = outcome_from_answer(line, Operation::payout);
    return outcome ? *std::move(outcome)
                   : not_believed("adapter_failed", std::move(outcome.error().message));
}

Result<std::vector<Outcome>> from_lines(const ValueArray& lines, const PayoutMany& many) {
    struct Place {
        std::size_t index = 0;
        bool is_told = false;
    };
    std::map<std::string, Place, std::less<>> places;
    for (std::size_t i = 0; i < many.orders.size(); ++i) {
        places.emplace(many.orders[i]->instruction.id.raw().to_string(), Place{.index = i});
    }
    std::vector<Outcome> outcomes(
        many.orders.size(), not_believed("not_in_answer", "the answer does not name it")
    );
    for (const Value& line : lines) {
        if (line.as_object() == nullptr) {
            return fail(
                ErrorCode::invalid,
                "one of the lines is a " + std::string(line.kind_name()) + ", wanted an outcome"
            );
        }
        // A number that was not asked for proves nothing of those that were.
        const auto place = places.find(line.text_or_empty("number"));
        if (place == places.end()) {
            continue;
        }
        auto& [index, is_told] = place->second;
        outcomes[index] = is_told ? not_believed("twice_in_answer", "the answer names it twice")
                                  : from_line(line);
        is_told = true;
    }
    return outcomes;
}

}  // namespace

Money PayoutMany::total() const {
    SLUICE_INVARIANT(!orders.empty());
    std::int64_t minor = 0;
    for (const ExchangeOrder* order : orders) {
        minor += order->instruction.amount.minor();
    }
    return {minor, orders.front()->instruction.amount.currency()};
}

Result<std::vector<Outcome>> outcomes_from_answer(const Value& value, const PayoutMany& many) {
    const Value* whole = value.find("whole");
    const Value* lines = value.find("lines");
    const bool is_one = value.as_object() != nullptr && value.as_object()->size() == 1;
    if (is_one && whole != nullptr) {
        return from_whole(*whole, many);
    }
    if (is_one && lines != nullptr && lines->as_array() != nullptr) {
        return from_lines(*lines->as_array(), many);
    }
    return fail(
        ErrorCode::invalid,
        "the answer to many payouts is a " + std::string(value.kind_name()) +
            ", wanted a record with either lines, a list of outcomes, or whole, an outcome"
    );
}

}  // namespace sluice::channel
