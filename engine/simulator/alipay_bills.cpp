#include "simulator/alipay_bills.hpp"

#include <chrono>
#include <string>

#include "simulator/alipay_bill_file.hpp"
#include "simulator/alipay_order.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

namespace {

constexpr std::chrono::seconds kAddressLifetime{30};
constexpr int kBillParameter = 40002;
constexpr int kBillBusiness = 40004;

ApiError wrong_bill(std::string message) {
    return {
        .status = kBillParameter,
        .code = "isv.invalid-parameter",
        .message = std::move(message),
        .field = {}
    };
}

}  // namespace

http::Response AlipayBills::tell_place(const AlipayCall& call, std::string_view host) {
    const FaultTarget target{
        .operation = Operation::statement, .address = {.mchid = call.app->seller_id}
    };
    return exchange_.perform(call, target, [&](const Deviation&) { return put(call, host); });
}

ApiResult<Value> AlipayBills::put(const AlipayCall& call, std::string_view host) {
    const auto known = check_content(call.content, {"bill_type", "bill_date"});
    if (!known) {
        return refuse(known.error());
    }
    if (call.content.text_or_empty("bill_type") != "trade") {
        return refuse(wrong_bill("bill_type: only trade is here"));
    }
    const auto day = beijing_day(std::string(call.content.text_or_empty("bill_date")));
    if (!day || day->from > world_.now()) {
        return refuse(wrong_bill("bill_date: no day that has begun"));
    }
    const std::string& seller = call.app->seller_id;
    const TradeDay what = trade_day(world_, seller, *day, RefundDay::succeeded);
    if (what.is_empty()) {
        return refuse(
            {.status = kBillBusiness,
             .code = "isp.NO_BILL_DATA",
             .message = "there was no trade that day",
             .field = {}}
        );
    }
    std::string file =
        alipay_trade_bill({.seller_id = seller, .day = *day, .exported = world_.now()}, what);
    const std::string token =
        shelf_.put({.owner = seller, .content = std::move(file)}, world_.now() + kAddressLifetime);
    return Value(ValueObject{
        {"bill_download_url",
         "http://" + std::string(host) + std::string(kAlipayBillFile) +
             "?bizType=trade&fileId=" + token}
    });
}

http::Response AlipayBills::give_file(const http::Request& request) {
    const auto bill =
        shelf_.find(http::query_parameter(request, "fileId").value_or(""), world_.now());
    if (request.method != "GET" || !bill) {
        return bare_answer(request.method == "GET" ? 404 : 405);
    }
    return {.status = 200, .headers = {{"Content-Type", "application/zip"}}, .body = bill->content};
}

}  // namespace sluice::simulator
