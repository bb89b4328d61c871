#pragma once

#include <string_view>

#include "core/result.hpp"

namespace sluice::payment {

/// What may be asked of a channel about one instruction.
enum class Operation { collect, query, close };

[[nodiscard]] std::string_view to_string(Operation operation);
Result<Operation> parse_operation(std::string_view text);

}  // namespace sluice::payment
