#include "simulator/wechat_barcode.hpp"

#include <tuple>

namespace sluice::simulator {

namespace {

/// Above it the payer has to confirm on the phone, in fen.
constexpr std::int64_t kCodeWithoutConfirmationMax = 1'000'00;

ApiError payer_acts() {
    return {
        .status = 202, .code = "USERPAYING", .message = "the payer has to confirm", .field = {}
    };
}

/// The merchant of the call and the application must be those of the body.
ApiResult<void> check_owner(const Value& body, const Merchant& merchant) {
    if (body.text_or_empty("mchid") != merchant.mchid) {
        return parameter_error("/mchid", body.text_or_empty("mchid"), "mchid differs");
    }
    if (body.text_or_empty("appid") != merchant.appid) {
        return refuse(
            {.status = 400,
             .code = "APPID_MCHID_NOT_MATCH",
             .message = "appid and mchid do not belong together",
             .field = {}}
        );
    }
    return {};
}

}  // namespace

http::Response WechatBarcode::pay(const http::Request& request) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return refusal_answer(body.error());
    }
    if (const auto checked = check_owner(*body, *caller->merchant); !checked) {
        return refusal_answer(checked.error());
    }
    const auto wanted = read_code_order(*body, world_.now());
    if (!wanted) {
        return refusal_answer(wanted.error());
    }
    const WechatCall call{
        .operation = Operation::create,
        .caller = *caller,
        .address = {.mchid = wanted->mchid, .out_trade_no = wanted->out_trade_no}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        auto order = charge(*wanted, caller->signing_name, deviation);
        if (!order) {
            return refuse(order.error());
        }
        if (deviation.has(FaultKind::wrong_amount)) {
            ++order->wanted.amount_total;
        }
        return transaction_object(*order);
    });
}

ApiResult<Order> WechatBarcode::charge(
    const CreateOrder& wanted, SigningName name, const Deviation& deviation
) {
    const auto order = world_.books.create(wanted, name, world_.now());
    if (!order) {
        return order;
    }
    const auto delay = deviation.value_of(FaultKind::auto_pay);
    if (delay) {
        world_.scheduler.after(std::chrono::milliseconds(*delay), [this, key = order->key()] {
            std::ignore = world_.books.pay(key, world_.now());
        });
    }
    if (delay || order->creates > 1 || wanted.amount_total > kCodeWithoutConfirmationMax) {
        return refuse(payer_acts());
    }
    return world_.books.pay(order->key(), world_.now());
}

http::Response WechatBarcode::reverse(const http::Request& request, std::string_view number) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return refusal_answer(body.error());
    }
    if (const auto checked = check_owner(*body, *caller->merchant); !checked) {
        return refusal_answer(checked.error());
    }
    const OrderKey key{.mchid = caller->merchant->mchid, .out_trade_no = decoded(number)};
    const WechatCall call{
        .operation = Operation::close,
        .caller = *caller,
        .address = {.mchid = key.mchid, .out_trade_no = key.out_trade_no}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        const auto undone = undo(key, deviation);
        if (!undone) {
            return refuse(undone.error());
        }
        return Value(ValueObject{
            {"appid", undone->wanted.appid},
            {"mchid", key.mchid},
            {"out_trade_no", key.out_trade_no}
        });
    });
}

ApiResult<Order> WechatBarcode::undo(const OrderKey& key, const Deviation& deviation) {
    if (deviation.has(FaultKind::close_after_pay)) {
        std::ignore = world_.books.pay(key, world_.now());
    }
    auto order = world_.books.revoke(key, world_.now());
    if (order && order->state == OrderState::success) {
        if (const auto given = give_back(*order); !given) {
            return refuse(given.error());
        }
    }
    return order;
}

ApiResult<void> WechatBarcode::give_back(const Order& order) {
    const std::int64_t rest = order.wanted.amount_total - order.refund_sums.taken();
    if (rest == 0) {
        return {};
    }
    const RefundOrder wanted{
        .transaction_id = order.transaction_id,
        .out_trade_no = order.wanted.out_trade_no,
        .out_refund_no = order.wanted.out_trade_no,
        .notify_url = {},
        .amount_refund = rest,
        .amount_total = order.wanted.amount_total,
        .fingerprint = "reverse"
    };
    const auto refund = world_.refunds.create(wanted, {.mchid = order.wanted.mchid}, world_.now());
    if (!refund) {
        return refuse(refund.error());
    }
    std::ignore = world_.refunds.end(refund->key(), RefundStatus::success, world_.now());
    return {};
}

}  // namespace sluice::simulator
