#include "simulator/callbacks.hpp"

#include <algorithm>
#include <array>

#include "simulator/platform_signature.hpp"

namespace sluice::simulator {

namespace {

/// Seconds after a failed attempt: 15 more attempts in about a day.
constexpr std::array kLadder{
    15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600
};

bool is_acknowledged(const http::ClientResult& answer) {
    return answer && (answer->status == 200 || answer->status == 204);
}

CallbackTruth truth_of(const Deviation& deviation) {
    if (deviation.has(FaultKind::wrong_amount)) {
        return CallbackTruth::wrong_amount;
    }
    if (deviation.has(FaultKind::wrong_merchant)) {
        return CallbackTruth::wrong_merchant;
    }
    return deviation.has(FaultKind::bad_signature) ? CallbackTruth::bad_signature
                                                   : CallbackTruth::resend;
}

}  // namespace

std::optional<CallbackTruth> parse_callback_truth(std::string_view text) {
    if (text == "resend") {
        return CallbackTruth::resend;
    }
    if (text == "forged") {
        return CallbackTruth::forged;
    }
    if (text == "wrong_amount") {
        return CallbackTruth::wrong_amount;
    }
    if (text == "wrong_merchant") {
        return CallbackTruth::wrong_merchant;
    }
    return text == "bad_signature" ? std::optional(CallbackTruth::bad_signature) : std::nullopt;
}

void Callbacks::announce(const Order& order) {
    const Merchant* merchant = world_.merchants.find(order.wanted.mchid);
    if (merchant == nullptr || !merchant->may_be_notified_at(order.wanted.notify_url)) {
        return;
    }
    const Deviation deviation = world_.faults.take(
        {.operation = Operation::callback,
         .mchid = order.wanted.mchid,
         .out_trade_no = order.wanted.out_trade_no}
    );
    if (deviation.has(FaultKind::missing)) {
        return;
    }
    const std::int64_t copies_wanted = deviation.value_of(FaultKind::duplicate).value_or(1);
    const std::int64_t copies = copies_wanted == 0 ? 2 : std::min<std::int64_t>(copies_wanted, 100);
    const std::chrono::milliseconds delay(deviation.value_of(FaultKind::late_ms).value_or(0));
    const Notice notice{.order = order, .truth = truth_of(deviation), .id = world_.ids.uuid()};
    for (std::int64_t i = 0; i < copies; ++i) {
        world_.scheduler.after(delay, [this, notice] { attempt(notice); });
    }
}

int Callbacks::send_now(const Order& order, CallbackTruth truth) {
    world_.books.note_callback(order.key(), Books::Delivery::sent);
    const http::ClientResult answer =
        http::fetch(client_, build({.order = order, .truth = truth, .id = world_.ids.uuid()}));
    if (is_acknowledged(answer)) {
        world_.books.note_callback(order.key(), Books::Delivery::acknowledged);
    }
    return answer ? answer->status : 0;
}

http::ClientRequest Callbacks::build(const Notice& notice) {
    Order order = notice.order;
    if (order.state != OrderState::success) {
        // Only forgeries speak of an order that was not paid.
        order.state = OrderState::success;
        order.paid = world_.now();
        order.transaction_id = world_.ids.transaction_id(world_.now());
    }
    if (notice.truth == CallbackTruth::wrong_amount) {
        ++order.wanted.amount_total;
    }
    const std::string notify_url = order.wanted.notify_url;
    const SigningName name = order.signing_name;
    const Merchant* merchant = world_.merchants.find(order.wanted.mchid);
    if (notice.truth == CallbackTruth::wrong_merchant) {
        order.wanted.mchid = "1999999999";
    }
    const bool forged = notice.truth == CallbackTruth::forged;
    const std::string api_v3_key = forged ? world_.ids.token(32) : merchant->api_v3_key.reveal();
    Value resource = sealed_resource(
        world_,
        {.api_v3_key = api_v3_key, .associated_data = "transaction"},
        to_json(transaction_object(order))
    );
    resource.set("original_type", "transaction");
    http::ClientRequest request{.method = "POST", .url = notify_url};
    request.total_timeout = world_.settings.callback_timeout;
    request.body = to_json(Value(ValueObject{
        {"id", notice.id},
        {"create_time",
         format_rfc3339_offset(order.paid.value_or(world_.now()), std::chrono::hours(8))},
        {"resource_type", "encrypt-resource"},
        {"event_type", "TRANSACTION.SUCCESS"},
        {"summary", "支付成功"},
        {"resource", std::move(resource)}
    }));
    request.headers.add({"Content-Type", "application/json"});
    request.headers.add({"User-Agent", "Mozilla/4.0"});
    const bool wrong = forged || notice.truth == CallbackTruth::bad_signature;
    add_platform_signature(
        world_,
        request.headers,
        request.body,
        {.name = name, .quality = wrong ? SignatureQuality::wrong : SignatureQuality::right}
    );
    return request;
}

void Callbacks::attempt(Notice notice) {
    world_.books.note_callback(notice.order.key(), Books::Delivery::sent);
    http::ClientRequest request = build(notice);
    client_.send(std::move(request), [this, notice = std::move(notice)](http::ClientResult answer) {
        after_attempt(notice, answer);
    });
}

void Callbacks::after_attempt(Notice notice, const http::ClientResult& answer) {
    if (is_acknowledged(answer)) {
        world_.books.note_callback(notice.order.key(), Books::Delivery::acknowledged);
        return;
    }
    if (notice.attempt >= kLadder.size()) {
        return;
    }
    const std::chrono::microseconds pause =
        world_.settings.ladder_second * kLadder.at(notice.attempt);
    ++notice.attempt;
    world_.scheduler.after(pause, [this, notice = std::move(notice)]() mutable {
        attempt(std::move(notice));
    });
}

}  // namespace sluice::simulator
