#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "core/value.hpp"

namespace sluice::simulator {

/// A refusal as the channel words it: HTTP status, code, message and, for bad input, the field.
struct ApiError {
    int status = 400;
    std::string code;
    std::string message;
    std::string field;  ///< JSON pointer or parameter name; empty: no detail
    Value value;        ///< what stood there
};

template <class T>
using ApiResult = std::expected<T, ApiError>;

[[nodiscard]] inline std::unexpected<ApiError> refuse(ApiError error) {
    return std::unexpected(std::move(error));
}

[[nodiscard]] inline std::unexpected<ApiError> refuse(
    int status, std::string_view code, std::string message
) {
    return refuse(
        {.status = status, .code = std::string(code), .message = std::move(message), .field = {}}
    );
}

[[nodiscard]] inline std::unexpected<ApiError> parameter_error(
    std::string field, Value value, std::string issue
) {
    return refuse(
        {.status = 400,
         .code = "PARAM_ERROR",
         .message = std::move(issue),
         .field = std::move(field),
         .value = std::move(value)}
    );
}

}  // namespace sluice::simulator
