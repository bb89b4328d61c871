#pragma once

#include <functional>

#include "http/message.hpp"
#include "simulator/api_error.hpp"
#include "simulator/platform_signature.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What a request does when it is let through; null for an answer without a body.
using Act = std::function<ApiResult<Value>(const Deviation&)>;

/// How a protocol words its answers.
struct Wording {
    std::function<http::Response(const ApiError&)> refusal;
    std::function<http::Response(const Value&, SignatureQuality)> answer;
    /// The definite no of the fault `refused`.
    ApiError refused;
};

struct FaultTarget {
    Operation operation = Operation::create;
    FaultAddress address;
};

/// Lets the act happen or not, and its answer arrive or not, as the faults say. Blocks for as long
/// as an ordered latency. Any thread.
http::Response perform_with_faults(
    World& world, const FaultTarget& target, const Act& act, const Wording& wording
);

/// A status and nothing else.
[[nodiscard]] http::Response bare_answer(int status);
/// The body as a record; PARAM_ERROR when it is none.
ApiResult<Value> parse_body(const http::Request& request);
/// A part of a path without its escapes; "" when they are broken.
[[nodiscard]] std::string decoded(std::string_view segment);
/// The same answer or notice with another currency wherever it names one.
[[nodiscard]] Value in_another_currency(Value object);
/// The same number with its last character changed.
[[nodiscard]] std::string another_number(std::string number);

}  // namespace sluice::simulator
