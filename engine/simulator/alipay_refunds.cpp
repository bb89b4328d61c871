#include "simulator/alipay_refunds.hpp"

#include "simulator/alipay_order.hpp"
#include "simulator/alipay_trade.hpp"
#include "simulator/beijing.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

namespace {

constexpr int kRefundsMax = 1'000'000;

FaultAddress address_of(const Order& order) {
    return {.mchid = order.wanted.mchid, .out_trade_no = order.wanted.out_trade_no};
}

}  // namespace

http::Response AlipayRefunds::create(const AlipayCall& call) {
    const auto known = check_content(
        call.content,
        {"out_trade_no",
         "trade_no",
         "refund_amount",
         "out_request_no",
         "refund_reason",
         "query_options"}
    );
    const auto order = known ? trade_named_in(world_, call) : refuse(known.error());
    FaultAddress address = order ? address_of(*order) : FaultAddress{};
    address.mchid = call.app->seller_id;
    address.out_refund_no = call.content.text_or_empty("out_request_no");
    const FaultTarget target{.operation = Operation::refund, .address = std::move(address)};
    return exchange_.perform(call, target, [&](const Deviation& deviation) {
        return order ? give_back(call, *order, deviation) : refuse(order.error());
    });
}

RefundOrder AlipayRefunds::order_of(const Order& order, std::int64_t amount) {
    RefundOrder wanted;
    wanted.transaction_id = order.transaction_id;
    wanted.notify_url = order.wanted.notify_url;
    wanted.amount_refund = amount;
    wanted.amount_total = order.wanted.amount_total;
    return wanted;
}

ApiResult<Value> AlipayRefunds::give_back(
    const AlipayCall& call, const Order& order, const Deviation& deviation
) {
    const auto amount = fen_of(call.content.text_or_empty("refund_amount"));
    RefundOrder wanted = order_of(order, amount.value_or(0));
    wanted.out_refund_no = call.content.text_or_empty("out_request_no");
    if (!amount || !is_alipay_number(wanted.out_refund_no)) {
        return refuse(business_error("INVALID_PARAMETER"));
    }
    const RefundKey key{order.wanted.mchid, wanted.out_refund_no};
    if (deviation.has(FaultKind::not_enough) && !world_.refunds.find(key)) {
        return refuse(business_error("SELLER_BALANCE_NOT_ENOUGH"));
    }
    const Refunds::Caller caller{
        .mchid = key.mchid,
        .gap = std::chrono::milliseconds(world_.refund_gap_ms),
        .refunds_max = kRefundsMax
    };
    const auto refund = world_.refunds.create(wanted, caller, world_.now());
    if (!refund) {
        return refuse(refund.error());
    }
    const bool moved = refund->creates == 1 && run_its_course(*refund, deviation);
    const auto after = world_.books.find(order.key(), world_.now());
    std::int64_t so_far = after ? after->refund_sums.refunded : 0;
    // The sum is all that an answer tells: only an impossible one can be seen to be wrong.
    so_far += deviation.has(FaultKind::wrong_amount) ? order.wanted.amount_total : 0;
    const bool is_wrong = deviation.has(FaultKind::wrong_number);
    const std::string& number = order.wanted.out_trade_no;
    return Value(ValueObject{
        {"trade_no", order.transaction_id},
        {"out_trade_no", is_wrong ? another_number(number) : number},
        {"buyer_logon_id", kBuyerLogonId},
        {"fund_change", moved ? "Y" : "N"},
        {"refund_fee", yuan_of(so_far)}
    });
}

bool AlipayRefunds::run_its_course(const Refund& refund, const Deviation& deviation) {
    const RefundKey key = refund.key();
    const bool fails =
        deviation.has(FaultKind::refund_closed) || deviation.has(FaultKind::refund_abnormal);
    const RefundStatus to = fails ? RefundStatus::closed : RefundStatus::success;
    if (deviation.has(FaultKind::early)) {
        const auto ended = world_.refunds.end(key, to, world_.now());
        if (ended && callbacks_.may_tell(*ended)) {
            callbacks_.send_now(*ended, CallbackTruth::resend);
        }
        return !fails;
    }
    const std::chrono::milliseconds delay(
        deviation.value_of(FaultKind::processing_ms).value_or(world_.refund_delay_ms)
    );
    if (delay.count() > 0) {
        world_.scheduler.after(delay, [this, key, to] { end(key, to); });
        return false;
    }
    end(key, to);
    return !fails;
}

void AlipayRefunds::end(const RefundKey& key, RefundStatus to) {
    if (const auto ended = world_.refunds.end(key, to, world_.now())) {
        callbacks_.announce(*ended);
    }
}

ApiResult<Refund> AlipayRefunds::give_back_everything(const OrderKey& key) {
    const auto order = world_.books.find(key, world_.now());
    if (!order) {
        return refuse(business_error("TRADE_NOT_EXIST"));
    }
    RefundOrder wanted = order_of(*order, order->wanted.amount_total - order->refund_sums.taken());
    wanted.out_refund_no = order->wanted.out_trade_no;
    const Refunds::Caller caller{.mchid = key.mchid, .refunds_max = kRefundsMax};
    auto refund = world_.refunds.create(wanted, caller, world_.now());
    if (refund) {
        end(refund->key(), RefundStatus::success);
    }
    return refund;
}

http::Response AlipayRefunds::query(const AlipayCall& call) {
    const auto known = check_content(
        call.content, {"out_trade_no", "trade_no", "out_request_no", "query_options"}
    );
    const auto order = known ? trade_named_in(world_, call) : refuse(known.error());
    const std::string number(call.content.text_or_empty("out_request_no"));
    FaultAddress address = order ? address_of(*order) : FaultAddress{};
    address.mchid = call.app->seller_id;
    address.out_refund_no = number;
    const FaultTarget target{.operation = Operation::refund_query, .address = std::move(address)};
    return exchange_.perform(call, target, [&](const Deviation& deviation) -> ApiResult<Value> {
        if (!order) {
            return refuse(order.error());
        }
        const auto refund = world_.refunds.query({call.app->seller_id, number});
        const bool is_there = refund && refund->order == order->key() &&
                              refund->status == RefundStatus::success &&
                              !deviation.has(FaultKind::not_found);
        if (!is_there) {
            return Value(ValueObject{});
        }
        const std::int64_t more = deviation.has(FaultKind::wrong_amount) ? 1 : 0;
        const bool is_wrong = deviation.has(FaultKind::wrong_number);
        return Value(ValueObject{
            {"trade_no", refund->transaction_id},
            {"out_trade_no", order->wanted.out_trade_no},
            {"out_request_no", is_wrong ? another_number(number) : number},
            {"total_amount", yuan_of(order->wanted.amount_total)},
            {"refund_amount", yuan_of(refund->wanted.amount_refund + more)},
            {"refund_status", "REFUND_SUCCESS"},
            {"gmt_refund_pay", beijing_time(refund->succeeded.value_or(world_.now()))}
        });
    });
}

}  // namespace sluice::simulator
