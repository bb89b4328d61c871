#include "gateway/gateway.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/utf8.hpp"
#include "gateway/accounts_api.hpp"
#include "gateway/call.hpp"
#include "gateway/callbacks.hpp"
#include "gateway/forwarding.hpp"
#include "gateway/input.hpp"
#include "gateway/metrics.hpp"
#include "gateway/orders_api.hpp"
#include "gateway/payments_api.hpp"
#include "gateway/problem.hpp"
#include "gateway/routes.hpp"
#include "gateway/system_api.hpp"
#include "gateway/text_rule.hpp"
#include "log/log.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kRequestIdMax = 64;

/// A caller's own id is taken over when it can stand in a header and a log line.
bool is_good_request_id(std::string_view id) {
    const TextRule rule{.min = 1, .max = kRequestIdMax, .charset = TextRule::Charset::token};
    return !find_fault(id, rule);
}

Problem unknown_address(const http::Request& request) {
    return {
        .status = 404,
        .code = "unknown_address",
        .detail = "no address '" + show_bytes(request.path) + "' here; /openapi.json lists them",
        .errors = {},
        .headers = {}
    };
}

Problem wrong_method(const http::Request& request, const std::string& allowed) {
    return {
        .status = 405,
        .code = "method_not_allowed",
        .detail = "method is " + show_bytes(request.method) + ", wanted " + allowed,
        .errors = {},
        .headers = {{"Allow", allowed}}
    };
}

std::string_view code_of_protocol_error(int status) {
    switch (status) {
        case 408:
            return "request_timeout";
        case 413:
            return "body_too_large";
        case 414:
            return "address_too_long";
        case 415:
            return "unsupported_media_type";
        case 431:
            return "headers_too_large";
        case 500:
            return "internal_error";
        default:
            return "unreadable_request";
    }
}

/// `header` may be nullptr. Nothing of it is repeated: it may hold a secret.
Problem no_credentials(const std::string* header) {
    std::string detail = "Authorization is missing";
    std::string challenge = R"(Bearer realm="sluice")";
    if (header != nullptr) {
        const bool is_bearer = http::equal_ignoring_case(header->substr(0, 7), "Bearer ");
        detail = is_bearer ? "the key in Authorization is not known"
                           : "Authorization has another scheme than Bearer";
        challenge += R"(, error="invalid_token")";
    }
    detail += ", wanted 'Bearer <secret key>'";
    return {
        .status = 401,
        .code = "unauthorized",
        .detail = detail,
        .errors = {{FieldError::Where::header, "Authorization", detail}},
        .headers = {{"WWW-Authenticate", std::move(challenge)}}
    };
}

/// Of these, only the first would count: whoever sent two meant something else.
std::optional<Problem> check_single_headers(const http::Request& request) {
    for (const std::string_view wanted :
         {"Authorization", "Idempotency-Key", "Content-Type", "X-Request-Id"}) {
        const auto count = std::ranges::count_if(request.headers, [&](const auto& field) {
            return http::equal_ignoring_case(field.first, wanted);
        });
        if (count > 1) {
            const std::string name(wanted);
            return invalid_request(
                {{FieldError::Where::header,
                  name,
                  name + " stands " + std::to_string(count) + " times, wanted once"}}
            );
        }
    }
    return std::nullopt;
}

KeyRing checked_ring(const std::vector<MerchantKey>& keys) {
    const TextRule rule{.min = 1, .max = 64, .charset = TextRule::Charset::token};
    for (const MerchantKey& key : keys) {
        if (const auto fault = find_fault(key.merchant_id, rule)) {
            throw std::invalid_argument("merchant id '" + key.merchant_id + "' " + *fault);
        }
    }
    return KeyRing(keys);
}

}  // namespace

class Gateway::Core {
  public:
    Core(Settings settings, Collaborators parts)
        : settings_(std::move(settings)),
          parts_(std::move(parts)),
          keys_(checked_ring(settings_.keys)),
          ids_(parts_.clock, parts_.random),
          services_{settings_, parts_, ids_} {}

    http::Response handle(const http::Request& request) {
        const auto begun = std::chrono::steady_clock::now();
        const std::string request_id = choose_request_id(request);
        const log::Scope scope({{"request_id", request_id}});
        const Match match = match_route(request.method, request.path);
        Answer answer = serve(request, match, request_id);
        http::Response response =
            answer ? *std::move(answer) : to_response(answer.error(), request_id);
        response.headers.set({"X-Request-Id", request_id});
        const auto took = std::chrono::steady_clock::now() - begun;
        metrics_.count(
            match.route,
            response.status,
            std::chrono::duration_cast<std::chrono::microseconds>(took)
        );
        return response;
    }

    http::Response protocol_error(const http::ProtocolError& error) {
        const std::string request_id = ids_.make_request_id();
        Problem problem;
        problem.status = error.status;
        problem.code = code_of_protocol_error(error.status);
        problem.detail = error.detail;
        http::Response response = to_response(problem, request_id);
        response.headers.set({"X-Request-Id", request_id});
        metrics_.count(nullptr, error.status, std::chrono::microseconds{0});
        return response;
    }

  private:
    std::string choose_request_id(const http::Request& request) {
        const std::string* given = request.headers.find("X-Request-Id");
        return given != nullptr && is_good_request_id(*given) ? *given : ids_.make_request_id();
    }

    Answer serve(const http::Request& request, const Match& match, const std::string& request_id) {
        if (match.route == nullptr) {
            return std::unexpected(
                match.allowed.empty() ? unknown_address(request)
                                      : wrong_method(request, match.allowed)
            );
        }
        Call call{request, request_id, {}, {}, is_forwarded(request, settings_)};
        for (const std::string& capture : match.captures) {
            auto decoded = http::percent_decode(capture);
            if (!decoded || !is_utf8(*decoded)) {
                return std::unexpected(unknown_address(request));
            }
            call.captures.push_back(*std::move(decoded));
        }
        if (match.route->scope == Scope::merchant) {
            if (auto problem = admit(call, *match.route)) {
                return std::unexpected(*std::move(problem));
            }
        }
        return dispatch(match.route->endpoint, call);
    }

    /// Who asks, and that the request has nothing that would be overlooked.
    std::optional<Problem> admit(Call& call, const Route& route) const {
        if (auto problem = check_single_headers(call.request)) {
            return problem;
        }
        const std::string* header = call.request.headers.find("Authorization");
        auto merchant = keys_.find_merchant(header == nullptr ? "" : *header);
        if (!merchant) {
            return no_credentials(header);
        }
        call.merchant_id = *std::move(merchant);
        return check_query(call.request, route.parameters);
    }

    Answer dispatch(Endpoint endpoint, const Call& call) {
        switch (endpoint) {
            case Endpoint::create_order:
                return create_order(services_, call);
            case Endpoint::find_order:
                return find_order(services_, call);
            case Endpoint::get_order:
                return get_order(services_, call);
            case Endpoint::create_payment:
                return create_payment(services_, call);
            case Endpoint::get_payment:
                return get_payment(services_, call);
            case Endpoint::close_payment:
                return close_payment(services_, call);
            case Endpoint::get_timeline:
                return get_timeline(services_, call);
            case Endpoint::open_account:
                return open_account(services_, call);
            case Endpoint::get_account:
                return get_account(services_, call);
            case Endpoint::top_up_account:
                return top_up_account(services_, call);
            case Endpoint::list_entries:
                return list_entries(services_, call);
            case Endpoint::close_account:
                return close_account(services_, call);
            case Endpoint::receive_callback:
                return receive_callback(services_, call);
            case Endpoint::healthz:
                return get_healthz();
            case Endpoint::readyz:
                return get_readyz(services_);
            case Endpoint::metrics:
                return get_metrics(services_, metrics_);
            case Endpoint::openapi:
                return get_openapi();
        }
        return std::unexpected(unknown_address(call.request));
    }

    const Settings settings_;
    const Collaborators parts_;
    const KeyRing keys_;
    IdSource ids_;
    const Services services_;
    Metrics metrics_;
};

Gateway::Gateway(Settings settings, Collaborators collaborators)
    : core_(std::make_unique<Core>(std::move(settings), std::move(collaborators))) {}
Gateway::~Gateway() = default;

http::Response Gateway::handle(const http::Request& request) { return core_->handle(request); }

http::Response Gateway::protocol_error(const http::ProtocolError& error) {
    return core_->protocol_error(error);
}

}  // namespace sluice::gateway
