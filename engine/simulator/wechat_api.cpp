#include "simulator/wechat_api.hpp"

#include <tuple>

#include "json/json.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kPay = "/v3/pay/transactions/";
constexpr std::string_view kByNumber = "out-trade-no/";
constexpr std::string_view kByTransaction = "id/";
constexpr std::string_view kClose = "/close";

http::Response bare(int status) { return {.status = status, .headers = {}, .body = {}}; }

/// Refusals carry no signature, as on the real channel.
http::Response error_answer(const ApiError& error) {
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

ApiError system_error(std::int64_t status) {
    const bool is_system = status == 0 || status == 500;
    return {
        .status = status == 0 ? 500 : static_cast<int>(status),
        .code = is_system ? "SYSTEM_ERROR" : "SERVICE_UNAVAILABLE",
        .message = "the system is busy, try again",
        .field = {}
    };
}

ApiError rule_limit() {
    return {.status = 403, .code = "RULE_LIMIT", .message = "the rules forbid it", .field = {}};
}

ApiResult<Value> parse_body(const http::Request& request) {
    auto body = json::parse(request.body);
    if (!body || body->as_object() == nullptr) {
        return parameter_error("/", nullptr, "the body is not a JSON record");
    }
    return std::move(*body);
}

ApiResult<void> check_mchid(const Value& mchid, std::string_view field, const Merchant& merchant) {
    if (mchid.as_text() != nullptr && *mchid.as_text() == merchant.mchid) {
        return {};
    }
    return parameter_error(
        std::string(field), mchid, "mchid differs from the one in the Authorization header"
    );
}

ApiResult<void> check_query_mchid(const http::Request& request, const Merchant& merchant) {
    const auto mchid = http::query_parameter(request, "mchid");
    return check_mchid(mchid ? Value(*mchid) : Value(), "mchid", merchant);
}

std::string decoded(std::string_view segment) {
    return http::percent_decode(segment).value_or(std::string());
}

}  // namespace

http::Response WechatApi::answer(const http::Request& request) {
    std::string_view rest = request.path;
    if (rest == "/v3/certificates") {
        return request.method == "GET" ? certificates(request) : bare(405);
    }
    if (!rest.starts_with(kPay)) {
        return bare(404);
    }
    rest.remove_prefix(kPay.size());
    if (const auto scene = parse_scene(rest)) {
        return request.method == "POST" ? create(request, *scene) : bare(405);
    }
    if (rest.starts_with(kByTransaction)) {
        return request.method == "GET"
                   ? query_transaction(request, rest.substr(kByTransaction.size()))
                   : bare(405);
    }
    if (!rest.starts_with(kByNumber)) {
        return bare(404);
    }
    rest.remove_prefix(kByNumber.size());
    if (rest.ends_with(kClose)) {
        rest.remove_suffix(kClose.size());
        return request.method == "POST" ? close(request, rest) : bare(405);
    }
    return request.method == "GET" ? query(request, rest) : bare(405);
}

ApiResult<AuthenticatedRequest> WechatApi::caller_of(const http::Request& request) {
    return authenticate(request, world_.merchants, world_.platform, world_.now());
}

http::Response WechatApi::create(const http::Request& request, Scene scene) {
    const auto caller = caller_of(request);
    if (!caller) {
        return error_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return error_answer(body.error());
    }
    const auto wanted = read_create_order(scene, *body, world_.now());
    if (!wanted) {
        return error_answer(wanted.error());
    }
    const auto checked = check_mchid(Value(wanted->mchid), "/mchid", *caller->merchant);
    if (!checked) {
        return error_answer(checked.error());
    }
    if (wanted->appid != caller->merchant->appid) {
        return error_answer(
            {.status = 400,
             .code = "APPID_MCHID_NOT_MATCH",
             .message = "appid and mchid do not belong together",
             .field = {}}
        );
    }
    const Call call{
        .operation = Operation::create,
        .caller = *caller,
        .key = {.mchid = wanted->mchid, .out_trade_no = wanted->out_trade_no}
    };
    return perform(call, [&](const Deviation& deviation) {
        return create_order(*wanted, call, deviation);
    });
}

ApiResult<Value> WechatApi::create_order(
    const CreateOrder& wanted, const Call& call, const Deviation& deviation
) {
    const auto order = world_.books.create(wanted, call.caller.signing_name, world_.now());
    if (!order) {
        return refuse(order.error());
    }
    if (deviation.has(FaultKind::early)) {
        const auto paid = world_.books.pay(call.key, world_.now());
        if (paid && call.caller.merchant->may_be_notified_at(wanted.notify_url)) {
            callbacks_.send_now(*paid, CallbackTruth::resend);
        }
    } else if (const auto delay = deviation.value_of(FaultKind::auto_pay)) {
        pay_later(call.key, std::chrono::milliseconds(*delay));
    } else if (world_.auto_pay_share > 0 && world_.ids.percent() < world_.auto_pay_share) {
        pay_later(call.key, std::chrono::milliseconds(world_.auto_pay_delay_ms));
    }
    return create_answer(*order);
}

void WechatApi::pay_later(const OrderKey& key, std::chrono::milliseconds delay) {
    world_.scheduler.after(delay, [this, key] { std::ignore = pay(key); });
}

ApiResult<Order> WechatApi::pay(const OrderKey& key) {
    auto paid = world_.books.pay(key, world_.now());
    if (paid) {
        callbacks_.announce(*paid);
    }
    return paid;
}

std::string WechatApi::code_url(const Order& order) const {
    const std::string& base = world_.settings.payer_page_base;
    return base.empty() ? "weixin://wxpay/bizpayurl?pr=" + order.code
                        : base + "/payer/" + order.code;
}

Value WechatApi::create_answer(const Order& order) const {
    switch (order.wanted.scene) {
        case Scene::native:
            return Value(ValueObject{{"code_url", code_url(order)}});
        case Scene::h5:
            return Value(ValueObject{{"h5_url", code_url(order)}});
        case Scene::jsapi:
        case Scene::app:
            break;
    }
    return Value(ValueObject{{"prepay_id", "wx" + order.code}});
}

ApiResult<WechatApi::Call> WechatApi::query_call(
    const http::Request& request, std::string_view number
) {
    auto caller = caller_of(request);
    if (!caller) {
        return refuse(caller.error());
    }
    if (const auto checked = check_query_mchid(request, *caller->merchant); !checked) {
        return refuse(checked.error());
    }
    return Call{
        .operation = Operation::query,
        .caller = *caller,
        .key = {.mchid = caller->merchant->mchid, .out_trade_no = decoded(number)}
    };
}

http::Response WechatApi::query(const http::Request& request, std::string_view number) {
    const auto call = query_call(request, number);
    if (!call) {
        return error_answer(call.error());
    }
    return perform(*call, [&](const Deviation& deviation) -> ApiResult<Value> {
        auto order = world_.books.query(call->key, world_.now());
        if (!order || deviation.has(FaultKind::not_found)) {
            return refuse(
                {.status = 404,
                 .code = "ORDER_NOT_EXIST",
                 .message = "the order does not exist",
                 .field = {}}
            );
        }
        if (deviation.has(FaultKind::wrong_amount)) {
            ++order->wanted.amount_total;
        }
        if (deviation.has(FaultKind::wrong_merchant)) {
            order->wanted.mchid = "1999999999";
        }
        return transaction_object(*order);
    });
}

http::Response WechatApi::query_transaction(const http::Request& request, std::string_view number) {
    const auto call = query_call(request, number);
    if (!call) {
        return error_answer(call.error());
    }
    return perform(*call, [&](const Deviation&) -> ApiResult<Value> {
        const auto order = world_.books.query_transaction(call->key, world_.now());
        return order ? ApiResult<Value>(transaction_object(*order)) : refuse(order.error());
    });
}

http::Response WechatApi::close(const http::Request& request, std::string_view number) {
    const auto caller = caller_of(request);
    if (!caller) {
        return error_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return error_answer(body.error());
    }
    const Value* mchid = body->find("mchid");
    const auto checked =
        check_mchid(mchid == nullptr ? Value() : *mchid, "/mchid", *caller->merchant);
    if (!checked) {
        return error_answer(checked.error());
    }
    const Call call{
        .operation = Operation::close,
        .caller = *caller,
        .key = {.mchid = caller->merchant->mchid, .out_trade_no = decoded(number)}
    };
    return perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        if (deviation.has(FaultKind::close_after_pay)) {
            std::ignore = pay(call.key);
        }
        const auto order = world_.books.close(call.key, world_.now());
        return order ? ApiResult<Value>(Value()) : refuse(order.error());
    });
}

http::Response WechatApi::certificates(const http::Request& request) {
    const auto caller = caller_of(request);
    if (!caller) {
        return error_answer(caller.error());
    }
    const std::string& key = caller->merchant->api_v3_key.reveal();
    if (key.empty()) {
        return error_answer(
            {.status = 404,
             .code = "RESOURCE_NOT_EXISTS",
             .message = "the APIv3 key is not set",
             .field = {}}
        );
    }
    const PlatformIdentity& platform = world_.platform;
    Value certificate(ValueObject{
        {"serial_no", platform.certificate_serial},
        {"effective_time",
         format_rfc3339_offset(world_.now() - std::chrono::days(1), std::chrono::hours(8))},
        {"expire_time",
         format_rfc3339_offset(world_.now() + std::chrono::days(365), std::chrono::hours(8))},
        {"encrypt_certificate",
         sealed_resource(
             world_, {.api_v3_key = key, .associated_data = "certificate"}, platform.certificate_pem
         )}
    });
    return signed_answer(
        {.caller = *caller, .key = {}},
        Value(ValueObject{{"data", ValueArray{std::move(certificate)}}}),
        SignatureQuality::right
    );
}

http::Response WechatApi::perform(const Call& call, const Act& act) {
    const Deviation deviation = world_.faults.take(
        {.operation = call.operation, .mchid = call.key.mchid, .out_trade_no = call.key.out_trade_no
        }
    );
    if (const auto latency = deviation.value_of(FaultKind::latency_ms)) {
        world_.scheduler.sleep(std::chrono::milliseconds(*latency));
    }
    if (deviation.has(FaultKind::drop_before)) {
        return bare(http::Response::kCutConnection);
    }
    if (const auto status = deviation.value_of(FaultKind::status_5xx)) {
        return error_answer(system_error(*status));
    }
    if (deviation.has(FaultKind::refused)) {
        return error_answer(rule_limit());
    }
    const ApiResult<Value> result = act(deviation);
    if (const auto latency = deviation.value_of(FaultKind::slow_answer_ms)) {
        world_.scheduler.sleep(std::chrono::milliseconds(*latency));
    }
    if (deviation.has(FaultKind::drop_after)) {
        return bare(http::Response::kCutConnection);
    }
    if (const auto status = deviation.value_of(FaultKind::status_5xx_after)) {
        return error_answer(system_error(*status));
    }
    if (deviation.has(FaultKind::garbage)) {
        return {
            .status = 200,
            .headers = {{"Content-Type", "text/html"}},
            .body = "<html><body>gateway \xff\xfe {\"code_url\":"
        };
    }
    if (!result) {
        return error_answer(result.error());
    }
    const bool wrong = deviation.has(FaultKind::bad_signature);
    return signed_answer(call, *result, wrong ? SignatureQuality::wrong : SignatureQuality::right);
}

http::Response WechatApi::signed_answer(
    const Call& call, const Value& body, SignatureQuality quality
) {
    http::Response response = bare(204);
    if (!body.is_null()) {
        response.status = 200;
        response.headers.add({"Content-Type", "application/json; charset=utf-8"});
        response.body = to_json(body);
    }
    response.headers.add({"Request-ID", world_.ids.token(24)});
    add_platform_signature(
        world_,
        response.headers,
        response.body,
        {.name = call.caller.signing_name, .quality = quality}
    );
    return response;
}

}  // namespace sluice::simulator
