#include "fuzz/record_change.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include "json/json.hpp"

namespace sluice::fuzz {
namespace {

/// Everything in it that has nothing in itself.
void collect_leaves(Value& value, std::vector<Value*>& leaves) {
    if (ValueObject* members = value.as_object()) {
        for (auto& [name, member] : *members) {
            collect_leaves(member, leaves);
        }
    } else if (ValueArray* items = value.as_array()) {
        for (Value& item : *items) {
            collect_leaves(item, leaves);
        }
    } else {
        leaves.push_back(&value);
    }
}

/// What a reader may meet where it wants something else.
Value another_kind(const Value& value, std::mt19937_64& chance) {
    const std::int64_t number = value.as_int() != nullptr ? *value.as_int() : 0;
    switch (chance() % 6) {
        case 0:
            return number ^ 1;
        case 1:
            return ~number;
        case 2:
            return std::numeric_limits<std::int64_t>::max();
        case 3:
            return std::to_string(number);
        case 4:
            return ValueArray{value};
        default:
            return nullptr;
    }
}

}  // namespace

void change_inside(
    std::string& record,
    std::mt19937_64& chance,
    const std::function<void(std::string& text, const std::string& other)>& change
) {
    auto value = json::parse(record);
    std::vector<Value*> leaves;
    if (value && value->as_object() != nullptr) {
        collect_leaves(*value, leaves);
    }
    if (leaves.empty()) {
        return;
    }
    Value& leaf = *leaves[static_cast<std::size_t>(chance() % leaves.size())];
    const Value& other = *leaves[static_cast<std::size_t>(chance() % leaves.size())];
    const bool keeps_kind = chance() % 8 != 0;
    if (leaf.as_text() != nullptr && keeps_kind) {
        std::string text = *leaf.as_text();
        change(text, other.as_text() != nullptr ? *other.as_text() : std::string());
        leaf = std::move(text);
    } else {
        leaf = another_kind(leaf, chance);
    }
    std::string changed = to_json(*value);
    if (json::parse(changed)) {
        record = std::move(changed);
    }
}

}  // namespace sluice::fuzz
