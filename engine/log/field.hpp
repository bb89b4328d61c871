#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/error.hpp"
#include "core/id.hpp"
#include "core/money.hpp"

namespace sluice::log {

/// An id as it will be printed; turned into text only when the line is written.
struct FieldId {
    std::string_view prefix;
    Id128 raw;
};

/// One named value of a log line. A view: texts must outlive the call (or the Scope) it is given
/// to. Amounts go in as Money, so none is ever printed without its currency; a Secret does not
/// convert. A value type.
class Field {
  public:
    using Value = std::variant<std::int64_t, double, bool, std::string_view, FieldId, Money>;

    Field() = default;
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool>)
    Field(std::string_view key, Integer value)
        : key_(key), value_(static_cast<std::int64_t>(value)) {}
    Field(std::string_view key, bool value) : key_(key), value_(value) {}
    Field(std::string_view key, double value) : key_(key), value_(value) {}
    Field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
    Field(std::string_view key, const std::string& value)
        : key_(key), value_(std::string_view(value)) {}
    Field(std::string_view key, const char* value) : key_(key), value_(std::string_view(value)) {}
    Field(std::string_view key, Money value) : key_(key), value_(value) {}
    Field(std::string_view key, ErrorCode value) : key_(key), value_(to_string(value)) {}
    template <class Tag>
    Field(std::string_view key, Id<Tag> value)
        : key_(key), value_(FieldId{Tag::kPrefix, value.raw()}) {}
    Field(std::string_view key, Id128 value) : key_(key), value_(FieldId{{}, value}) {}

    [[nodiscard]] std::string_view key() const { return key_; }
    [[nodiscard]] const Value& value() const { return value_; }

  private:
    std::string_view key_;
    Value value_;
};

using Fields = std::initializer_list<Field>;

}  // namespace sluice::log
