#include "simulator/transfer_control.hpp"

#include "channel/certificate_number.hpp"
#include "simulator/control_answer.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

const TransferControl::Side& TransferControl::side_of(std::string_view path) {
    static constexpr Side kWechat{
        .prefix = "/sim/wechat/", .protocol = "wechatpay", .owner = "mchid", .number = "out_bill_no"
    };
    static constexpr Side kAlipay{
        .prefix = "/sim/alipay/", .protocol = "alipay", .owner = "seller_id", .number = "out_biz_no"
    };
    return path.starts_with(kAlipay.prefix) ? kAlipay : kWechat;
}

http::Response TransferControl::answer(const http::Request& request) {
    const Side& side = side_of(request.path);
    const std::string_view what = std::string_view(request.path).substr(side.prefix.size());
    if (what == "books" && request.method == "GET") {
        return books(side, request);
    }
    if (request.method != "POST") {
        return no_such_control();
    }
    if (what == "rotate") {
        return rotate(side);
    }
    const auto body = parse_body(request);
    if (!body) {
        return bad_request("the body must be a JSON record");
    }
    if (what == "transfer") {
        return advance(side, *body);
    }
    return what == "funds" ? top_up(side, *body) : no_such_control();
}

http::Response TransferControl::books(const Side& side, const http::Request& request) {
    return json_answer(
        200,
        world_.transfers.report(
            {.account = http::query_parameter(request, side.owner).value_or(""),
             .request_number = http::query_parameter(request, side.number).value_or(""),
             .limit = row_limit(request)},
            world_.now()
        )
    );
}

http::Response TransferControl::advance(const Side& side, const Value& body) {
    const auto to = parse_payout_status(body.text_or_empty("status"));
    if (!to) {
        return bad_request("'status' must be processing, succeeded, failed or returned");
    }
    const std::string number(body.text_or_empty(side.number));
    const Payouts::Step step{
        .to = *to, .reason_code = std::string(body.text_or_empty("reason_code"))
    };
    for (const std::string& owner : world_.owners()) {
        const PayoutKey key{owner, number};
        if (world_.protocol_of(owner) != side.protocol || !world_.transfers.find(key)) {
            continue;
        }
        // Alipay tells nobody what became of a transfer.
        const auto advanced = side.protocol == "wechatpay"
                                  ? wechat_.advance(key, step)
                                  : world_.transfers.advance(key, step, world_.now());
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

http::Response TransferControl::top_up(const Side& side, const Value& body) {
    const std::string owner(body.text_or_empty(side.owner));
    const auto amount = number_in(body, {.name = "top_up", .most = kMoneyMax});
    if (world_.protocol_of(owner) != side.protocol || !amount || *amount == 0) {
        return bad_request(
            "'" + std::string(side.owner) +
            "' must name a customer there, 'top_up' an amount in fen"
        );
    }
    world_.transfers.book(
        owner,
        {.at = world_.now(),
         .kind = BookedKind::credit,
         .request_number = {},
         .bank_number = {},
         .amount = *amount}
    );
    world_.faults.end_not_enough({.account = owner});
    const BankRow row = world_.transfers.row(owner, world_.now());
    return json_answer(200, Value(ValueObject{{"available", row.available}}));
}

http::Response TransferControl::rotate(const Side& side) {
    if (side.protocol == "wechatpay") {
        return json_answer(
            200, Value(ValueObject{{"serial", world_.platform_keys.rotate(world_.now())}})
        );
    }
    // There is no call in which Alipay shows it: its customers fetch it from a page.
    world_.alipay_keys.rotate(world_.now());
    const std::string pem = world_.alipay_keys.newest().certificate.pem;
    return json_answer(
        200,
        Value(ValueObject{
            {"certificate_number", channel::certificate_number(pem).value_or("")},
            {"certificate", pem}
        })
    );
}

}  // namespace sluice::simulator
