#include "simulator/alipay_trade.hpp"

#include "simulator/alipay_exchange.hpp"
#include "simulator/alipay_notice.hpp"
#include "simulator/alipay_order.hpp"
#include "simulator/beijing.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

ApiResult<Order> trade_named_in(World& world, const AlipayCall& call) {
    const std::string& seller = call.app->seller_id;
    const std::string trade(call.content.text_or_empty("trade_no"));
    const std::string number(call.content.text_or_empty("out_trade_no"));
    if (trade.empty() && number.empty()) {
        return refuse(business_error("INVALID_PARAMETER"));
    }
    const auto order = trade.empty() ? world.books.find({seller, number}, world.now())
                                     : world.books.find_transaction({seller, trade}, world.now());
    if (!order || !order->scanned) {
        return refuse(business_error("TRADE_NOT_EXIST"));
    }
    return *order;
}

Value trade_object(Order order, const Deviation& deviation, Time now) {
    if (deviation.has(FaultKind::wrong_amount)) {
        ++order.wanted.amount_total;
    }
    if (deviation.has(FaultKind::wrong_number)) {
        order.wanted.out_trade_no = another_number(order.wanted.out_trade_no);
    }
    const std::string amount = yuan_of(order.wanted.amount_total);
    Value out(ValueObject{
        {"trade_no", order.transaction_id},
        {"out_trade_no", order.wanted.out_trade_no},
        {"trade_status", trade_status(order, now)},
        {"total_amount", amount},
        {"buyer_logon_id", kBuyerLogonId},
        {"buyer_user_id", order.payer_openid}
    });
    if (order.paid) {
        out.set("receipt_amount", amount);
        out.set("buyer_pay_amount", amount);
        out.set("send_pay_date", beijing_time(*order.paid));
        out.set("gmt_payment", beijing_time(*order.paid));
    }
    return out;
}

}  // namespace sluice::simulator
