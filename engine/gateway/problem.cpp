#include "gateway/problem.hpp"

#include <utility>

#include "core/value.hpp"
#include "gateway/text_rule.hpp"
#include "log/log.hpp"

namespace sluice::gateway {
namespace {

constexpr std::string_view kRetryAfterSeconds = "1";

Problem try_again(std::string code, std::string detail) {
    return {
        .status = 503,
        .code = std::move(code),
        .detail = std::move(detail),
        .errors = {},
        .headers = {{"Retry-After", std::string(kRetryAfterSeconds)}}
    };
}

Problem plain(int status, std::string code, std::string detail) {
    return {
        .status = status,
        .code = std::move(code),
        .detail = std::move(detail),
        .errors = {},
        .headers = {}
    };
}

Problem reused(std::string code, const Error& error, FieldError place) {
    Problem problem = plain(409, std::move(code), error.message);
    place.message = error.message + ", wanted the same again or another one";
    problem.errors.push_back(std::move(place));
    return problem;
}

Problem conflict_of(const Error& error) {
    using Where = FieldError::Where;
    if (error.context == "idempotency_key") {
        return reused("idempotency_key_reused", error, {Where::header, "Idempotency-Key", {}});
    }
    const bool is_number =
        error.context.starts_with("merchant_") && error.context.ends_with("_number");
    if (is_number) {
        return reused(error.context + "_reused", error, {Where::pointer, "/" + error.context, {}});
    }
    if (error.context == "top_up_number_reused" || error.context == "float_top_up_number_reused") {
        const std::string member = error.context.substr(0, error.context.rfind("_reused"));
        return reused(error.context, error, {Where::pointer, "/" + member, {}});
    }
    return plain(409, error.context.empty() ? "conflict" : error.context, error.message);
}

Problem refusal_of(const Error& error) {
    // A payment under way, or money that another refund just took, is a clash with another
    // request, not a fault of this one.
    const bool is_clash = error.context == "payment_unresolved" || error.context == "over_refunded";
    const int status = is_clash ? 409 : 422;
    return plain(status, error.context.empty() ? "refused" : error.context, error.message);
}

Problem own_fault(const Error& error) {
    log::error(
        "request_failed",
        {{"code", error.code}, {"message", error.message}, {"context", error.context}}
    );
    return plain(500, "internal_error", "the request met a fault of ours; it has been logged");
}

std::string_view place_name(FieldError::Where where) {
    switch (where) {
        case FieldError::Where::pointer:
            return "pointer";
        case FieldError::Where::parameter:
            return "parameter";
        case FieldError::Where::header:
            return "header";
    }
    return "pointer";
}

/// "order_not_open" to "Order not open".
std::string title_of(std::string_view code) {
    std::string title(code);
    for (char& c : title) {
        c = c == '_' ? ' ' : c;
    }
    if (const auto json = title.find("json"); json != std::string::npos) {
        title.replace(json, 4, "JSON");
    }
    if (!title.empty() && title.front() >= 'a' && title.front() <= 'z') {
        title.front() = static_cast<char>(title.front() - 'a' + 'A');
    }
    return title;
}

}  // namespace

Problem invalid_request(std::vector<FieldError> errors) {
    std::string detail = errors.empty() ? "the request is not valid" : errors.front().message;
    if (errors.size() > 1) {
        detail += " (and " + std::to_string(errors.size() - 1) + " more: see errors)";
    }
    return {
        .status = 400,
        .code = "invalid_request",
        .detail = std::move(detail),
        .errors = std::move(errors),
        .headers = {}
    };
}

Problem not_found(std::string_view what, std::string_view id) {
    return plain(404, "not_found", std::string(what) + " '" + show_bytes(id) + "' does not exist");
}

Problem problem_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::invalid:
            return plain(400, "invalid_request", error.message);
        case ErrorCode::not_found:
            return plain(404, "not_found", error.message);
        case ErrorCode::conflict:
            return conflict_of(error);
        case ErrorCode::refused:
            return refusal_of(error);
        case ErrorCode::unauthorized:
            return plain(401, "unauthorized", error.message);
        case ErrorCode::forbidden:
            return plain(403, "forbidden", error.message);
        case ErrorCode::limit:
            return try_again("overloaded", "the engine is at a limit: nothing was done, try again");
        case ErrorCode::unavailable:
            log::warn("request_unavailable", {{"message", error.message}});
            return try_again("unavailable", "nothing was done, try again");
        case ErrorCode::unknown:
            log::warn("request_unknown", {{"message", error.message}});
            return try_again(
                "outcome_unknown",
                "it is not known whether this request was carried out; repeat the same request "
                "with the same numbers and key, and it will find what happened"
            );
        case ErrorCode::corrupt:
        case ErrorCode::nondeterminism:
        case ErrorCode::script:
            return own_fault(error);
    }
    return own_fault(error);
}

http::Response to_response(const Problem& problem, std::string_view request_id) {
    Value body;
    body.set("type", "urn:sluice:problem:" + problem.code);
    body.set("title", title_of(problem.code));
    body.set("status", problem.status);
    body.set("detail", problem.detail);
    body.set("code", problem.code);
    body.set("request_id", request_id);
    if (!problem.errors.empty()) {
        ValueArray errors;
        for (const FieldError& error : problem.errors) {
            Value item;
            item.set(place_name(error.where), error.name);
            item.set("message", error.message);
            errors.push_back(std::move(item));
        }
        body.set("errors", std::move(errors));
    }
    http::Response response{.status = problem.status, .headers = problem.headers, .body = {}};
    response.headers.set({"Content-Type", "application/problem+json"});
    response.body = to_json(body);
    return response;
}

}  // namespace sluice::gateway
