#include "simulator/callbacks.hpp"

#include "simulator/alipay_notice.hpp"
#include "simulator/beijing.hpp"
#include "simulator/misbehaviour.hpp"
#include "simulator/platform_signature.hpp"

namespace sluice::simulator {

namespace {

constexpr const char* kAnotherMerchant = "1999999999";

std::string_view event_type(RefundStatus status) {
    switch (status) {
        case RefundStatus::closed:
            return "REFUND.CLOSED";
        case RefundStatus::abnormal:
            return "REFUND.ABNORMAL";
        case RefundStatus::processing:
        case RefundStatus::success:
            break;
    }
    return "REFUND.SUCCESS";
}

std::string_view summary(RefundStatus status) {
    switch (status) {
        case RefundStatus::closed:
            return "退款关闭";
        case RefundStatus::abnormal:
            return "退款异常";
        case RefundStatus::processing:
        case RefundStatus::success:
            break;
    }
    return "退款成功";
}

}  // namespace

bool Callbacks::may_notify(const std::string& owner, const std::string& url) const {
    if (const AlipayApp* app = world_.alipay.find_seller(owner)) {
        return app->may_be_notified_at(url);
    }
    const Merchant* merchant = world_.merchants.find(owner);
    return merchant != nullptr && merchant->may_be_notified_at(url);
}

bool Callbacks::may_tell(const Order& order) const {
    return may_notify(order.wanted.mchid, order.wanted.notify_url);
}

bool Callbacks::may_tell(const Refund& refund) const {
    return may_notify(refund.order.mchid, refund.wanted.notify_url);
}

void Callbacks::announce(const Order& order) {
    if (!may_tell(order)) {
        return;
    }
    const Deviation deviation = world_.faults.take(
        Operation::callback,
        {.mchid = order.wanted.mchid,
         .out_trade_no = order.wanted.out_trade_no,
         .protocol = std::string(world_.protocol_of(order.wanted.mchid))}
    );
    sender_.send(notice_of(order, truth_of(deviation)), deviation);
}

void Callbacks::announce(const Refund& refund) {
    if (!may_tell(refund)) {
        return;
    }
    const Deviation deviation = world_.faults.take(
        Operation::refund_callback,
        {.mchid = refund.order.mchid,
         .out_trade_no = refund.order.out_trade_no,
         .out_refund_no = refund.wanted.out_refund_no,
         .protocol = std::string(world_.protocol_of(refund.order.mchid))}
    );
    sender_.send(notice_of(refund, truth_of(deviation)), deviation);
}

void Callbacks::announce(Payout payout, const TransferTelling& telling) {
    const PayoutKey key = payout.key();
    if (payout.wanted.notify_url.empty() || !may_notify(key.account, payout.wanted.notify_url)) {
        return;
    }
    const Deviation deviation = world_.faults.take(
        Operation::payout_callback,
        {.account = key.account, .request_number = key.request_number, .protocol = "wechatpay"}
    );
    const CallbackTruth truth = truth_of(deviation);
    payout.wanted.amount += truth == CallbackTruth::wrong_amount ? 1 : 0;
    if (truth == CallbackTruth::wrong_merchant) {
        payout.account = kAnotherMerchant;
    }
    if (truth == CallbackTruth::wrong_number) {
        payout.wanted.request_number = another_number(key.request_number);
    }
    const Message message{
        .merchant = world_.merchants.find(key.account),
        .name = telling.signing_name,
        .truth = truth,
        .notify_url = payout.wanted.notify_url,
        .id = world_.nonces.uuid(),
        .created = payout.finished.value_or(world_.now()),
        .event_type = telling.event_type,
        .original_type = "mch_payment",
        .summary = "商家转账单据终态通知",
        .content = to_json(telling.object(payout))
    };
    sender_.send(
        {.build = [this, message] { return build(message); },
         .note = [this, key](Books::Delivery delivery
                 ) { world_.transfers.note_callback(key, delivery); }},
        deviation
    );
}

int Callbacks::send_now(const Order& order, CallbackTruth truth) {
    return sender_.send_now(notice_of(order, truth));
}

int Callbacks::send_now(const Refund& refund, CallbackTruth truth) {
    return sender_.send_now(notice_of(refund, truth));
}

Notice Callbacks::notice_of(Order order, CallbackTruth truth) {
    const OrderKey key = order.key();
    if (order.wanted.provider == Provider::alipay) {
        return alipay_notice(world_, std::move(order), {.truth = truth});
    }
    Message message{
        .merchant = world_.merchants.find(key.mchid),
        .name = order.signing_name,
        .truth = truth,
        .notify_url = order.wanted.notify_url,
        .id = world_.nonces.uuid(),
        .event_type = "TRANSACTION.SUCCESS",
        .original_type = "transaction",
        .summary = "支付成功",
        .content = {}
    };
    if (order.state != OrderState::success) {
        // Only forgeries speak of an order that was not paid.
        order.state = OrderState::success;
        order.paid = world_.now();
        order.transaction_id = world_.nonces.transaction_id(world_.now());
    }
    // What was refunded since is no part of the payment's callback.
    order.refund_sums = {};
    order.wanted.amount_total += truth == CallbackTruth::wrong_amount ? 1 : 0;
    if (truth == CallbackTruth::wrong_merchant) {
        order.wanted.mchid = kAnotherMerchant;
    }
    if (truth == CallbackTruth::wrong_number) {
        order.wanted.out_trade_no = another_number(key.out_trade_no);
    }
    message.created = order.paid.value_or(world_.now());
    const Value told = transaction_object(order);
    const bool is_wrong = truth == CallbackTruth::wrong_currency;
    message.content = to_json(is_wrong ? in_another_currency(told) : told);
    return {
        .build = [this, message] { return build(message); },
        .note = [this, key](Books::Delivery delivery) { world_.books.note_callback(key, delivery); }
    };
}

Notice Callbacks::notice_of(Refund refund, CallbackTruth truth) {
    const RefundKey key = refund.key();
    if (world_.alipay.find_seller(key.mchid) != nullptr) {
        const auto order = world_.books.find(refund.order, world_.now());
        return alipay_notice(
            world_, order.value_or(Order{}), {.truth = truth, .refund = std::move(refund)}
        );
    }
    if (refund.status == RefundStatus::processing) {
        // Only forgeries speak of a refund that has not ended.
        refund.status = RefundStatus::success;
        refund.succeeded = world_.now();
    }
    Message message{
        .merchant = world_.merchants.find(key.mchid),
        .name = refund.signing_name,
        .truth = truth,
        .notify_url = refund.wanted.notify_url,
        .id = world_.nonces.uuid(),
        .created = refund.ended.value_or(world_.now()),
        .event_type = event_type(refund.status),
        .original_type = "refund",
        .summary = summary(refund.status),
        .content = {}
    };
    refund.wanted.amount_refund += truth == CallbackTruth::wrong_amount ? 1 : 0;
    if (truth == CallbackTruth::wrong_merchant) {
        refund.order.mchid = kAnotherMerchant;
    }
    if (truth == CallbackTruth::wrong_number) {
        refund.wanted.out_refund_no = another_number(key.out_refund_no);
    }
    message.content = to_json(refund_notice(refund));
    return {
        .build = [this, message] { return build(message); },
        .note = [this,
                 key](Books::Delivery delivery) { world_.refunds.note_callback(key, delivery); }
    };
}

http::ClientRequest Callbacks::build(const Message& message) {
    const bool forged = message.truth == CallbackTruth::forged;
    const std::string api_v3_key =
        forged ? world_.nonces.token(32) : message.merchant->api_v3_key.reveal();
    Value resource = sealed_resource(
        world_,
        {.api_v3_key = api_v3_key, .associated_data = message.original_type},
        message.content
    );
    resource.set("original_type", message.original_type);
    http::ClientRequest request{.method = "POST", .url = message.notify_url};
    request.total_timeout = world_.settings.callback_timeout;
    request.body = to_json(Value(ValueObject{
        {"id", message.id},
        {"create_time", format_rfc3339_offset(message.created, kBeijing)},
        {"resource_type", "encrypt-resource"},
        {"event_type", message.event_type},
        {"summary", message.summary},
        {"resource", std::move(resource)}
    }));
    request.headers.add({"Content-Type", "application/json"});
    request.headers.add({"User-Agent", "Mozilla/4.0"});
    const bool wrong = forged || message.truth == CallbackTruth::bad_signature;
    add_platform_signature(
        world_,
        request.headers,
        request.body,
        {.name = message.name, .quality = wrong ? SignatureQuality::wrong : SignatureQuality::right}
    );
    return request;
}

}  // namespace sluice::simulator
