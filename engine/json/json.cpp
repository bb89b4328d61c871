#include "json/json.hpp"

#include <algorithm>
#include <string>

#include <simdjson.h>

#include "core/invariant.hpp"

namespace sluice::json {
namespace {

class Converter {
  public:
    explicit Converter(ParseLimits limits) : limits_(limits) {}

    Result<Value> convert(
        const simdjson::dom::element& element, const std::string& pointer, std::size_t depth
    ) {
        if (++nodes_ > limits_.nodes_max) {
            return fail(
                ErrorCode::limit,
                "JSON has more than " + std::to_string(limits_.nodes_max) + " values",
                pointer
            );
        }
        if (depth > limits_.depth_max) {
            return fail(
                ErrorCode::limit,
                "JSON is nested deeper than " + std::to_string(limits_.depth_max),
                pointer
            );
        }
        switch (element.type()) {
            case simdjson::dom::element_type::ARRAY:
                return convert_array(get<simdjson::dom::array>(element), pointer, depth);
            case simdjson::dom::element_type::OBJECT:
                return convert_object(get<simdjson::dom::object>(element), pointer, depth);
            case simdjson::dom::element_type::INT64:
                return Value(get<std::int64_t>(element));
            case simdjson::dom::element_type::UINT64:
                return fail(ErrorCode::invalid, "number is beyond 64 bits", pointer);
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

    Result<Value> convert_array(
        const simdjson::dom::array& elements, const std::string& pointer, std::size_t depth
    ) {
        ValueArray array;
        for (const auto child : elements) {
            SLUICE_ASSIGN(
                auto value, convert(child, pointer + "/" + std::to_string(array.size()), depth + 1)
            );
            array.push_back(std::move(value));
        }
        return Value(std::move(array));
    }

    Result<Value> convert_object(
        const simdjson::dom::object& members, const std::string& pointer, std::size_t depth
    ) {
        ValueObject object;
        object.reserve(members.size());
        for (const auto& [key, child] : members) {
            if (std::ranges::any_of(object, [&](const auto& member) {
                    return member.first == key;
                })) {
                return fail(
                    ErrorCode::invalid, "member '" + std::string(key) + "' stands twice", pointer
                );
            }
            SLUICE_ASSIGN(auto value, convert(child, pointer + "/" + std::string(key), depth + 1));
            object.emplace_back(std::string(key), std::move(value));
        }
        return as_money(Value(std::move(object)), pointer);
    }

    static Result<Value> as_money(Value value, const std::string& pointer) {
        const auto& object = *value.as_object();
        if (object.size() != 1 || object.front().first != "$money") {
            return value;
        }
        const auto* pair = object.front().second.as_array();
        if (pair == nullptr || pair->size() != 2 || (*pair)[0].as_int() == nullptr ||
            (*pair)[1].as_text() == nullptr) {
            return fail(ErrorCode::invalid, "$money wants [minor units, currency]", pointer);
        }
        SLUICE_ASSIGN(const Currency currency, Currency::parse(*(*pair)[1].as_text()));
        return Value(Money{*(*pair)[0].as_int(), currency});
    }

    ParseLimits limits_;
    std::size_t nodes_ = 0;
};

}  // namespace

Result<Value> parse(std::string_view text, ParseLimits limits) {
    thread_local simdjson::dom::parser parser;
    simdjson::dom::element root;
    const auto error = parser.parse(text.data(), text.size()).get(root);
    if (error != simdjson::SUCCESS) {
        return fail(
            ErrorCode::invalid, std::string("not valid JSON: ") + simdjson::error_message(error)
        );
    }
    return Converter(limits).convert(root, "", 0);
}

}  // namespace sluice::json
