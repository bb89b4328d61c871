#include "simulator/wechat_exchange.hpp"

namespace sluice::simulator {

namespace {

ApiError rule_limit() {
    return {.status = 403, .code = "RULE_LIMIT", .message = "the rules forbid it", .field = {}};
}

}  // namespace

http::Response refusal_answer(const ApiError& error) {
    Value body(ValueObject{{"code", error.code}, {"message", error.message}});
    if (!error.field.empty()) {
        const bool in_body = error.field.starts_with('/');
        body.set(
            "detail",
            Value(ValueObject{
                {"field", error.field},
                {"value", error.value},
                {"issue", error.message},
                {"location", in_body ? "body" : "header"}
            })
        );
    }
    return {
        .status = error.status,
        .headers = {{"Content-Type", "application/json; charset=utf-8"}},
        .body = to_json(body)
    };
}

ApiResult<AuthenticatedRequest> WechatExchange::caller_of(const http::Request& request) const {
    return authenticate(
        request, world_.merchants, world_.platform, world_.platform_keys, world_.now()
    );
}

http::Response WechatExchange::perform(const WechatCall& call, const Act& act) {
    const Wording wording{
        .refusal = refusal_answer,
        .answer = [&](const Value& body,
                      SignatureQuality quality) { return signed_answer(call, body, quality); },
        .refused = rule_limit()
    };
    FaultTarget target{.operation = call.operation, .address = call.address};
    target.address.protocol = "wechatpay";
    return perform_with_faults(world_, target, act, wording);
}

http::Response WechatExchange::signed_answer(
    const WechatCall& call, const Value& body, SignatureQuality quality
) {
    http::Response response = bare_answer(204);
    if (!body.is_null()) {
        response.status = 200;
        response.headers.add({"Content-Type", "application/json; charset=utf-8"});
        response.body = to_json(body);
    }
    response.headers.add({"Request-ID", world_.nonces.token(24)});
    add_platform_signature(
        world_,
        response.headers,
        response.body,
        {.name = call.caller.signing_name, .quality = quality}
    );
    return response;
}

}  // namespace sluice::simulator
