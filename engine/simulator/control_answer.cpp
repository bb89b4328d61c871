#include "simulator/control_answer.hpp"

#include <charconv>

namespace sluice::simulator {

http::Response json_answer(int status, const Value& body) {
    return {
        .status = status,
        .headers = {{"Content-Type", "application/json; charset=utf-8"}},
        .body = to_json(body)
    };
}

http::Response control_refusal(const ApiError& error) {
    return json_answer(
        error.status, Value(ValueObject{{"code", error.code}, {"message", error.message}})
    );
}

http::Response bad_request(std::string message) {
    return control_refusal(
        {.status = 400, .code = "invalid", .message = std::move(message), .field = {}}
    );
}

http::Response no_such_control() {
    return control_refusal(
        {.status = 404, .code = "not_found", .message = "no such control", .field = {}}
    );
}

std::size_t row_limit(const http::Request& request) {
    const std::string text = http::query_parameter(request, "limit").value_or("1000");
    std::size_t limit = 1000;
    std::from_chars(text.data(), text.data() + text.size(), limit);
    return limit;
}

std::optional<std::int64_t> number_in(const Value& body, const NumberRule& rule) {
    const Value* member = body.find(rule.name);
    if (member == nullptr) {
        return rule.fallback;
    }
    const std::int64_t* number = member->as_int();
    const bool fits = number != nullptr && *number >= 0 && *number <= rule.most;
    return fits ? std::optional(*number) : std::nullopt;
}

}  // namespace sluice::simulator
