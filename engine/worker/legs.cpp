#include "json/json.hpp"
#include "worker/batch.hpp"

namespace sluice::worker {
namespace {

Value to_value(const payment::Leg& leg) {
    Value value;
    value.set("number", leg.number);
    value.set("kind", payment::to_string(leg.kind));
    value.set("method", leg.method);
    if (leg.kind == payment::LegKind::internal) {
        value.set("account_id", leg.account.to_string());
    } else {
        value.set("scene", leg.scene);
    }
    value.set("amount", leg.amount.minor());
    value.set("currency", leg.amount.currency().code());
    return value;
}

Result<payment::Leg> leg_from_value(const Value& value) {
    payment::Leg leg;
    leg.number = static_cast<int>(value.int_or("number", 0));
    SLUICE_ASSIGN(leg.kind, payment::parse_leg_kind(value.text_or_empty("kind")));
    leg.method = value.text_or_empty("method");
    leg.scene = value.text_or_empty("scene");
    if (leg.kind == payment::LegKind::internal) {
        SLUICE_ASSIGN(leg.account, AccountId::parse(value.text_or_empty("account_id")));
    }
    SLUICE_ASSIGN(const Currency currency, Currency::parse(value.text_or_empty("currency")));
    leg.amount = Money{value.int_or("amount", 0), currency};
    return leg;
}

}  // namespace

std::string legs_to_json(const std::vector<payment::Leg>& legs) {
    ValueArray list;
    for (const auto& leg : legs) {
        list.push_back(to_value(leg));
    }
    return to_json(Value(std::move(list)));
}

Result<std::vector<payment::Leg>> legs_from_json(std::string_view json) {
    SLUICE_ASSIGN(const Value parsed, json::parse(json));
    if (parsed.as_array() == nullptr) {
        return fail(ErrorCode::corrupt, "stored legs are no list");
    }
    std::vector<payment::Leg> legs;
    for (const auto& value : *parsed.as_array()) {
        SLUICE_ASSIGN(auto leg, leg_from_value(value));
        legs.push_back(std::move(leg));
    }
    return legs;
}

}  // namespace sluice::worker
