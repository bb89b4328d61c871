#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/money.hpp"

namespace sluice {

class Value;

/// Members in the order they were written; keys are unique.
using ValueMember = std::pair<std::string, Value>;
using ValueObject = std::vector<ValueMember>;
using ValueArray = std::vector<Value>;

/// What crosses the borders between JSON, Lua and C++: null, boolean, whole number, fraction, text,
/// money, list, record. A plain value type.
class Value {
  public:
    Value() = default;
    // NOLINTBEGIN(google-explicit-constructor): a literal of any of these kinds is a Value.
    Value(std::nullptr_t) {}
    Value(bool value) : storage_(value) {}
    Value(int value) : storage_(std::int64_t{value}) {}
    Value(std::int64_t value) : storage_(value) {}
    Value(double value) : storage_(value) {}
    Value(const char* value) : storage_(std::string(value)) {}
    Value(std::string_view value) : storage_(std::string(value)) {}
    Value(std::string value) : storage_(std::move(value)) {}
    Value(Money value) : storage_(value) {}
    Value(ValueArray value);
    Value(ValueObject value);
    // NOLINTEND(google-explicit-constructor)

    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(storage_); }
    [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&storage_); }
    [[nodiscard]] const std::int64_t* as_int() const {
        return std::get_if<std::int64_t>(&storage_);
    }
    [[nodiscard]] const double* as_double() const { return std::get_if<double>(&storage_); }
    [[nodiscard]] const std::string* as_text() const { return std::get_if<std::string>(&storage_); }
    [[nodiscard]] const Money* as_money() const { return std::get_if<Money>(&storage_); }
    [[nodiscard]] const ValueArray* as_array() const { return std::get_if<ValueArray>(&storage_); }
    [[nodiscard]] const ValueObject* as_object() const {
        return std::get_if<ValueObject>(&storage_);
    }
    [[nodiscard]] ValueArray* as_array() { return std::get_if<ValueArray>(&storage_); }
    [[nodiscard]] ValueObject* as_object() { return std::get_if<ValueObject>(&storage_); }

    /// The member of a record, or nullptr when this is no record or has no such member.
    [[nodiscard]] const Value* find(std::string_view key) const;
    /// Text of a member, or "" when it is absent or not text.
    [[nodiscard]] std::string_view text_or_empty(std::string_view key) const;
    /// Whole number of a member, or `fallback` when it is absent or not a whole number.
    [[nodiscard]] std::int64_t int_or(std::string_view key, std::int64_t fallback) const;
    /// Sets or replaces a member; this must be a record or null (which becomes a record).
    void set(std::string_view key, Value value);

    /// "null", "boolean", "whole number", "fraction", "text", "money", "list", "record".
    [[nodiscard]] std::string_view kind_name() const;

    friend bool operator==(const Value& a, const Value& b);

  private:
    std::variant<
        std::monostate,
        bool,
        std::int64_t,
        double,
        std::string,
        Money,
        ValueArray,
        ValueObject>
        storage_;
};

/// Compact JSON, members in their own order, UTF-8 kept, control characters escaped. Money prints
/// as
/// {"$money":[minor,"CNY"]}; json::parse reads it back as money. Fractions must be finite.
[[nodiscard]] std::string to_json(const Value& value);
void append_json(std::string& out, const Value& value);
void append_json_text(std::string& out, std::string_view text);

}  // namespace sluice
