#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::flow {

/// What a script hands to a function of the kernel. All below refuse with `script`, in words that
/// its author can use.
using Arguments = std::span<const Value>;

/// The argument at `index`, or null: the functions say themselves what they miss.
[[nodiscard]] const Value& at(Arguments arguments, std::size_t index);
[[nodiscard]] Result<std::string> text_at(
    Arguments arguments, std::size_t index, std::string_view what
);
[[nodiscard]] Result<InstructionId> instruction_at(Arguments arguments, std::size_t index);

/// Refuses a record that says something this function would not hear.
[[nodiscard]] Result<void> knows_all(
    const Value& record, std::string_view verb, std::initializer_list<std::string_view> fields
);
/// A member that is a whole number from 1 to `most`.
[[nodiscard]] Result<std::int64_t> whole_of(
    const Value& record, std::string_view key, std::int64_t most
);
[[nodiscard]] Result<Money> money_in(const Value& record, std::string_view verb);
/// The task by whose word it is; nil when none is named.
[[nodiscard]] Result<TaskId> task_in(const Value& record);

}  // namespace sluice::flow
