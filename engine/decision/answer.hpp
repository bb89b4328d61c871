#pragma once

#include <string_view>

#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::decision {

/// Whether a policy's answer says what the verbs of flows read from it. Every answer is a record.
/// `risk`: `allowed` is true, or false with `code` and `message`. `route`: `accounts` names some of
/// the candidates with channel and reason, `dropped` all others with a reason. `script` tells what
/// is wrong and what is wanted.
Result<void> check_answer(std::string_view policy, const Value& answer, const Value& candidates);

}  // namespace sluice::decision
