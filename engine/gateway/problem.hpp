#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

/// One wrong thing in a request: a member of the body (JSON pointer), a query parameter or a
/// header, and the sentence that names thing, value and expectation.
struct FieldError {
    enum class Where { pointer, parameter, header };
    Where where = Where::pointer;
    std::string name;
    std::string message;
};

/// What is wrong with the member of the body that the JSON pointer names.
[[nodiscard]] inline FieldError at_member(std::string pointer, std::string message) {
    return {FieldError::Where::pointer, std::move(pointer), std::move(message)};
}

/// Why a request was not served, as RFC 9457 tells it. `code` is stable and is what callers branch
/// on; `detail` is for people. A plain value.
struct Problem {
    int status = 500;
    std::string code;
    std::string detail;
    std::vector<FieldError> errors;
    http::Headers headers;
};

/// What a handler gives: an answer, or the problem that becomes one.
using Answer = std::expected<http::Response, Problem>;

/// 400 `invalid_request`; the detail repeats the first error and counts the others.
[[nodiscard]] Problem invalid_request(std::vector<FieldError> errors);
[[nodiscard]] Problem not_found(std::string_view what, std::string_view id);
/// How a refusal by the engine or a store is told to callers. Our own faults become a 500 without
/// their text; what may have happened becomes 503 `outcome_unknown`.
[[nodiscard]] Problem problem_of(const Error& error);

/// application/problem+json with type, title, status, detail, code, request_id and errors.
[[nodiscard]] http::Response to_response(const Problem& problem, std::string_view request_id);

}  // namespace sluice::gateway
