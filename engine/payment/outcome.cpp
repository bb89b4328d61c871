#include "payment/outcome.hpp"

namespace sluice::payment {

Value to_value(const Outcome& outcome) {
    Value value;
    value.set("kind", to_string(outcome.kind));
    const auto set_text = [&](std::string_view key, const std::string& text) {
        if (!text.empty()) {
            value.set(key, text);
        }
    };
    set_text("code", outcome.code);
    set_text("message", outcome.message);
    set_text("number", outcome.number);
    set_text("merchant", outcome.merchant);
    set_text("channel_reference", outcome.channel_reference);
    set_text("payer", outcome.payer);
    if (outcome.amount) {
        value.set("amount", *outcome.amount);
    }
    if (outcome.happened_at) {
        value.set("happened_at", format_rfc3339(*outcome.happened_at));
    }
    if (outcome.refused_unless_found) {
        value.set("refused_unless_found", true);
    }
    if (!outcome.next_action.is_null()) {
        value.set("next_action", outcome.next_action);
    }
    return value;
}

Result<Outcome> outcome_from_value(const Value& value) {
    Outcome outcome;
    SLUICE_ASSIGN(outcome.kind, parse_outcome_kind(value.text_or_empty("kind")));
    outcome.code = value.text_or_empty("code");
    outcome.message = value.text_or_empty("message");
    outcome.number = value.text_or_empty("number");
    outcome.merchant = value.text_or_empty("merchant");
    outcome.channel_reference = value.text_or_empty("channel_reference");
    outcome.payer = value.text_or_empty("payer");
    if (const Value* amount = value.find("amount")) {
        if (amount->as_money() == nullptr) {
            return fail(
                ErrorCode::invalid,
                "outcome amount is a " + std::string(amount->kind_name()) + ", wanted money",
                "/amount"
            );
        }
        outcome.amount = *amount->as_money();
    }
    if (const Value* time = value.find("happened_at"); time != nullptr && !time->is_null()) {
        SLUICE_ASSIGN(outcome.happened_at, parse_rfc3339(value.text_or_empty("happened_at")));
    }
    const Value* turned_away = value.find("refused_unless_found");
    outcome.refused_unless_found =
        turned_away != nullptr && turned_away->as_bool() != nullptr && *turned_away->as_bool();
    if (const Value* action = value.find("next_action")) {
        outcome.next_action = *action;
    }
    return outcome;
}

}  // namespace sluice::payment
