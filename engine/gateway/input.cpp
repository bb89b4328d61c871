#include "gateway/input.hpp"

#include <algorithm>
#include <utility>

#include "core/nearest_name.hpp"
#include "json/json.hpp"

namespace sluice::gateway {
namespace {

/// A thousand payouts are twelve thousand members; how large a body may be is told otherwise.
constexpr json::ParseLimits kBodyLimits{.depth_max = 32, .nodes_max = 50'000};

constexpr TextRule kCurrencyRule{.min = 3, .max = 3, .charset = TextRule::Charset::any};

bool is_json_type(std::string_view content_type) {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ')) {
        type.remove_suffix(1);
    }
    return http::equal_ignoring_case(type, "application/json");
}

/// "text", "list" and the value; null needs no kind.
std::string described(const Value& value) {
    return value.is_null() ? "null" : "the " + std::string(value.kind_name()) + " " + show(value);
}

/// Whether a charset is named and is another than UTF-8, the only one of JSON (RFC 8259).
bool is_other_charset(std::string_view content_type) {
    const auto mark = content_type.find("charset=");
    if (mark == std::string_view::npos) {
        return false;
    }
    std::string_view charset = content_type.substr(mark + 8);
    charset = charset.substr(0, charset.find_first_of("; "));
    return !http::equal_ignoring_case(charset, "utf-8") &&
           !http::equal_ignoring_case(charset, "\"utf-8\"");
}

Problem wrong_type(std::string_view type) {
    const std::string given =
        type.empty() ? "Content-Type is missing" : "Content-Type is '" + show_bytes(type) + "'";
    const std::string message = given + ", wanted application/json (in UTF-8)";
    return {
        .status = 415,
        .code = "unsupported_media_type",
        .detail = message,
        .errors = {{FieldError::Where::header, "Content-Type", message}},
        .headers = {{"Accept-Post", "application/json"}}
    };
}

Problem unreadable(const Error& error) {
    Problem problem = invalid_request({{FieldError::Where::pointer, error.context, error.message}});
    problem.code = "invalid_json";
    return problem;
}

}  // namespace

Fields::Fields(const Value& object, std::string pointer, std::vector<FieldError>& errors)
    : object_(object), pointer_(std::move(pointer)), errors_(errors) {}

bool Fields::has(std::string_view name) {
    known_.push_back(name);
    return object_.find(name) != nullptr;
}

std::string Fields::pointer_to(std::string_view name) const {
    return pointer_ + json::pointer_step(name);
}

void Fields::refuse(std::string_view name, std::string message) {
    errors_.push_back({FieldError::Where::pointer, pointer_to(name), std::move(message)});
}

const Value* Fields::required(std::string_view name, std::string_view wanted) {
    known_.push_back(name);
    const Value* member = object_.find(name);
    if (member == nullptr) {
        refuse(name, std::string(name) + " is missing, wanted " + std::string(wanted));
    }
    return member;
}

std::string Fields::text(std::string_view name, const TextRule& rule) {
    const Value* member = required(name, "text of " + describe_range(rule));
    if (member == nullptr) {
        return {};
    }
    const std::string* text = member->as_text();
    if (text == nullptr) {
        refuse(
            name,
            std::string(name) + " is " + described(*member) + ", wanted text of " +
                describe_range(rule)
        );
        return {};
    }
    if (const auto fault = find_fault(*text, rule)) {
        refuse(name, std::string(name) + " " + *fault);
        return {};
    }
    return *text;
}

std::string Fields::text_or(
    std::string_view name, const TextRule& rule, std::string_view fallback
) {
    return has(name) ? text(name, rule) : std::string(fallback);
}

std::int64_t Fields::whole(std::string_view name, const WholeRule& rule) {
    const std::string wanted =
        "a whole number" + (rule.unit.empty() ? "" : " of " + std::string(rule.unit)) + " from " +
        std::to_string(rule.min) + " to " + std::to_string(rule.max);
    const Value* member = required(name, wanted);
    if (member == nullptr) {
        return rule.min;
    }
    const std::int64_t* number = member->as_int();
    if (number == nullptr || *number < rule.min || *number > rule.max) {
        const std::string given = number == nullptr ? described(*member) : show(*member);
        refuse(name, std::string(name) + " is " + given + ", wanted " + wanted);
        return rule.min;
    }
    return *number;
}

std::string Fields::choice(std::string_view name, std::initializer_list<std::string_view> words) {
    std::string wanted;
    for (const std::string_view word : words) {
        wanted += (wanted.empty() ? "" : " or ") + ("'" + std::string(word) + "'");
    }
    const Value* member = required(name, wanted);
    if (member == nullptr) {
        return {};
    }
    const std::string* text = member->as_text();
    if (text == nullptr || std::ranges::find(words, *text) == words.end()) {
        const std::string hint = text == nullptr ? "" : did_you_mean(*text, words);
        refuse(name, std::string(name) + " is " + show(*member) + ", wanted " + wanted + hint);
        return {};
    }
    return *text;
}

std::optional<bool> Fields::flag(std::string_view name) {
    if (!has(name)) {
        return std::nullopt;
    }
    const Value& member = *object_.find(name);
    if (member.as_bool() == nullptr) {
        refuse(name, std::string(name) + " is " + show(member) + ", wanted true or false");
        return std::nullopt;
    }
    return *member.as_bool();
}

const Value* Fields::record(std::string_view name) {
    const Value* member = required(name, "a record");
    if (member != nullptr && member->as_object() == nullptr) {
        refuse(name, std::string(name) + " is " + show(*member) + ", wanted a record");
        return nullptr;
    }
    return member;
}

const ValueArray* Fields::list(std::string_view name) {
    const Value* member = required(name, "a list");
    if (member == nullptr) {
        return nullptr;
    }
    if (member->as_array() == nullptr) {
        refuse(name, std::string(name) + " is " + show(*member) + ", wanted a list");
    }
    return member->as_array();
}

void Fields::finish() {
    const ValueObject* members = object_.as_object();
    if (members == nullptr) {
        return;
    }
    for (const auto& [name, value] : *members) {
        if (std::ranges::find(known_, name) == known_.end()) {
            refuse(
                name,
                "member " + show(Value(name)) + " is not known here" + did_you_mean(name, known_)
            );
        }
    }
}

std::expected<Value, Problem> read_body(const http::Request& request, std::size_t bytes_max) {
    if (request.body.size() > bytes_max) {
        return std::unexpected(Problem{
            .status = 413,
            .code = "body_too_large",
            .detail = "the body has " + std::to_string(request.body.size()) +
                      " bytes, wanted at most " + std::to_string(bytes_max),
            .errors = {},
            .headers = {}
        });
    }
    const std::string_view type = request.headers.get_or_empty("Content-Type");
    if (!is_json_type(type) || is_other_charset(type)) {
        return std::unexpected(wrong_type(type));
    }
    auto body = json::parse(request.body, kBodyLimits);
    if (!body) {
        return std::unexpected(unreadable(body.error()));
    }
    if (body->as_object() == nullptr) {
        const std::string message = "the body is " + described(*body) + ", wanted a record {...}";
        return std::unexpected(invalid_request({{FieldError::Where::pointer, "", message}}));
    }
    return *std::move(body);
}

std::optional<Problem> check_empty_body(const http::Request& request, std::size_t bytes_max) {
    if (request.body.empty()) {
        return std::nullopt;
    }
    const auto body = read_body(request, bytes_max);
    if (!body) {
        return body.error();
    }
    std::vector<FieldError> errors;
    Fields(*body, "", errors).finish();
    if (errors.empty()) {
        return std::nullopt;
    }
    return invalid_request(std::move(errors));
}

Currency read_currency(Fields& fields) {
    const std::string code = fields.text("currency", kCurrencyRule);
    if (code.empty()) {
        return cny();
    }
    const auto currency = Currency::parse(code);
    if (!currency) {
        fields.refuse("currency", currency.error().message);
        return cny();
    }
    return *currency;
}

std::optional<Problem> check_query(
    const http::Request& request, std::span<const std::string_view> known
) {
    const auto parameters = http::parse_query(request.query);
    if (!parameters) {
        return invalid_request({{FieldError::Where::parameter, "", parameters.error().message}});
    }
    std::vector<FieldError> errors;
    std::vector<std::string_view> seen;
    for (const auto& [name, value] : *parameters) {
        std::string message;
        if (std::ranges::find(known, name) == known.end()) {
            message = "query parameter '" + show_bytes(name) + "' is not known here" +
                      did_you_mean(name, known);
        } else if (std::ranges::find(seen, name) != seen.end()) {
            message = "query parameter '" + show_bytes(name) + "' stands twice";
        }
        if (!message.empty()) {
            errors.push_back({FieldError::Where::parameter, show_bytes(name), std::move(message)});
        }
        seen.push_back(name);
    }
    if (errors.empty()) {
        return std::nullopt;
    }
    return invalid_request(std::move(errors));
}

}  // namespace sluice::gateway
