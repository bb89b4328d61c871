#include "channel/body_lines.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "json/json.hpp"

namespace sluice::channel {
namespace {

using LinePlaces = std::map<std::string_view, std::size_t, std::less<>>;

/// Which of the instructions a member of the element names.
std::optional<std::size_t> named_in(const Value& element, const LinePlaces& places) {
    if (element.as_object() == nullptr) {
        return std::nullopt;
    }
    for (const auto& [name, member] : *element.as_object()) {
        const auto place =
            member.as_text() == nullptr ? places.end() : places.find(*member.as_text());
        if (place != places.end()) {
            return place->second;
        }
    }
    return std::nullopt;
}

/// The list that names instructions, with the names that lead to it.
Value* find_list(Value& value, const LinePlaces& places, std::vector<std::string>& path) {
    if (const ValueArray* list = value.as_array()) {
        const bool names_one = std::ranges::any_of(*list, [&](const Value& element) {
            return named_in(element, places).has_value();
        });
        return names_one ? &value : nullptr;
    }
    ValueObject* members = value.as_object();
    if (members == nullptr) {
        return nullptr;
    }
    for (auto& [name, member] : *members) {
        path.push_back(name);
        if (Value* found = find_list(member, places, path)) {
            return found;
        }
        path.pop_back();
    }
    return nullptr;
}

/// With `element` in the place of what the path leads to.
Value replaced(const Value& around, std::span<const std::string> path, Value list) {
    if (path.empty()) {
        return list;
    }
    Value copy = around;
    copy.set(path.front(), replaced(*around.find(path.front()), path.subspan(1), std::move(list)));
    return copy;
}

}  // namespace

BodyLines::BodyLines(std::string_view body, std::span<const std::string> numbers) {
    constexpr json::ParseLimits kLimits{.depth_max = 32, .nodes_max = 100'000};
    auto parsed = json::parse(body, kLimits);
    if (!parsed) {
        return;
    }
    LinePlaces places;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        places.emplace(numbers[i], i);
    }
    Value* list = find_list(*parsed, places, path_);
    if (list == nullptr) {
        return;
    }
    by_line_.resize(numbers.size());
    for (Value& element : *list->as_array()) {
        ++elements_;
        if (const auto index = named_in(element, places)) {
            by_line_[*index].push_back(std::move(element));
        }
    }
    *list = Value(ValueArray{});
    around_ = *std::move(parsed);
}

std::optional<std::string> BodyLines::of(std::size_t index) const {
    if (elements_ == 0) {
        return std::nullopt;
    }
    ValueArray list(by_line_[index].begin(), by_line_[index].end());
    if (const std::size_t others = elements_ - list.size(); others > 0) {
        list.emplace_back("and " + std::to_string(others) + " more");
    }
    return to_json(replaced(around_, path_, Value(std::move(list))));
}

}  // namespace sluice::channel
