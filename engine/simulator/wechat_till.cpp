#include "simulator/wechat_till.hpp"

#include <chrono>
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

ApiError begun_elsewhere() {
    return {
        .status = 400,
        .code = "INVALID_REQUEST",
        .message = "the order was begun over the other API",
        .field = {}
    };
}

}  // namespace

ApiResult<Order> WechatTill::charge(
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

ApiResult<Order> WechatTill::undo(
    const OrderKey& key, WechatVersion version, const Deviation& deviation
) {
    const auto begun = world_.books.find(key, world_.now());
    if (begun && begun->wanted.version != version) {
        return refuse(begun_elsewhere());
    }
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

ApiResult<void> WechatTill::give_back(const Order& order) {
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
