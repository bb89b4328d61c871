#include "simulator/control_api.hpp"

#include "simulator/control_answer.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

namespace {

Value paid_answer(const Order& order) {
    return Value(ValueObject{
        {"mchid", order.wanted.mchid},
        {"out_trade_no", order.wanted.out_trade_no},
        {"trade_state", trade_state(order)},
        {"transaction_id", order.transaction_id}
    });
}

}  // namespace

http::Response ControlApi::answer(const http::Request& request) {
    Value body{ValueObject{}};
    if (!request.body.empty()) {
        auto parsed = parse_body(request);
        if (!parsed) {
            return bad_request("the body must be a JSON record");
        }
        body = std::move(*parsed);
    }
    const bool is_post = request.method == "POST";
    if (request.path == "/sim/books" && request.method == "GET") {
        return books(request);
    }
    if (request.path == "/sim/faults") {
        return faults(request, body);
    }
    if (request.path == "/sim/pay" && is_post) {
        return pay(body);
    }
    if (request.path == "/sim/decline" && is_post) {
        return decline(body);
    }
    if (request.path == "/sim/scan" && is_post) {
        return scan(body);
    }
    if (request.path == "/sim/callback" && is_post && body.find("out_refund_no") == nullptr) {
        return callback(body);
    }
    if (request.path == "/sim/auto_pay" && is_post) {
        return auto_pay(body);
    }
    return refunds_.answer(request, body);
}

ApiResult<OrderKey> ControlApi::order_named_in(const Value& body) {
    World& world = parts_.world;
    std::string_view code = body.text_or_empty("code_url");
    if (code.empty()) {
        code = body.text_or_empty("code");
    }
    if (code.find("/payer/") != std::string_view::npos) {
        code = code.substr(0, code.find('?'));
    }
    if (!code.empty()) {
        const auto order =
            world.books.find_code(code.substr(code.find_last_of("/=") + 1), world.now());
        if (order) {
            return order->key();
        }
        return refuse(
            {.status = 404,
             .code = "CODE_NOT_LIVE",
             .message = "the code leads to no order (any more)",
             .field = {}}
        );
    }
    const std::string number(body.text_or_empty("out_trade_no"));
    const std::string_view mchid = body.text_or_empty("mchid");
    for (const std::string& owner : world.owners()) {
        OrderKey key{.mchid = owner, .out_trade_no = number};
        const bool fits = mchid.empty() || mchid == owner;
        if (fits && world.books.find(key, world.now())) {
            return key;
        }
    }
    return refuse(
        {.status = 404,
         .code = "ORDER_NOT_EXIST",
         .message = "no order '" + number + "'; name one by code_url or out_trade_no",
         .field = {}}
    );
}

http::Response ControlApi::pay(const Value& body) {
    const auto key = order_named_in(body);
    const Value* late = body.find("late");
    const bool is_late = late != nullptr && late->as_bool() != nullptr && *late->as_bool();
    const auto moment = is_late ? PayMoment::late : PayMoment::in_time;
    if (const std::string_view payer = body.text_or_empty("payer"); key && !payer.empty()) {
        parts_.world.books.name_payer(*key, std::string(payer), parts_.world.now());
    }
    const auto paid = key ? parts_.wechat.pay(*key, moment) : refuse(key.error());
    return paid ? json_answer(200, paid_answer(*paid)) : control_refusal(paid.error());
}

http::Response ControlApi::decline(const Value& body) {
    const auto key = order_named_in(body);
    const auto declined =
        key ? parts_.world.books.decline(*key, parts_.world.now()) : refuse(key.error());
    return declined ? json_answer(200, paid_answer(*declined)) : control_refusal(declined.error());
}

http::Response ControlApi::scan(const Value& body) {
    const auto key = order_named_in(body);
    const auto scanned =
        key ? parts_.world.books.scan(*key, parts_.world.now()) : refuse(key.error());
    return scanned ? json_answer(200, paid_answer(*scanned)) : control_refusal(scanned.error());
}

http::Response ControlApi::books(const http::Request& request) {
    const BooksFilter filter{
        .mchid = http::query_parameter(request, "mchid").value_or(""),
        .out_trade_no = http::query_parameter(request, "out_trade_no").value_or(""),
        .limit = row_limit(request)
    };
    return json_answer(200, parts_.world.books.report(filter, parts_.world.now()));
}

http::Response ControlApi::faults(const http::Request& request, const Value& body) {
    Faults& faults = parts_.world.faults;
    if (request.method == "GET") {
        return json_answer(200, faults.list());
    }
    if (request.method == "DELETE") {
        faults.clear();
        return {.status = 204, .headers = {}, .body = {}};
    }
    if (request.method != "POST") {
        return {.status = 405, .headers = {}, .body = {}};
    }
    const auto id = faults.add(with_protocol(body));
    return id ? json_answer(201, Value(ValueObject{{"id", *id}})) : bad_request(id.error().message);
}

/// Whom a fault hits tells its protocol, unless that is said.
Value ControlApi::with_protocol(const Value& fault) {
    Value out = fault;
    std::string owner(fault.text_or_empty("mchid"));
    if (owner.empty()) {
        owner = fault.text_or_empty("account");
    }
    if (owner.empty() && !fault.text_or_empty("out_trade_no").empty()) {
        const auto key = order_named_in(fault);
        owner = key ? key->mchid : "";
    }
    const std::string_view protocol = parts_.world.protocol_of(owner);
    if (fault.find("protocol") == nullptr && !protocol.empty()) {
        out.set("protocol", protocol);
    }
    return out;
}

http::Response ControlApi::callback(const Value& body) {
    const auto truth = parse_callback_truth(body.text_or_empty("kind"));
    if (!truth) {
        return bad_request(kTruthWanted);
    }
    const auto key = order_named_in(body);
    if (!key) {
        return control_refusal(key.error());
    }
    const std::string_view why = why_not(
        parts_.world.protocol_of(key->mchid),
        {.operation = "callback", .kind = body.text_or_empty("kind")}
    );
    if (*truth == CallbackTruth::wrong_currency && !why.empty()) {
        return bad_request(std::string("'kind' cannot be wrong_currency: ").append(why));
    }
    const auto order = parts_.world.books.find(*key, parts_.world.now());
    if (!order || !parts_.callbacks.may_tell(*order)) {
        return control_refusal(
            {.status = 409,
             .code = "NOTIFY_NOT_ALLOWED",
             .message = "the merchant has no APIv3 key or does not allow this notify_url",
             .field = {}}
        );
    }
    if (*truth == CallbackTruth::resend && order->state != OrderState::success) {
        return control_refusal(
            {.status = 409,
             .code = "ORDER_NOT_PAID",
             .message = "there is no callback to send again: the order is not paid",
             .field = {}}
        );
    }
    const int status = parts_.callbacks.send_now(*order, *truth);
    return json_answer(200, Value(ValueObject{{"answered_status", status}}));
}

http::Response ControlApi::auto_pay(const Value& body) {
    const std::int64_t share = body.int_or("share", -1);
    const std::int64_t delay = body.int_or("delay_ms", 0);
    if (share < 0 || share > 100 || delay < 0 || delay > 3'600'000) {
        return bad_request("'share' must be 0 to 100, 'delay_ms' 0 to 3600000");
    }
    parts_.world.auto_pay_share = share;
    parts_.world.auto_pay_delay_ms = delay;
    return json_answer(200, Value(ValueObject{{"share", share}, {"delay_ms", delay}}));
}

}  // namespace sluice::simulator
