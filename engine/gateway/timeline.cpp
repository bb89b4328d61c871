#include "gateway/timeline.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace sluice::gateway {
namespace {

/// A list of the journal's body and what its items are to a reader.
struct Part {
    std::string_view member;
    std::string_view kind;
};
constexpr std::array kParts{
    Part{"facts", "fact"}, Part{"recorded", "result"}, Part{"effects", "effect"}
};

/// The journal's tagged money becomes the form the API uses everywhere.
Value plain(const Value& value) {
    if (const Money* money = value.as_money()) {
        Value pair;
        pair.set("amount", money->minor());
        pair.set("currency", money->currency().code());
        return pair;
    }
    if (const ValueObject* members = value.as_object()) {
        ValueObject copy;
        for (const auto& [name, member] : *members) {
            copy.emplace_back(name, plain(member));
        }
        return Value(std::move(copy));
    }
    if (const ValueArray* elements = value.as_array()) {
        ValueArray copy;
        for (const Value& element : *elements) {
            copy.push_back(plain(element));
        }
        return Value(std::move(copy));
    }
    return value;
}

Value render_item(const JournalActivation& activation, const Part& part, const Value& item) {
    Value details{ValueObject{}};
    if (const ValueObject* members = item.as_object()) {
        for (const auto& [name, member] : *members) {
            if (name != "type") {
                details.set(name, plain(member));
            }
        }
    }
    Value body;
    body.set("at", format_rfc3339(activation.at));
    body.set("activation", activation.seq);
    body.set("kind", part.kind);
    body.set("type", item.text_or_empty("type"));
    body.set("details", std::move(details));
    return body;
}

}  // namespace

Value render_timeline(PaymentId payment, const std::vector<JournalActivation>& journal) {
    ValueArray items;
    for (const JournalActivation& activation : journal) {
        for (const Part& part : kParts) {
            const Value* list = activation.body.find(part.member);
            const ValueArray* elements = list == nullptr ? nullptr : list->as_array();
            if (elements == nullptr) {
                continue;
            }
            for (const Value& element : *elements) {
                items.push_back(render_item(activation, part, element));
            }
        }
    }
    Value body;
    body.set("payment_id", payment.to_string());
    body.set("items", std::move(items));
    return body;
}

}  // namespace sluice::gateway
