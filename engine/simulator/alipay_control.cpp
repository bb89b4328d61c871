#include "simulator/alipay_control.hpp"

#include "simulator/control_answer.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

http::Response AlipayControl::answer(const http::Request& request) {
    if (request.path == "/sim/alipay/books" && request.method == "GET") {
        return books(request);
    }
    const auto body = request.method == "POST" ? parse_body(request) : refuse(ApiError{});
    if (!body) {
        return request.method == "POST" ? bad_request("the body must be a JSON record")
                                        : no_such_control();
    }
    if (request.path == "/sim/alipay/transfer") {
        return advance(*body);
    }
    return request.path == "/sim/alipay/funds" ? top_up(*body) : no_such_control();
}

http::Response AlipayControl::books(const http::Request& request) {
    return json_answer(
        200,
        world_.transfers.report(
            {.account = http::query_parameter(request, "seller_id").value_or(""),
             .request_number = http::query_parameter(request, "out_biz_no").value_or(""),
             .limit = row_limit(request)},
            world_.now()
        )
    );
}

http::Response AlipayControl::advance(const Value& body) {
    const auto to = parse_payout_status(body.text_or_empty("status"));
    if (!to) {
        return bad_request("'status' must be processing, succeeded, failed or returned");
    }
    const std::string number(body.text_or_empty("out_biz_no"));
    for (const AlipayApp& app : world_.alipay.all()) {
        const PayoutKey key{app.seller_id, number};
        if (!world_.transfers.find(key)) {
            continue;
        }
        const Payouts::Step step{
            .to = *to, .reason_code = std::string(body.text_or_empty("reason_code"))
        };
        const auto advanced = world_.transfers.advance(key, step, world_.now());
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

http::Response AlipayControl::top_up(const Value& body) {
    const std::string seller(body.text_or_empty("seller_id"));
    const auto amount = number_in(body, {.name = "top_up", .most = kMoneyMax});
    if (world_.alipay.find_seller(seller) == nullptr || !amount || *amount == 0) {
        return bad_request("'seller_id' must name a seller, 'top_up' an amount in fen");
    }
    world_.transfers.book(
        seller,
        {.at = world_.now(),
         .kind = BookedKind::credit,
         .request_number = {},
         .bank_number = {},
         .amount = *amount}
    );
    world_.faults.end_not_enough({.account = seller});
    const BankRow row = world_.transfers.row(seller, world_.now());
    return json_answer(200, Value(ValueObject{{"available", row.available}}));
}

}  // namespace sluice::simulator
