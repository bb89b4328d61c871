#include "faults/scene_shop.hpp"

#include <stdexcept>

namespace sluice::testing {

Reply SceneShop::pay(const SceneOrder& order, const std::string& prefer) {
    Value leg(ValueObject{
        {"kind", "external"},
        {"method", order.method},
        {"scene", order.scene},
        {"amount", order.amount}
    });
    if (!order.payer.is_null()) {
        leg.set("payer", order.payer);
    }
    const Value body(ValueObject{
        {"order",
         Value(ValueObject{
             {"merchant_order_number", order.number},
             {"amount", order.amount},
             {"currency", "CNY"},
             {"description", "两斤橙子"},
             {"expires_in_seconds", order.expires_in_seconds}
         })},
        {"legs", ValueArray{leg}}
    });
    if (prefer.empty()) {
        return cluster_.api().post("/v1/payments", body);
    }
    return cluster_.api().post("/v1/payments", body, {{"Prefer", prefer}});
}

PaymentView SceneShop::begin(const SceneOrder& order, const std::string& prefer) {
    const Reply reply = pay(order, prefer);
    if (reply.status != 201) {
        throw std::runtime_error("no payment was begun: " + to_json(reply.body) + reply.why);
    }
    return PaymentView(reply.body);
}

Value SceneShop::action(const std::string& id) {
    const Reply shown = cluster_.api().get("/v1/payments/" + id);
    const Value* action = shown.body.find("next_action");
    return action == nullptr ? Value() : *action;
}

std::int64_t SceneShop::booked(const std::string& gl) const {
    return std::stoll(cluster_.query_one(
        "SELECT coalesce(sum(e.side * e.amount), 0)::text FROM sluice.entry e "
        "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '" +
        gl + "'"
    ));
}

std::int64_t SceneShop::given_back(const std::string& channel_number) {
    std::int64_t sum = 0;
    for (const ChannelRefund& each : cluster_.psp().refunds(channel_number)) {
        sum += each.status == "SUCCESS" ? each.amount : 0;
    }
    return sum;
}

}  // namespace sluice::testing
