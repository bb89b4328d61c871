#include "simulator/wechat_barcode.hpp"

namespace sluice::simulator {

namespace {

/// The merchant of the call and the application must be those of the body.
ApiResult<void> check_owner(const Value& body, const Merchant& merchant) {
    if (body.text_or_empty("mchid") != merchant.mchid) {
        return parameter_error("/mchid", body.text_or_empty("mchid"), "mchid differs");
    }
    if (body.text_or_empty("appid") != merchant.appid) {
        return refuse(
            {.status = 400,
             .code = "APPID_MCHID_NOT_MATCH",
             .message = "appid and mchid do not belong together",
             .field = {}}
        );
    }
    return {};
}

}  // namespace

http::Response WechatBarcode::pay(const http::Request& request) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return refusal_answer(body.error());
    }
    if (const auto checked = check_owner(*body, *caller->merchant); !checked) {
        return refusal_answer(checked.error());
    }
    const auto wanted = read_code_order(*body, world_.now());
    if (!wanted) {
        return refusal_answer(wanted.error());
    }
    const WechatCall call{
        .operation = Operation::create,
        .caller = *caller,
        .address =
            {.mchid = wanted->mchid,
             .out_trade_no = wanted->out_trade_no,
             .scene = std::string(kTillScene)}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        auto order = till_.charge(*wanted, caller->signing_name, deviation);
        if (!order) {
            return refuse(order.error());
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

http::Response WechatBarcode::reverse(const http::Request& request, std::string_view number) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return refusal_answer(body.error());
    }
    if (const auto checked = check_owner(*body, *caller->merchant); !checked) {
        return refusal_answer(checked.error());
    }
    const OrderKey key{.mchid = caller->merchant->mchid, .out_trade_no = decoded(number)};
    const WechatCall call{
        .operation = Operation::close,
        .caller = *caller,
        .address = {.mchid = key.mchid, .out_trade_no = key.out_trade_no}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        const auto undone = till_.undo(key, WechatVersion::v3, deviation);
        if (!undone) {
            return refuse(undone.error());
        }
        return Value(ValueObject{
            {"appid", undone->wanted.appid},
            {"mchid", key.mchid},
            {"out_trade_no", key.out_trade_no}
        });
    });
}

}  // namespace sluice::simulator
