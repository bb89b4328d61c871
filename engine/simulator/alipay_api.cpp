#include "simulator/alipay_api.hpp"

#include <tuple>

#include "simulator/alipay_trade.hpp"
#include "simulator/payer_code.hpp"

namespace sluice::simulator {

namespace {

/// Above it the payer has to confirm on the phone, in fen.
constexpr std::int64_t kWithoutConfirmationMax = 1'000'00;

}  // namespace

http::Response AlipayApi::answer(const http::Request& request) {
    if (request.method != "POST" && request.method != "GET") {
        return bare_answer(405);
    }
    const auto call = gate_.admit(request);
    if (!call) {
        return AlipayExchange::unsigned_refusal(call.error());
    }
    const auto scene = alipay_scene(call->method);
    const bool is_page = scene && *scene != AlipayScene::qr && *scene != AlipayScene::barcode;
    if (is_page != (request.method == "GET")) {
        return AlipayExchange::unsigned_refusal(
            {.status = 40002, .code = "isv.invalid-method", .message = call->method, .field = {}}
        );
    }
    return is_page ? show_page(*call, *scene) : dispatch(*call);
}

http::Response AlipayApi::dispatch(const AlipayCall& call) {
    const std::string_view method = call.method;
    if (const auto scene = alipay_scene(method)) {
        return create(call, *scene);
    }
    if (method == "alipay.trade.query") {
        return query(call);
    }
    if (method == "alipay.trade.close") {
        return close(call);
    }
    if (method == "alipay.trade.cancel") {
        return cancel(call);
    }
    if (method == "alipay.trade.refund") {
        return refunds_.create(call);
    }
    if (method == "alipay.trade.fastpay.refund.query") {
        return refunds_.query(call);
    }
    if (method == "alipay.data.dataservice.bill.downloadurl.query") {
        return bills_.tell_place(call, call.host);
    }
    if (method.starts_with("alipay.fund.trans.")) {
        return transfers_.answer(call);
    }
    return AlipayExchange::unsigned_refusal(
        {.status = 40002, .code = "isv.invalid-method", .message = call.method, .field = {}}
    );
}

http::Response AlipayApi::create(const AlipayCall& call, AlipayScene scene) {
    const FaultTarget target{
        .operation = Operation::create,
        .address =
            {.mchid = call.app->seller_id,
             .out_trade_no = std::string(call.content.text_or_empty("out_trade_no")),
             .scene = std::string(scene == AlipayScene::barcode ? kTillScene : "")}
    };
    return exchange_.perform(call, target, [&](const Deviation& deviation) -> ApiResult<Value> {
        const auto wanted = read_alipay_order(call, scene, world_.now());
        if (!wanted) {
            return refuse(wanted.error());
        }
        return scene == AlipayScene::barcode ? take_payment(*wanted, deviation)
                                             : precreate(*wanted, deviation);
    });
}

ApiResult<Value> AlipayApi::precreate(const CreateOrder& wanted, const Deviation& deviation) {
    const auto order = world_.books.create(wanted, SigningName::public_key, world_.now());
    if (!order) {
        return refuse(order.error());
    }
    if (deviation.has(FaultKind::early)) {
        const auto paid = world_.books.pay(order->key(), world_.now());
        if (paid && callbacks_.may_tell(*paid)) {
            callbacks_.send_now(*paid, CallbackTruth::resend);
        }
    } else if (const auto delay = deviation.value_of(FaultKind::auto_pay)) {
        pay_later(order->key(), std::chrono::milliseconds(*delay));
    } else if (world_.auto_pay_share > 0 && world_.ids.percent() < world_.auto_pay_share) {
        pay_later(order->key(), std::chrono::milliseconds(world_.auto_pay_delay_ms));
    }
    return Value(
        ValueObject{{"out_trade_no", wanted.out_trade_no}, {"qr_code", payer_code(world_, *order)}}
    );
}

ApiResult<Value> AlipayApi::take_payment(const CreateOrder& wanted, const Deviation& deviation) {
    auto order = world_.books.create(wanted, SigningName::public_key, world_.now());
    if (!order) {
        return refuse(order.error());
    }
    std::ignore = world_.books.scan(order->key(), world_.now());
    const auto delay = deviation.value_of(FaultKind::auto_pay);
    if (delay) {
        pay_later(order->key(), std::chrono::milliseconds(*delay));
    }
    if (delay || wanted.amount_total > kWithoutConfirmationMax) {
        return Value(ValueObject{
            {"code", "10003"},
            {"msg", "order success pay inprocess"},
            {"out_trade_no", wanted.out_trade_no},
            {"total_amount", yuan_of(wanted.amount_total)}
        });
    }
    auto paid = world_.books.pay(order->key(), world_.now());
    if (!paid) {
        return refuse(paid.error());
    }
    callbacks_.announce(*paid);
    Value out = trade_object(*paid, deviation, world_.now());
    std::erase_if(*out.as_object(), [](const ValueMember& member) {
        return member.first == "trade_status" || member.first == "send_pay_date";
    });
    return out;
}

void AlipayApi::pay_later(const OrderKey& key, std::chrono::milliseconds delay) {
    world_.scheduler.after(delay, [this, key] { pay(key); });
}

void AlipayApi::pay(const OrderKey& key) {
    if (const auto paid = world_.books.pay(key, world_.now())) {
        callbacks_.announce(*paid);
    }
}

http::Response AlipayApi::show_page(const AlipayCall& call, AlipayScene scene) {
    const auto wanted = read_alipay_order(call, scene, world_.now());
    const auto order = wanted ? world_.books.create(*wanted, SigningName::public_key, world_.now())
                              : refuse(wanted.error());
    if (!order) {
        return AlipayExchange::unsigned_refusal(trade_error(Operation::create, order.error()));
    }
    std::ignore = world_.books.scan(order->key(), world_.now());
    return {.status = 302, .headers = {{"Location", "/payer/" + order->code}}, .body = {}};
}

/// Closes what is not paid and gives back what is: for callers who cannot know which it was.
http::Response AlipayApi::cancel(const AlipayCall& call) {
    const auto known = check_content(call.content, {"out_trade_no", "trade_no"});
    const auto order = known ? trade_named_in(world_, call) : refuse(known.error());
    const FaultTarget target{
        .operation = Operation::close,
        .address =
            {.mchid = call.app->seller_id,
             .out_trade_no = std::string(call.content.text_or_empty("out_trade_no"))}
    };
    return exchange_.perform(call, target, [&](const Deviation& deviation) -> ApiResult<Value> {
        Value out(ValueObject{
            {"out_trade_no", call.content.text_or_empty("out_trade_no")}, {"retry_flag", "N"}
        });
        if (!order) {
            return known ? ApiResult<Value>(out) : refuse(order.error());
        }
        if (deviation.has(FaultKind::close_after_pay)) {
            pay(order->key());
        }
        out.set("trade_no", order->transaction_id);
        if (world_.books.close(order->key(), world_.now())) {
            out.set("action", "close");
            return out;
        }
        const auto undone = refunds_.give_back_everything(order->key());
        if (!undone) {
            return refuse(undone.error());
        }
        out.set("action", "refund");
        return out;
    });
}

http::Response AlipayApi::query(const AlipayCall& call) {
    const auto known = check_content(call.content, {"out_trade_no", "trade_no", "query_options"});
    const auto order = known ? trade_named_in(world_, call) : refuse(known.error());
    const FaultTarget target{
        .operation = Operation::query,
        .address =
            {.mchid = call.app->seller_id,
             .out_trade_no = std::string(call.content.text_or_empty("out_trade_no"))}
    };
    return exchange_.perform(call, target, [&](const Deviation& deviation) -> ApiResult<Value> {
        if (deviation.has(FaultKind::not_found)) {
            return refuse(business_error("TRADE_NOT_EXIST"));
        }
        if (!order) {
            return refuse(order.error());
        }
        const auto counted = world_.books.query(order->key(), world_.now());
        return counted ? ApiResult<Value>(trade_object(*counted, deviation, world_.now()))
                       : refuse(counted.error());
    });
}

http::Response AlipayApi::close(const AlipayCall& call) {
    const auto known = check_content(call.content, {"out_trade_no", "trade_no", "operator_id"});
    const auto order = known ? trade_named_in(world_, call) : refuse(known.error());
    const FaultTarget target{
        .operation = Operation::close,
        .address =
            {.mchid = call.app->seller_id,
             .out_trade_no = std::string(call.content.text_or_empty("out_trade_no"))}
    };
    return exchange_.perform(call, target, [&](const Deviation& deviation) -> ApiResult<Value> {
        if (!order) {
            return refuse(order.error());
        }
        if (deviation.has(FaultKind::close_after_pay)) {
            pay(order->key());
        }
        const auto closed = world_.books.close(order->key(), world_.now());
        if (!closed) {
            return refuse(closed.error());
        }
        return Value(ValueObject{
            {"out_trade_no", closed->wanted.out_trade_no}, {"trade_no", closed->transaction_id}
        });
    });
}

}  // namespace sluice::simulator
