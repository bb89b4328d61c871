#include "simulator/alipay_notice.hpp"

#include <map>

#include "channel/crypto.hpp"
#include "simulator/alipay_gate.hpp"
#include "simulator/alipay_order.hpp"
#include "simulator/beijing.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

namespace {

constexpr std::chrono::days kRefundable{365};
constexpr const char* kAnotherSeller = "2088999999999999";
constexpr std::size_t kNoticeIdSize = 34;

using Fields = std::map<std::string, std::string>;

Fields trade_fields(World& world, const Order& order, const std::string& notice_id) {
    const CreateOrder& wanted = order.wanted;
    const std::string amount = yuan_of(wanted.amount_total);
    Fields fields{
        {"app_id", wanted.appid},
        {"auth_app_id", wanted.appid},
        {"body", ""},
        {"buyer_id", order.payer_openid},
        {"buyer_logon_id", "pay***@example.com"},
        {"charset", "utf-8"},
        {"gmt_create", beijing_time(order.created)},
        {"notify_id", notice_id},
        {"notify_time", beijing_time(world.now())},
        {"notify_type", "trade_status_sync"},
        {"out_trade_no", wanted.out_trade_no},
        {"seller_id", wanted.mchid},
        {"subject", wanted.description},
        {"total_amount", amount},
        {"trade_no", order.transaction_id},
        {"trade_status", std::string(trade_status(order, world.now()))},
        {"version", "1.0"}
    };
    if (order.paid) {
        fields["gmt_payment"] = beijing_time(*order.paid);
        fields["receipt_amount"] = amount;
        fields["invoice_amount"] = amount;
        fields["buyer_pay_amount"] = amount;
        fields["point_amount"] = "0.00";
        fields["fund_bill_list"] =
            R"([{"amount":")" + amount + R"(","fundChannel":"ALIPAYACCOUNT"}])";
    }
    return fields;
}

void add_refund(Fields& fields, const Order& order, const Refund& refund) {
    fields["out_biz_no"] = refund.wanted.out_refund_no;
    fields["refund_fee"] = yuan_of(order.refund_sums.refunded);
    fields["send_back_fee"] = yuan_of(refund.wanted.amount_refund);
    fields["gmt_refund"] = beijing_time(refund.created) + ".000";
}

std::string signed_form(const World& world, const Fields& fields, CallbackTruth truth) {
    std::string text;
    std::string body;
    for (const auto& [name, value] : fields) {
        text.append(text.empty() ? "" : "&").append(name).append("=").append(value);
        body.append(name).append("=").append(http::percent_encode(value)).append("&");
    }
    const bool is_wrong = truth == CallbackTruth::forged || truth == CallbackTruth::bad_signature;
    text += is_wrong ? " " : "";
    const std::string signature =
        channel::rsa_sha256_sign(world.alipay_keys.newest().private_key, text);
    return body + "sign_type=RSA2&sign=" + http::percent_encode(signature);
}

/// The trade as the notice tells it.
Order told(World& world, Order order, CallbackTruth truth) {
    if (order.state != OrderState::success) {
        // Only forgeries speak of a trade that was not paid.
        order.state = OrderState::success;
        order.paid = world.now();
        order.transaction_id = world.nonces.trade_number(world.now());
    }
    order.wanted.amount_total += truth == CallbackTruth::wrong_amount ? 1 : 0;
    if (truth == CallbackTruth::wrong_merchant) {
        order.wanted.mchid = kAnotherSeller;
    }
    if (truth == CallbackTruth::wrong_number) {
        order.wanted.out_trade_no = another_number(order.wanted.out_trade_no);
    }
    return order;
}

}  // namespace

std::string_view trade_status(const Order& order, Time now) {
    switch (order.state) {
        case OrderState::notpay:
            return "WAIT_BUYER_PAY";
        case OrderState::closed:
            return "TRADE_CLOSED";
        case OrderState::success:
            break;
    }
    if (order.refund_sums.refunded >= order.wanted.amount_total) {
        return "TRADE_CLOSED";
    }
    return order.paid && now > *order.paid + kRefundable ? "TRADE_FINISHED" : "TRADE_SUCCESS";
}

Notice alipay_notice(World& world, Order order, const AlipayTelling& telling) {
    const OrderKey key = order.key();
    const std::string notify_url = order.wanted.notify_url;
    if (!telling.refund) {
        // What was given back since is no part of the payment's notice.
        order.refund_sums = {};
    }
    Fields fields =
        trade_fields(world, told(world, order, telling.truth), world.nonces.token(kNoticeIdSize));
    if (telling.refund) {
        add_refund(fields, order, *telling.refund);
    }
    const auto refund_key = telling.refund ? std::optional(telling.refund->key()) : std::nullopt;
    return {
        .build =
            [&world, fields, notify_url, truth = telling.truth] {
                http::ClientRequest request{.method = "POST", .url = notify_url};
                request.total_timeout = world.settings.callback_timeout;
                request.body = signed_form(world, fields, truth);
                request.headers.add(
                    {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}
                );
                return request;
            },
        .note =
            [&world, key, refund_key](Books::Delivery delivery) {
                if (refund_key) {
                    world.refunds.note_callback(*refund_key, delivery);
                } else {
                    world.books.note_callback(key, delivery);
                }
            },
        .rules = NoticeRules::alipay
    };
}

}  // namespace sluice::simulator
