#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::json {

/// What a parse accepts beyond JSON itself.
struct ParseLimits {
    std::size_t depth_max = 32;
    std::size_t nodes_max = 10000;
};

/// Strict JSON to Value: valid UTF-8, no duplicate member, whole numbers within 64 bits signed,
/// depth and node limits. {"$money":[1234,"CNY"]} becomes money. `invalid` names the place and the
/// reason (context = JSON pointer where known). Any thread; keeps a parser a thread.
Result<Value> parse(std::string_view text, ParseLimits limits = {});

/// One step of a JSON pointer (RFC 6901) into the member of this name.
[[nodiscard]] std::string pointer_step(std::string_view name);

}  // namespace sluice::json
