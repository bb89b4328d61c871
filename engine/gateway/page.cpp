#include "gateway/page.hpp"

#include <charconv>

#include "gateway/text_rule.hpp"

namespace sluice::gateway {
namespace {

constexpr std::int64_t kPageMax = 100;
constexpr std::int64_t kPageDefault = 20;

}  // namespace

Problem bad_parameter(std::string_view name, std::string message) {
    return invalid_request({{FieldError::Where::parameter, std::string(name), std::move(message)}});
}

std::expected<std::int64_t, Problem> read_limit(const http::Request& request) {
    const auto text = http::query_parameter(request, "limit");
    if (!text) {
        return kPageDefault;
    }
    std::int64_t number = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, number);
    if (error != std::errc{} || stop != end || number < 1 || number > kPageMax) {
        return std::unexpected(bad_parameter(
            "limit",
            "limit is '" + show_bytes(*text) + "', wanted a whole number from 1 to " +
                std::to_string(kPageMax)
        ));
    }
    return number;
}

}  // namespace sluice::gateway
