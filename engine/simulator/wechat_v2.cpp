#include "simulator/wechat_v2.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

#include "simulator/beijing.hpp"
#include "simulator/body_reader.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kV2Pay = "/pay/micropay";
constexpr std::string_view kV2Query = "/pay/orderquery";
constexpr std::string_view kV2Reverse = "/secapi/pay/reverse";
constexpr std::int64_t kV2AmountMax = 1'000'000'000;
constexpr std::chrono::days kV2OrderExpiry{7};

std::string told_text(const V2Call& call, std::string_view name) {
    return std::string(call.told.text_or_empty(name));
}

std::unexpected<ApiError> v2_parameter(std::string_view name, const std::string& issue) {
    return refuse(400, "PARAM_ERROR", std::string(name) + " " + issue);
}

/// The application, and that each of the members is known; `needed` ones must be filled in.
ApiResult<void> check_v2_members(
    const V2Call& call,
    std::initializer_list<std::string_view> needed,
    std::initializer_list<std::string_view> optional = {}
) {
    constexpr std::array<std::string_view, 5> kAll{
        "appid", "mch_id", "nonce_str", "sign", "sign_type"
    };
    for (const auto& [name, value] : *call.told.as_object()) {
        const auto is_in = [&](const auto& names) {
            return std::ranges::find(names, name) != names.end();
        };
        if (!is_in(kAll) && !is_in(needed) && !is_in(optional)) {
            return v2_parameter(name, "is not known");
        }
    }
    for (const std::string_view name : needed) {
        if (call.told.text_or_empty(name).empty()) {
            return refuse(400, "LACK_PARAMS", std::string(name) + " is missing");
        }
    }
    if (told_text(call, "appid") != call.merchant->appid) {
        return refuse(400, "APPID_MCHID_NOT_MATCH", "appid and mch_id do not belong together");
    }
    if (!is_out_trade_no(told_text(call, "out_trade_no"))) {
        return v2_parameter("out_trade_no", "must have 6 to 32 characters of 0-9 A-Z a-z _ - | *");
    }
    return {};
}

/// 0 for what is no whole number of fen.
std::int64_t v2_fen(const std::string& text) {
    std::int64_t fen = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), fen);
    const bool is_whole = error == std::errc{} && stop == text.data() + text.size();
    return is_whole && fen > 0 && fen <= kV2AmountMax ? fen : 0;
}

/// Equal for two calls exactly when all but nonce and sign is.
std::string v2_fingerprint(const V2Call& call) {
    Value rest(ValueObject{});
    for (const auto& [name, value] : *call.told.as_object()) {
        if (name != "nonce_str" && name != "sign") {
            rest.set(name, value);
        }
    }
    return "v2 " + to_json(sorted_by_name(rest));
}

ApiResult<CreateOrder> read_v2_order(const V2Call& call, Time now) {
    const auto checked = check_v2_members(
        call,
        {"body", "out_trade_no", "total_fee", "spbill_create_ip", "auth_code"},
        {"fee_type", "device_info", "attach", "detail", "goods_tag"}
    );
    if (!checked) {
        return refuse(checked.error());
    }
    CreateOrder order{.scene = Scene::barcode, .version = WechatVersion::v2};
    order.appid = call.merchant->appid;
    order.mchid = call.merchant->mchid;
    order.description = told_text(call, "body");
    order.out_trade_no = told_text(call, "out_trade_no");
    order.attach = told_text(call, "attach");
    order.auth_code = told_text(call, "auth_code");
    order.amount_total = v2_fen(told_text(call, "total_fee"));
    order.expires = now + kV2OrderExpiry;
    order.fingerprint = v2_fingerprint(call);
    if (order.description.size() > 128) {
        return v2_parameter("body", "is longer than 128 bytes");
    }
    if (order.amount_total == 0) {
        return v2_parameter("total_fee", "must be a whole number of fen from 1");
    }
    if (const std::string fee = told_text(call, "fee_type"); !fee.empty() && fee != "CNY") {
        return v2_parameter("fee_type", "must be CNY");
    }
    if (!is_wechat_code(order.auth_code)) {
        return refuse(400, "AUTH_CODE_INVALID", "this is no payment code");
    }
    return order;
}

/// "20260101080030", in Beijing.
std::string v2_time(Time time) {
    std::string stamp = format_rfc3339_offset(time, kBeijing).substr(0, 19);
    std::erase_if(stamp, [](char c) { return c < '0' || c > '9'; });
    return stamp;
}

/// What a paid order says, and of any other its number.
Value v2_order(const Order& order, const Deviation& deviation) {
    const CreateOrder& wanted = order.wanted;
    Value told(ValueObject{{"mch_id", wanted.mchid}, {"out_trade_no", wanted.out_trade_no}});
    if (order.state == OrderState::success) {
        const std::string fen = std::to_string(wanted.amount_total);
        told.set("openid", order.payer_openid);
        told.set("is_subscribe", "N");
        told.set("trade_type", trade_type(wanted.scene));
        told.set("bank_type", "OTHERS");
        told.set("fee_type", deviation.has(FaultKind::wrong_currency) ? "USD" : "CNY");
        told.set("total_fee", fen);
        told.set("cash_fee", fen);
        told.set("transaction_id", order.transaction_id);
        told.set("time_end", v2_time(order.paid.value_or(order.created)));
    }
    return told;
}

void deviate(Order& order, const Deviation& deviation) {
    if (deviation.has(FaultKind::wrong_amount)) {
        ++order.wanted.amount_total;
    }
    if (deviation.has(FaultKind::wrong_merchant)) {
        order.wanted.mchid = "1999999999";
    }
    if (deviation.has(FaultKind::wrong_number)) {
        order.wanted.out_trade_no = another_number(order.wanted.out_trade_no);
    }
}

OrderKey v2_key(const V2Call& call) {
    return {.mchid = call.merchant->mchid, .out_trade_no = told_text(call, "out_trade_no")};
}

}  // namespace

http::Response WechatV2::answer(const http::Request& request) {
    const std::string_view path = request.path;
    if (path != kV2Pay && path != kV2Query && path != kV2Reverse) {
        return bare_answer(404);
    }
    const auto call = read_v2_request(request, world_.merchants);
    if (!call) {
        return v2_not_heard(call.error());
    }
    if (path == kV2Pay) {
        return pay(*call);
    }
    return path == kV2Query ? query(*call) : reverse(*call);
}

http::Response WechatV2::perform(const V2Call& call, const Asked& asked, const Act& act) {
    const Wording wording{
        .refusal = [&](const ApiError& error
                   ) { return v2_refusal(world_, call, error, asked.recalls); },
        .answer = [&](const Value& members, SignatureQuality quality
                  ) { return v2_answer(world_, call, members, quality); },
        .refused =
            {.status = 403, .code = "RULE_LIMIT", .message = "the rules forbid it", .field = {}}
    };
    const OrderKey key = v2_key(call);
    return perform_with_faults(
        world_,
        {.operation = asked.operation,
         .address =
             {.mchid = key.mchid,
              .out_trade_no = key.out_trade_no,
              .protocol = "wechatpay",
              .scene = std::string(asked.operation == Operation::create ? kTillScene : "")}},
        act,
        wording
    );
}

http::Response WechatV2::pay(const V2Call& call) {
    const auto wanted = read_v2_order(call, world_.now());
    if (!wanted) {
        return v2_refusal(world_, call, wanted.error(), Recalls::no);
    }
    const auto act = [&](const Deviation& deviation) -> ApiResult<Value> {
        auto order = till_.charge(*wanted, SigningName::certificate, deviation);
        if (!order) {
            return refuse(order.error());
        }
        deviate(*order, deviation);
        return v2_order(*order, deviation);
    };
    return perform(call, {.operation = Operation::create}, act);
}

http::Response WechatV2::query(const V2Call& call) {
    if (const auto checked = check_v2_members(call, {"out_trade_no"}); !checked) {
        return v2_refusal(world_, call, checked.error(), Recalls::no);
    }
    const auto act = [&](const Deviation& deviation) -> ApiResult<Value> {
        auto order = world_.books.query(v2_key(call), world_.now());
        if (!order || deviation.has(FaultKind::not_found)) {
            return refuse(404, "ORDER_NOT_EXIST", "the order does not exist");
        }
        deviate(*order, deviation);
        Value told = v2_order(*order, deviation);
        told.set("trade_state", trade_state(*order));
        told.set("trade_state_desc", trade_state(*order));
        return told;
    };
    return perform(call, {.operation = Operation::query}, act);
}

http::Response WechatV2::reverse(const V2Call& call) {
    if (const auto checked = check_v2_members(call, {"out_trade_no"}); !checked) {
        return v2_refusal(world_, call, checked.error(), Recalls::yes);
    }
    const auto act = [&](const Deviation& deviation) -> ApiResult<Value> {
        const auto undone = till_.undo(v2_key(call), WechatVersion::v2, deviation);
        return undone ? ApiResult<Value>(Value(ValueObject{{"recall", "N"}}))
                      : refuse(undone.error());
    };
    return perform(call, {.operation = Operation::close, .recalls = Recalls::yes}, act);
}

}  // namespace sluice::simulator
