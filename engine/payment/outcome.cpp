#include "payment/outcome.hpp"

namespace sluice::payment {
namespace {

Result<std::optional<Money>> money_in(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    if (member == nullptr) {
        return std::optional<Money>{};
    }
    if (member->as_money() == nullptr) {
        return fail(
            ErrorCode::invalid,
            "outcome " + std::string(name) + " is a " + std::string(member->kind_name()) +
                ", wanted money",
            "/" + std::string(name)
        );
    }
    return std::optional(*member->as_money());
}

}  // namespace

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
    if (outcome.fee) {
        value.set("fee", *outcome.fee);
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
    SLUICE_ASSIGN(outcome.amount, money_in(value, "amount"));
    SLUICE_ASSIGN(outcome.fee, money_in(value, "fee"));
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
