#include "simulator/refund_order.hpp"

#include <algorithm>

#include "simulator/body_reader.hpp"

namespace sluice::simulator {

namespace {

constexpr TextRule kTransaction{
    .pointer = "/transaction_id", .need = Need::optional, .bytes_max = 32
};
constexpr TextRule kRefundedTradeNo{
    .pointer = "/out_trade_no", .need = Need::optional, .bytes_max = 32
};
constexpr TextRule kOutRefundNo{.pointer = "/out_refund_no", .bytes_max = 64};
constexpr TextRule kReason{.pointer = "/reason", .need = Need::optional, .bytes_max = 80};
constexpr TextRule kFundsAccount{
    .pointer = "/funds_account", .need = Need::optional, .bytes_max = 32
};
constexpr TextRule kRefundCurrency{.pointer = "/amount/currency", .bytes_max = 16};

/// The body without what names the payment: a repeat may name it by its other number.
std::string fingerprint_of(const Value& body) {
    ValueObject rest = *body.as_object();
    std::erase_if(rest, [](const ValueMember& member) {
        return member.first == kTransaction.pointer.substr(1) ||
               member.first == kRefundedTradeNo.pointer.substr(1);
    });
    return to_json(sorted_by_name(Value(std::move(rest))));
}

void read_amount(BodyReader& reader, const Value& body, RefundOrder& order) {
    order.amount_refund = reader.amount("/amount/refund");
    order.amount_total = reader.amount("/amount/total");
    reader.require(
        order.amount_refund <= order.amount_total,
        "/amount/refund",
        "the refund is greater than the total"
    );
    reader.currency(kRefundCurrency);
    const Value* amount = body.find("amount");
    reader.require(
        amount == nullptr || amount->find("from") == nullptr,
        "/amount/from",
        "this simulator takes refunds from the available funds only"
    );
}

}  // namespace

bool is_out_refund_no(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view("_-|*@").contains(c);
    });
}

ApiResult<RefundOrder> read_refund_order(const Value& body) {
    BodyReader reader(body);
    RefundOrder order;
    order.transaction_id = reader.text(kTransaction);
    order.out_trade_no = reader.text(kRefundedTradeNo);
    reader.require(
        !order.transaction_id.empty() || !order.out_trade_no.empty(),
        kTransaction.pointer,
        "transaction_id or out_trade_no is required"
    );
    order.out_refund_no = reader.text(kOutRefundNo);
    reader.require(
        is_out_refund_no(order.out_refund_no),
        kOutRefundNo.pointer,
        "out_refund_no must have 1 to 64 characters of 0-9 A-Z a-z _ - | * @"
    );
    reader.text(kReason);
    order.notify_url = reader.notify_url(kOptionalNotifyUrl);
    const std::string funds = reader.text(kFundsAccount);
    reader.require(
        funds.empty() || funds == "AVAILABLE",
        kFundsAccount.pointer,
        "funds_account must be AVAILABLE"
    );
    read_amount(reader, body, order);
    if (const auto& error = reader.error()) {
        return refuse(*error);
    }
    order.fingerprint = fingerprint_of(body);
    return order;
}

}  // namespace sluice::simulator
