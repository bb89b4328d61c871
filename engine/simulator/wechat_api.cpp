#include "simulator/wechat_api.hpp"

#include <tuple>

#include "simulator/beijing.hpp"
#include "simulator/payer_code.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kPay = "/v3/pay/transactions/";
constexpr std::string_view kByNumber = "out-trade-no/";
constexpr std::string_view kByTransaction = "id/";
constexpr std::string_view kCloseSuffix = "/close";
constexpr std::string_view kReverseSuffix = "/reverse";

OrderKey order_key(const WechatCall& call) {
    return {.mchid = call.address.mchid, .out_trade_no = call.address.out_trade_no};
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

}  // namespace

http::Response WechatApi::answer(const http::Request& request) {
    std::string_view rest = request.path;
    if (rest == "/v3/certificates") {
        return request.method == "GET" ? certificates(request) : bare_answer(405);
    }
    if (!rest.starts_with(kPay)) {
        return bare_answer(404);
    }
    rest.remove_prefix(kPay.size());
    if (rest == "codepay") {
        return request.method == "POST" ? barcode_.pay(request) : bare_answer(405);
    }
    if (const auto scene = parse_scene(rest)) {
        return request.method == "POST" ? create(request, *scene) : bare_answer(405);
    }
    if (rest.starts_with(kByTransaction)) {
        return request.method == "GET"
                   ? query_transaction(request, rest.substr(kByTransaction.size()))
                   : bare_answer(405);
    }
    if (!rest.starts_with(kByNumber)) {
        return bare_answer(404);
    }
    rest.remove_prefix(kByNumber.size());
    if (rest.ends_with(kCloseSuffix)) {
        rest.remove_suffix(kCloseSuffix.size());
        return request.method == "POST" ? close(request, rest) : bare_answer(405);
    }
    if (rest.ends_with(kReverseSuffix)) {
        rest.remove_suffix(kReverseSuffix.size());
        return request.method == "POST" ? barcode_.reverse(request, rest) : bare_answer(405);
    }
    return request.method == "GET" ? query(request, rest) : bare_answer(405);
}

http::Response WechatApi::create(const http::Request& request, Scene scene) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return refusal_answer(body.error());
    }
    const auto wanted = read_create_order(scene, *body, world_.now());
    if (!wanted) {
        return refusal_answer(wanted.error());
    }
    const auto checked = check_mchid(Value(wanted->mchid), "/mchid", *caller->merchant);
    if (!checked) {
        return refusal_answer(checked.error());
    }
    if (wanted->appid != caller->merchant->appid) {
        return refusal_answer(
            {.status = 400,
             .code = "APPID_MCHID_NOT_MATCH",
             .message = "appid and mchid do not belong together",
             .field = {}}
        );
    }
    const WechatCall call{
        .operation = Operation::create,
        .caller = *caller,
        .address = {.mchid = wanted->mchid, .out_trade_no = wanted->out_trade_no}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) {
        return create_order(*wanted, call, deviation);
    });
}

ApiResult<Value> WechatApi::create_order(
    const CreateOrder& wanted, const WechatCall& call, const Deviation& deviation
) {
    const auto order = world_.books.create(wanted, call.caller.signing_name, world_.now());
    if (!order) {
        return refuse(order.error());
    }
    if (deviation.has(FaultKind::early)) {
        const auto paid = world_.books.pay(order_key(call), world_.now());
        if (paid && call.caller.merchant->may_be_notified_at(wanted.notify_url)) {
            callbacks_.send_now(*paid, CallbackTruth::resend);
        }
    } else if (const auto delay = deviation.value_of(FaultKind::auto_pay)) {
        pay_later(order_key(call), std::chrono::milliseconds(*delay));
    } else if (world_.auto_pay_share > 0 && world_.ids.percent() < world_.auto_pay_share) {
        pay_later(order_key(call), std::chrono::milliseconds(world_.auto_pay_delay_ms));
    }
    return create_answer(*order);
}

void WechatApi::pay_later(const OrderKey& key, std::chrono::milliseconds delay) {
    world_.scheduler.after(delay, [this, key] { std::ignore = pay(key); });
}

ApiResult<Order> WechatApi::pay(const OrderKey& key, PayMoment moment) {
    auto paid = world_.books.pay(key, world_.now(), moment);
    if (paid) {
        callbacks_.announce(*paid);
    }
    return paid;
}

Value WechatApi::create_answer(const Order& order) const {
    switch (order.wanted.scene) {
        case Scene::native:
            return Value(ValueObject{{"code_url", payer_code(world_, order)}});
        case Scene::h5:
            return Value(ValueObject{{"h5_url", payer_code(world_, order)}});
        case Scene::jsapi:
        case Scene::app:
        case Scene::barcode:
            break;
    }
    return Value(ValueObject{{"prepay_id", "wx" + order.code}});
}

ApiResult<WechatCall> WechatApi::query_call(const http::Request& request, std::string_view number) {
    auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refuse(caller.error());
    }
    if (const auto checked = check_query_mchid(request, *caller->merchant); !checked) {
        return refuse(checked.error());
    }
    return WechatCall{
        .operation = Operation::query,
        .caller = *caller,
        .address = {.mchid = caller->merchant->mchid, .out_trade_no = decoded(number)}
    };
}

http::Response WechatApi::query(const http::Request& request, std::string_view number) {
    const auto call = query_call(request, number);
    if (!call) {
        return refusal_answer(call.error());
    }
    return exchange_.perform(*call, [&](const Deviation& deviation) -> ApiResult<Value> {
        auto order = world_.books.query(order_key(*call), world_.now());
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
        if (deviation.has(FaultKind::wrong_number)) {
            order->wanted.out_trade_no = another_number(order->wanted.out_trade_no);
        }
        return transaction_object(*order);
    });
}

http::Response WechatApi::query_transaction(const http::Request& request, std::string_view number) {
    const auto call = query_call(request, number);
    if (!call) {
        return refusal_answer(call.error());
    }
    return exchange_.perform(*call, [&](const Deviation&) -> ApiResult<Value> {
        const auto order = world_.books.query_transaction(order_key(*call), world_.now());
        return order ? ApiResult<Value>(transaction_object(*order)) : refuse(order.error());
    });
}

http::Response WechatApi::close(const http::Request& request, std::string_view number) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return refusal_answer(body.error());
    }
    const Value* mchid = body->find("mchid");
    const auto checked =
        check_mchid(mchid == nullptr ? Value() : *mchid, "/mchid", *caller->merchant);
    if (!checked) {
        return refusal_answer(checked.error());
    }
    const WechatCall call{
        .operation = Operation::close,
        .caller = *caller,
        .address = {.mchid = caller->merchant->mchid, .out_trade_no = decoded(number)}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        if (deviation.has(FaultKind::close_after_pay)) {
            std::ignore = pay(order_key(call));
        }
        const auto order = world_.books.close(order_key(call), world_.now());
        return order ? ApiResult<Value>(Value()) : refuse(order.error());
    });
}

http::Response WechatApi::certificates(const http::Request& request) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const std::string& key = caller->merchant->api_v3_key.reveal();
    if (key.empty()) {
        return refusal_answer(
            {.status = 404,
             .code = "RESOURCE_NOT_EXISTS",
             .message = "the APIv3 key is not set",
             .field = {}}
        );
    }
    ValueArray shown;
    for (const PlatformKey& platform : world_.platform_keys.all()) {
        shown.push_back(Value(ValueObject{
            {"serial_no", platform.certificate.serial},
            {"effective_time", format_rfc3339_offset(world_.now() - std::chrono::days(1), kBeijing)
            },
            {"expire_time", format_rfc3339_offset(world_.now() + std::chrono::days(365), kBeijing)},
            {"encrypt_certificate",
             sealed_resource(
                 world_,
                 {.api_v3_key = key, .associated_data = "certificate"},
                 platform.certificate.pem
             )}
        }));
    }
    return exchange_.signed_answer(
        {.caller = *caller, .address = {}},
        Value(ValueObject{{"data", std::move(shown)}}),
        SignatureQuality::right
    );
}

}  // namespace sluice::simulator
