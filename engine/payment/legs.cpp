#include "payment/legs.hpp"

#include <utility>

namespace sluice::payment {
namespace {

Value to_value(const Leg& leg) {
    Value value;
    value.set("kind", to_string(leg.kind));
    value.set("method", leg.method);
    if (leg.kind == LegKind::internal) {
        value.set("account_id", leg.account.to_string());
    } else {
        value.set("scene", leg.scene);
        if (!leg.payer.is_null()) {
            value.set("payer", leg.payer);
        }
    }
    value.set("amount", leg.amount.minor());
    return value;
}

Result<Leg> leg_from_value(const Value& value, Currency currency) {
    Leg leg;
    SLUICE_ASSIGN(leg.kind, parse_leg_kind(value.text_or_empty("kind")));
    leg.method = value.text_or_empty("method");
    leg.scene = value.text_or_empty("scene");
    if (leg.kind == LegKind::internal) {
        SLUICE_ASSIGN(leg.account, AccountId::parse(value.text_or_empty("account_id")));
    }
    leg.amount = Money{value.int_or("amount", 0), currency};
    if (const Value* payer = value.find("payer")) {
        leg.payer = *payer;
    }
    return leg;
}

}  // namespace

Value to_value(const std::vector<Leg>& legs) {
    ValueArray list;
    for (const Leg& leg : legs) {
        list.push_back(to_value(leg));
    }
    return Value(std::move(list));
}

Result<std::vector<Leg>> legs_from_value(const Value& value, Currency currency) {
    if (value.as_array() == nullptr) {
        return fail(ErrorCode::corrupt, "stored legs are no list");
    }
    std::vector<Leg> legs;
    for (const Value& element : *value.as_array()) {
        SLUICE_ASSIGN(Leg leg, leg_from_value(element, currency));
        leg.number = static_cast<int>(legs.size()) + 1;
        legs.push_back(std::move(leg));
    }
    return legs;
}

}  // namespace sluice::payment
