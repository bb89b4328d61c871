#include "simulator/wechat_control.hpp"

#include "simulator/control_answer.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

http::Response WechatControl::answer(const http::Request& request) {
    if (request.path == "/sim/wechat/books" && request.method == "GET") {
        return json_answer(
            200,
            world_.transfers.report(
                {.account = http::query_parameter(request, "mchid").value_or(""),
                 .request_number = http::query_parameter(request, "out_bill_no").value_or(""),
                 .limit = row_limit(request)},
                world_.now()
            )
        );
    }
    if (request.path == "/sim/wechat/rotate" && request.method == "POST") {
        return json_answer(
            200, Value(ValueObject{{"serial", world_.platform_keys.rotate(world_.now())}})
        );
    }
    if (request.path != "/sim/wechat/transfer" || request.method != "POST") {
        return no_such_control();
    }
    const auto body = parse_body(request);
    return body ? advance(*body) : bad_request("the body must be a JSON record");
}

http::Response WechatControl::advance(const Value& body) {
    const auto to = parse_payout_status(body.text_or_empty("status"));
    if (!to) {
        return bad_request("'status' must be processing, succeeded or failed");
    }
    const std::string number(body.text_or_empty("out_bill_no"));
    for (const Merchant& merchant : world_.merchants.all()) {
        const PayoutKey key{merchant.mchid, number};
        if (!world_.transfers.find(key)) {
            continue;
        }
        const auto advanced = transfers_.advance(
            key, {.to = *to, .reason_code = std::string(body.text_or_empty("reason_code"))}
        );
        return advanced ? json_answer(200, payout_object(*advanced))
                        : control_refusal(advanced.error());
    }
    return control_refusal(
        {.status = 404,
         .code = "ORDER_NOT_EXIST",
         .message = "no transfer '" + number + "'",
         .field = {}}
    );
}

}  // namespace sluice::simulator
