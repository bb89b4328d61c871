#include "json/json.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

#include <simdjson.h>

#include "core/invariant.hpp"
#include "json/fault.hpp"

namespace sluice::json {
namespace {

/// Above this many members a set finds repeats faster than comparing each with each.
constexpr std::size_t kFewMembers = 16;

/// The error as seen from one level further out. Places are only spelled out on failure.
std::unexpected<Error> below(std::string_view key, Error error) {
    error.context.insert(0, pointer_step(key));
    return fail(std::move(error));
}

const std::string* find_repeat_of_few(const ValueObject& object) {
    for (auto member = object.begin(); member != object.end(); ++member) {
        const auto repeats = [&](const auto& other) { return other.first == member->first; };
        if (std::any_of(object.begin(), member, repeats)) {
            return &member->first;
        }
    }
    return nullptr;
}

const std::string* find_repeat(const ValueObject& object) {
    if (object.size() <= kFewMembers) {
        return find_repeat_of_few(object);
    }
    std::unordered_set<std::string_view> seen;
    for (const auto& member : object) {
        if (!seen.insert(member.first).second) {
            return &member.first;
        }
    }
    return nullptr;
}

Result<Value> money_or_record(ValueObject object) {
    if (object.size() != 1 || object.front().first != "$money") {
        return Value(std::move(object));
    }
    const auto* pair = object.front().second.as_array();
    if (pair == nullptr || pair->size() != 2 || (*pair)[0].as_int() == nullptr ||
        (*pair)[1].as_text() == nullptr) {
        return fail(ErrorCode::invalid, "$money wants [minor units, currency]");
    }
    SLUICE_ASSIGN(const Currency currency, Currency::parse(*(*pair)[1].as_text()));
    return Value(Money{*(*pair)[0].as_int(), currency});
}

class Converter {
  public:
    explicit Converter(ParseLimits limits) : limits_(limits) {}

    Result<Value> convert(const simdjson::dom::element& element, std::size_t depth) {
        if (++nodes_ > limits_.nodes_max) {
            return fail(
                ErrorCode::limit,
                "JSON has more than " + std::to_string(limits_.nodes_max) + " values"
            );
        }
        if (depth > limits_.depth_max) {
            return fail(
                ErrorCode::limit, "JSON is nested deeper than " + std::to_string(limits_.depth_max)
            );
        }
        switch (element.type()) {
            case simdjson::dom::element_type::ARRAY:
                return convert_array(get<simdjson::dom::array>(element), depth);
            case simdjson::dom::element_type::OBJECT:
                return convert_object(get<simdjson::dom::object>(element), depth);
            case simdjson::dom::element_type::INT64:
                return Value(get<std::int64_t>(element));
            case simdjson::dom::element_type::UINT64:
                return fail(
                    ErrorCode::invalid,
                    "the number " + std::to_string(get<std::uint64_t>(element)) +
                        " is beyond 64 bits"
                );
            case simdjson::dom::element_type::DOUBLE:
                return Value(get<double>(element));
            case simdjson::dom::element_type::STRING:
                return Value(get<std::string_view>(element));
            case simdjson::dom::element_type::BOOL:
                return Value(get<bool>(element));
            case simdjson::dom::element_type::NULL_VALUE:
                return Value();
        }
        return Value();
    }

  private:
    /// The caller has looked at the type: the error cannot happen.
    template <class T>
    static T get(const simdjson::dom::element& element) {
        T value{};
        SLUICE_INVARIANT(element.get(value) == simdjson::SUCCESS);
        return value;
    }

    Result<Value> convert_array(const simdjson::dom::array& elements, std::size_t depth) {
        ValueArray array;
        for (const auto child : elements) {
            auto value = convert(child, depth + 1);
            if (!value) {
                return below(std::to_string(array.size()), std::move(value).error());
            }
            array.push_back(*std::move(value));
        }
        return Value(std::move(array));
    }

    Result<Value> convert_object(const simdjson::dom::object& members, std::size_t depth) {
        ValueObject object;
        object.reserve(members.size());
        for (const auto& [key, child] : members) {
            auto value = convert(child, depth + 1);
            if (!value) {
                return below(key, std::move(value).error());
            }
            object.emplace_back(std::string(key), *std::move(value));
        }
        if (const std::string* repeat = find_repeat(object)) {
            return fail(ErrorCode::invalid, "member '" + *repeat + "' stands twice");
        }
        return money_or_record(std::move(object));
    }

    ParseLimits limits_;
    std::size_t nodes_ = 0;
};

}  // namespace

std::string pointer_step(std::string_view name) {
    std::string step = "/";
    for (const char c : name) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step.push_back(c);
        }
    }
    return step;
}

Result<Value> parse(std::string_view text, ParseLimits limits) {
    thread_local simdjson::dom::parser parser;
    simdjson::dom::element root;
    const auto error = parser.parse(text.data(), text.size()).get(root);
    if (error != simdjson::SUCCESS) {
        Fault fault = find_fault(text);
        return fail(
            ErrorCode::invalid,
            "not valid JSON: line " + std::to_string(fault.line) + ", column " +
                std::to_string(fault.column) + ": " + fault.what,
            std::move(fault.pointer)
        );
    }
    return Converter(limits).convert(root, 0);
}

}  // namespace sluice::json
