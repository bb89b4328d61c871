#include "gateway/admission.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/input.hpp"
#include "gateway/signature_store.hpp"
#include "log/log.hpp"

namespace sluice::gateway {
namespace {

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

Problem bad_signature(const SignatureRefusal& refusal) {
    return {
        .status = 401,
        .code = "bad_signature",
        .detail = refusal.detail,
        .errors = {{FieldError::Where::header, "Signature", refusal.detail}},
        .headers = {{"WWW-Authenticate", R"(Bearer realm="sluice")"}}
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

/// Whether the key may do this, and the query has nothing that would be overlooked.
std::optional<Problem> check_right(const Call& call, const Route& route) {
    const Caller& caller = *call.caller;
    if (!caller.scopes.permit(route.scope, call.request.method)) {
        return Problem{
            .status = 403,
            .code = "forbidden",
            .detail = "key " + caller.key_id + " has the scopes " + caller.scopes.list() +
                      ", wanted " + std::string(to_string(route.scope)),
            .errors = {},
            .headers = {}
        };
    }
    return check_query(call.request, route.parameters);
}

}  // namespace

Admission::Admission(const std::vector<ApiKey>& keys, const Collaborators& parts, Metrics& metrics)
    : keys_(keys), parts_(parts), metrics_(metrics) {
    keys_.log_keys();
}

std::optional<Problem> Admission::recognise(Call& call, const Route& route) const {
    if (auto problem = check_single_headers(call.request)) {
        return problem;
    }
    const std::string* header = call.request.headers.find("Authorization");
    call.caller = keys_.find(header == nullptr ? "" : *header);
    if (call.caller == nullptr) {
        return no_credentials(header);
    }
    call.merchant_id = call.caller->merchant_id;
    return must_prove(call) ? std::nullopt : check_right(call, route);
}

bool Admission::must_prove(const Call& call) const {
    return call.caller != nullptr && call.caller->signature && !call.forwarded;
}

std::optional<Problem> Admission::prove(const Call& call, const Route& route) const {
    const Caller& caller = *call.caller;
    if (!caller.signature) {
        return check_right(call, route);
    }
    const Time now = parts_.clock.now();
    std::optional<SignatureRefusal> refusal;
    const auto good = check_signature(call.request, {caller.key_id, *caller.signature}, now);
    if (!good) {
        refusal = good.error();
    } else {
        const auto kept =
            parts_.signatures.remember({caller.key_id, good->nonce, good->good_until}, now);
        if (!kept && kept.error().code == ErrorCode::conflict) {
            refusal = SignatureRefusal{SignatureFault::replayed, kept.error().message};
        } else if (!kept) {
            log::warn("signature_not_kept", {{"message", kept.error().message}});
            // Whatever became of the nonce: the request itself was not carried out.
            return problem_of({ErrorCode::unavailable, kept.error().message, {}});
        }
    }
    if (refusal) {
        metrics_.count_refused_signature(refusal->fault);
        log::warn(
            "signature_refused",
            {{"key", caller.key_id},
             {"fault", to_string(refusal->fault)},
             {"detail", refusal->detail}}
        );
        return bad_signature(*refusal);
    }
    return check_right(call, route);
}

}  // namespace sluice::gateway
