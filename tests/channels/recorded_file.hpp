#pragma once

#include <string>
#include <string_view>

#include "core/value.hpp"

namespace sluice::channel::testing {

/// A recorded message of a channel; `folder` is its fixtures/.
[[nodiscard]] Value fixture(std::string_view folder, std::string_view name);
/// A recorded body: text as it is, a record as JSON.
[[nodiscard]] std::string body_of(const Value* body);

}  // namespace sluice::channel::testing
