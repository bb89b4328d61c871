#include "simulator/wechat_bills.hpp"

#include <chrono>
#include <string>

#include "channel/crypto.hpp"
#include "channel/pack.hpp"
#include "simulator/beijing.hpp"
#include "simulator/trade_day.hpp"
#include "simulator/wechat_bill_file.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kTradeBill = "/v3/bill/tradebill";
constexpr std::string_view kFundBill = "/v3/bill/fundflowbill";
constexpr std::string_view kBillFile = "/v3/billdownload/file";
constexpr std::chrono::minutes kAddressGood{5};

ApiError nothing_that_day() {
    return {
        .status = 400,
        .code = "NO_STATEMENT_EXIST",
        .message = "there was no transaction that day",
        .field = {}
    };
}

std::string asked(const http::Request& request, std::string_view name) {
    return http::query_parameter(request, name).value_or("");
}

}  // namespace

http::Response WechatBills::answer(const http::Request& request) {
    if (request.method != "GET") {
        return bare_answer(405);
    }
    if (request.path == kBillFile) {
        return give_file(request);
    }
    const bool is_bill = request.path == kTradeBill || request.path == kFundBill;
    return is_bill ? tell_place(request) : bare_answer(404);
}

http::Response WechatBills::tell_place(const http::Request& request) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const WechatCall call{
        .operation = Operation::statement,
        .caller = *caller,
        .address = {.mchid = caller->merchant->mchid}
    };
    return exchange_.perform(call, [&](const Deviation&) -> ApiResult<Value> {
        auto file = file_of(request, caller->merchant->mchid);
        if (!file) {
            return refuse(file.error());
        }
        const std::string hash = channel::sha1_hex(*file);
        const std::string host(request.headers.get_or_empty("host"));
        const std::string token = shelf_.put(
            {.owner = caller->merchant->mchid, .content = *std::move(file)},
            world_.now() + kAddressGood
        );
        return Value(ValueObject{
            {"download_url", "http://" + host + std::string(kBillFile) + "?token=" + token},
            {"hash_type", "SHA1"},
            {"hash_value", hash}
        });
    });
}

ApiResult<std::string> WechatBills::file_of(
    const http::Request& request, const std::string& mchid
) {
    const std::string text = asked(request, "bill_date");
    const auto day = beijing_day(text);
    if (!day || day->from > world_.now()) {
        return parameter_error("bill_date", text, "no day that has begun");
    }
    const bool is_trade = request.path == kTradeBill;
    const char* which = is_trade ? "bill_type" : "account_type";
    const std::string only = is_trade ? "ALL" : "BASIC";
    if (const std::string type = asked(request, which); type != only) {
        return parameter_error(which, type, "only " + only + " is here");
    }
    if (const std::string type = asked(request, "tar_type"); type != "GZIP") {
        return parameter_error("tar_type", type, "only GZIP is here");
    }
    if (is_trade) {
        const TradeDay what = trade_day(world_, mchid, *day, RefundDay::accepted);
        return what.is_empty() ? refuse(nothing_that_day())
                               : ApiResult<std::string>(wechat_trade_bill(what));
    }
    const StatementDay moved =
        world_.movements.day(mchid, std::chrono::floor<std::chrono::days>(day->from + kBeijing));
    return moved.lines.empty() ? refuse(nothing_that_day())
                               : ApiResult<std::string>(wechat_fund_bill(moved));
}

/// Unsigned, as on the real channel: the hash vouches for it.
http::Response WechatBills::give_file(const http::Request& request) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const auto bill = shelf_.find(asked(request, "token"), world_.now());
    if (!bill || bill->owner != caller->merchant->mchid) {
        return bare_answer(404);
    }
    return {
        .status = 200,
        .headers = {{"Content-Type", "application/x-gzip"}},
        .body = channel::gzipped(bill->content)
    };
}

}  // namespace sluice::simulator
