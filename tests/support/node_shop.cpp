#include "support/node_shop.hpp"

#include <stdexcept>

#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

Value must_be_ok(const Reply& reply, const std::string& doing) {
    if (reply.status != 200 && reply.status != 201) {
        throw std::runtime_error(doing + ": " + std::to_string(reply.status) + " " + reply.why);
    }
    return reply.body;
}

}  // namespace

Value body_of(const CompositeOrder& order) {
    return Value(ValueObject{
        {"order",
         Value(ValueObject{
             {"merchant_order_number", order.number},
             {"amount", kWhole},
             {"currency", "CNY"},
             {"description", order.description},
             {"expires_in_seconds", order.expires_in_seconds}
         })},
        {"legs",
         ValueArray{
             Value(ValueObject{
                 {"kind", "internal"},
                 {"method", "prepaid_card"},
                 {"account_id", order.card},
                 {"amount", kCardPart}
             }),
             Value(ValueObject{
                 {"kind", "external"},
                 {"method", "wechatpay"},
                 {"scene", "qr"},
                 {"amount", kChannelPart}
             })
         }}
    });
}

std::string PaymentView::order_status() const {
    const Value* order = body_.find("order");
    return order == nullptr ? std::string() : text(*order, "status");
}

std::string PaymentView::failure_code() const {
    const Value* failure = body_.find("failure");
    return failure == nullptr ? std::string() : text(*failure, "code");
}

std::string PaymentView::code_url() const {
    const Value* action = body_.find("next_action");
    return action == nullptr ? std::string() : text(*action, "code_url");
}

std::string PaymentView::channel_number() const {
    const std::string id = last("external", "id");
    return id.empty() ? id : id.substr(id.find('_') + 1);
}

std::string PaymentView::last(std::string_view kind, std::string_view member) const {
    const Value* list = body_.find("instructions");
    std::string found;
    if (list == nullptr || list->as_array() == nullptr) {
        return found;
    }
    for (const Value& instruction : *list->as_array()) {
        if (instruction.text_or_empty("kind") == kind) {
            found = text(instruction, member);
        }
    }
    return found;
}

CompositeOrder Shop::next_order() {
    return {.number = "order-" + std::to_string(++orders_), .card = cluster_.cards().front()};
}

PaymentView Shop::begin(const CompositeOrder& order) {
    // While nodes that have just started share the buckets out, some are nobody's for a moment.
    Reply reply;
    (void)eventually([&] {
        reply = cluster_.api().post("/v1/payments", body_of(order));
        return reply.status != 503;
    });
    return PaymentView(must_be_ok(reply, "paying " + order.number));
}

PaymentView Shop::payment(const std::string& id) {
    return PaymentView(must_be_ok(cluster_.api().get("/v1/payments/" + id), "payment " + id));
}

PaymentView Shop::wait_for_status(const std::string& id, const std::string& status) {
    PaymentView view(Value{});
    const bool reached = eventually([&] {
        view = payment(id);
        return view.status() == status;
    });
    static_cast<void>(reached);
    return view;
}

PaymentView Shop::close(const std::string& id) {
    return PaymentView(
        must_be_ok(cluster_.api().post("/v1/payments/" + id + "/close"), "closing " + id)
    );
}

Value Shop::card() {
    const std::string path = "/v1/accounts/" + cluster_.cards().front();
    return must_be_ok(cluster_.api().get(path), "the card");
}

std::int64_t Shop::card_balance() { return card().int_or("balance", -1); }

std::int64_t Shop::card_held() { return card().int_or("held", -1); }

}  // namespace sluice::testing
