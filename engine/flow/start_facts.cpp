#include "flow/start_facts.hpp"

#include <chrono>
#include <utility>

namespace sluice::flow {
namespace {

Value milliseconds_of(Time time) {
    using std::chrono::milliseconds;
    return Value(
        std::int64_t{std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count()}
    );
}

Value leg_facts(const payment::Leg& leg) {
    Value value;
    value.set("number", leg.number);
    value.set("kind", payment::to_string(leg.kind));
    value.set("method", leg.method);
    value.set("scene", leg.scene);
    value.set("amount", leg.amount);
    return value;
}

/// False where none is named: scripts then need no other question.
Value account_facts(AccountId account) {
    return account.is_nil() ? Value(false) : Value(account.to_string());
}

Value source_facts(const payment::RefundSource& source) {
    Value value;
    value.set("instruction", source.instruction.to_string());
    value.set("kind", payment::to_string(source.kind));
    value.set("channel", source.channel);
    value.set("payment", PaymentId(source.payment.raw()).to_string());
    value.set("account", account_facts(source.account));
    value.set("amount", source.amount);
    value.set(
        "refundable",
        Money{source.amount.minor() - source.refunded.minor(), source.amount.currency()}
    );
    value.set("collected_at_ms", milliseconds_of(source.collected_at));
    return value;
}

template <class Items, class Facts>
Value list_of(const Items& items, Facts facts) {
    ValueArray list;
    for (const auto& item : items) {
        list.push_back(facts(item));
    }
    return Value(std::move(list));
}

void add_details(Value& value, const payment::Refund& refund) {
    value.set("reason", refund.reason);
    value.set("sources", list_of(refund.sources, source_facts));
    value.set("to_account", account_facts(refund.to_account));
    value.set("balance_account", account_facts(refund.balance_account));
    value.set("may_pay_out", !refund.payee.is_null());
    value.set("payout_method", refund.payout_method);
    value.set("is_conversion", !refund.converts.is_nil());
    value.set("is_surplus", refund.is_surplus);
}

void add_details(Value& value, const payment::Payout& payout) {
    value.set("fee", payout.fee);
    value.set("method", payout.method);
    value.set("is_compensation", !payout.order.is_nil());
}

void add_details(Value& value, const payment::Transfer& transfer) {
    value.set("fee", transfer.fee);
}

void add_details(Value& value, const std::monostate&) { (void)value; }

}  // namespace

Value start_facts(const payment::Picture& picture) {
    const auto& subject = picture.subject;
    const auto& order = picture.order;
    Value value;
    value.set("id", subject.name());
    value.set("service", payment::to_string(subject.service));
    value.set("amount", subject.amount);
    value.set("merchant_id", subject.merchant_id);
    const bool is_of_an_order =
        subject.service == payment::Service::payment || subject.service == payment::Service::refund;
    if (is_of_an_order) {
        value.set("product_code", order.product_code);
        value.set("order_id", order.id.to_string());
    }
    if (subject.service == payment::Service::payment) {
        value.set("expires_at_ms", milliseconds_of(order.expires_at));
        value.set("legs", list_of(picture.legs, leg_facts));
    }
    std::visit([&value](const auto& details) { add_details(value, details); }, picture.details);
    return value;
}

}  // namespace sluice::flow
