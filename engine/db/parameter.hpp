#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "db/array.hpp"

namespace sluice::db {

/// One argument of a statement. Texts and arrays are views: they must outlive the call of
/// execute(), which copies nothing it need not. A value type.
class Parameter {
  public:
    using Storage = std::variant<
        std::nullptr_t,
        std::int64_t,
        bool,
        std::string_view,
        Id128,
        Time,
        const ArrayBuilder*>;

    // NOLINTBEGIN(google-explicit-constructor): a list of plain values is a list of arguments.
    Parameter(std::nullptr_t) : storage_(nullptr) {}
    Parameter(int value) : storage_(std::int64_t{value}) {}
    Parameter(std::int64_t value) : storage_(value) {}
    Parameter(bool value) : storage_(value) {}
    Parameter(std::string_view value) : storage_(value) {}
    Parameter(const std::string& value) : storage_(std::string_view(value)) {}
    Parameter(const char* value) : storage_(std::string_view(value)) {}
    Parameter(Id128 value) : storage_(value) {}
    template <class Tag>
    Parameter(Id<Tag> value) : storage_(value.raw()) {}
    Parameter(Time value) : storage_(value) {}
    Parameter(const ArrayBuilder& value) : storage_(&value) {}
    // NOLINTEND(google-explicit-constructor)

    [[nodiscard]] const Storage& storage() const { return storage_; }

  private:
    Storage storage_;
};

}  // namespace sluice::db
