#include "faults/order_caller.hpp"

#include <algorithm>
#include <thread>

#include "faults/refund_caller.hpp"

namespace sluice::testing {
namespace {

constexpr int kLooksMax = 12;
constexpr std::string_view kPaymentRefusals[] = {
    "order_not_open", "more_than_due", "payment_unresolved", "rival_succeeded"
};

bool is_final(std::string_view status) {
    return status == "succeeded" || status == "failed" || status == "closed";
}

}  // namespace

OrderCaller::OrderCaller(Town& town, std::string number, const OrderWish& wish)
    : town_(town),
      wish_(wish),
      life_{
          .number = std::move(number),
          .model = OrderModel(wish.amount),
          .purse = town.purse(wish.is_in_dollars)
      } {}

void OrderCaller::perform() {
    if (!wish_.is_one_request) {
        open();
    }
    for (const PaymentWish& each : wish_.payments) {
        pay(each);
    }
    if (life_.id.empty()) {
        return;
    }
    if (wish_.is_closed) {
        close();
    }
    pay_late();
    look_at_payments();
    for (const RefundWish& each : wish_.refunds) {
        RefundCaller(town_, life_).perform(each);
    }
}

Value OrderCaller::order_body(std::int64_t amount) const {
    return Value(ValueObject{
        {"merchant_order_number", life_.number},
        {"amount", amount},
        {"currency", life_.purse.currency},
        {"description", "an order of the workload"},
        {"expires_in_seconds", town_.expires_in_seconds}
    });
}

void OrderCaller::open() {
    NumberedCall call(town_, "/v1/orders", order_body(wish_.amount));
    life_.id = call.send();
    if (life_.id.empty()) {
        town_.notes.complain("an order was not taken: " + call.shown());
        return;
    }
    note_order();
    call.send_again(wish_.again, order_body(wish_.amount + 1), "merchant_order_number_reused");
}

void OrderCaller::note_order() {
    town_.notes.add(
        life_.id,
        OrderTold{
            .amount = wish_.amount, .merchant = town_.merchant, .currency = life_.purse.currency
        }
    );
}

std::vector<LegAsked> OrderCaller::legs_of(const PaymentWish& wish, std::int64_t amount) const {
    const std::string& card = chosen_of(life_.purse.cards, life_.number);
    const std::string& balance = chosen_of(life_.purse.balances, life_.number);
    const auto& [first, second] = wish.scenes;
    const std::int64_t third = amount / 3;
    const Shape least = wish_.is_in_dollars ? Shape::balance : Shape::channel;
    switch (third > 0 ? wish.shape : least) {
        case Shape::card:
            return {{card, amount}};
        case Shape::balance:
            return {{balance, amount}};
        case Shape::card_and_balance:
            return {{card, third}, {balance, amount - third}};
        case Shape::channel:
            return {{"", amount, first}};
        case Shape::card_and_channel:
            return {{card, third}, {"", amount - third, first}};
        case Shape::all_kinds:
            return {{balance, third}, {card, third}, {"", amount - 2 * third, first}};
        case Shape::two_channels:
            return {{card, third}, {"", third, first}, {"", amount - 2 * third, second}};
    }
    return {};
}

Value OrderCaller::leg_body(const LegAsked& leg) const {
    if (leg.account.empty()) {
        const std::size_t slash = leg.scene.find('/');
        const std::string method = leg.scene.substr(0, slash);
        const std::string scene = leg.scene.substr(slash + 1);
        Value body(ValueObject{
            {"kind", "external"}, {"method", method}, {"scene", scene}, {"amount", leg.amount}
        });
        if (scene == "barcode") {
            body.set("payer", Value(ValueObject{{"auth_code", town_.notes.next_code(method)}}));
        }
        return body;
    }
    const auto& cards = life_.purse.cards;
    const bool is_card = std::ranges::find(cards, leg.account) != cards.end();
    return Value(ValueObject{
        {"kind", "internal"},
        {"method", is_card ? "prepaid_card" : "balance"},
        {"account_id", leg.account},
        {"amount", leg.amount}
    });
}

Value OrderCaller::payment_body(const std::vector<LegAsked>& legs) const {
    ValueArray list;
    for (const LegAsked& leg : legs) {
        list.push_back(leg_body(leg));
    }
    Value body(ValueObject{{"legs", std::move(list)}});
    if (life_.id.empty()) {
        body.set("order", order_body(wish_.amount));
    } else {
        body.set("order_id", life_.id);
    }
    return body;
}

/// The same request once or twice at once; the key makes them one payment.
std::vector<NumberedCall> OrderCaller::send_payment(const PaymentWish& wish, const Value& body) {
    const std::string key = life_.number + "-" + std::to_string(++life_.requests);
    std::vector<NumberedCall> calls(wish.is_sent_twice ? 2 : 1, {town_, "/v1/payments", body});
    std::vector<std::thread> senders;
    for (NumberedCall& call : calls) {
        senders.emplace_back([&call, &key] { call.send({{"Idempotency-Key", key}}); });
    }
    for (std::thread& sender : senders) {
        sender.join();
    }
    return calls;
}

void OrderCaller::pay(const PaymentWish& wish) {
    const std::int64_t due = life_.model.due();
    const bool is_first = life_.id.empty();
    // More than the whole is a bad request while the order comes with it: nothing to learn.
    const int percent = is_first ? std::min(wish.share_percent, 100) : wish.share_percent;
    const auto legs = legs_of(wish, due == 0 ? 1 : share_of(due, percent));
    const auto calls = send_payment(wish, payment_body(legs));
    // A refusal leaves nothing of the key: the other of two may still have begun.
    const auto taken = std::ranges::find_if(calls, &NumberedCall::is_taken);
    const NumberedCall& first = taken == calls.end() ? calls.front() : *taken;
    for (const NumberedCall& call : calls) {
        if (call.is_taken() && call.reply().text("id") != first.reply().text("id")) {
            town_.notes.complain("sent twice, begun twice: " + call.shown());
        }
    }
    if (take_payment(first, legs)) {
        let_the_payer_act(life_.payments.back(), wish);
    }
}

bool OrderCaller::take_payment(const NumberedCall& call, const std::vector<LegAsked>& legs) {
    std::int64_t amount = 0;
    for (const LegAsked& leg : legs) {
        amount += leg.amount;
    }
    if (!call.is_taken()) {
        const bool is_known = std::ranges::find(kPaymentRefusals, call.reply().text("code")) !=
                              std::end(kPaymentRefusals);
        if (!is_known) {
            town_.notes.complain("no reason to refuse: " + call.shown());
        }
        return false;
    }
    if (life_.id.empty()) {
        life_.id = call.reply().text("order_id");
        note_order();
    }
    if (life_.model.judge_payment(amount) == Verdict::must_be_refused) {
        town_.notes.complain("more than is due was taken: " + call.shown());
    }
    const std::string payment = call.reply().text("id");
    town_.notes.add(
        payment,
        PaymentTold{
            .order = life_.id,
            .legs = legs,
            .merchant = town_.merchant,
            .currency = life_.purse.currency
        }
    );
    life_.model.payment_begun(payment, amount);
    life_.payments.push_back(payment);
    return true;
}

/// Looks at the payment as a payer does, and pays each code that is shown.
void OrderCaller::let_the_payer_act(const std::string& payment, const PaymentWish& wish) {
    for (int look = 0; look < kLooksMax; ++look) {
        const std::string wait = look == 0 ? "wait=0" : "wait=1";
        const Reply seen = town_.api.get("/v1/payments/" + payment, {{"Prefer", wait}});
        life_.model.payment_is(payment, seen.text("status"));
        if (is_final(seen.text("status"))) {
            look_at_codes(seen.body);
            break;
        }
        look_at_codes(seen.body);
        if (wish.payer != Payer::now && !life_.shown_codes.empty()) {
            return;
        }
        for (const std::string& code : life_.shown_codes) {
            pay_at_channel(code);
        }
    }
    make_noise(wish.noise);
}

/// What is to be paid at a channel, and what a payer's own code has paid.
void OrderCaller::look_at_codes(const Value& payment) {
    const Value* instructions = payment.find("instructions");
    for (const Value& each : instructions == nullptr ? ValueArray{} : *instructions->as_array()) {
        const std::string id(each.text_or_empty("id"));
        const bool is_code =
            each.text_or_empty("kind") == "external" && each.text_or_empty("purpose") == "collect";
        if (is_code && each.text_or_empty("scene") == "qr") {
            life_.shown_codes.insert(id.substr(id.find('_') + 1));
        }
        if (is_code && each.text_or_empty("status") == "succeeded") {
            life_.paid_codes.insert(id.substr(id.find('_') + 1));
        }
        if (is_code && each.text_or_empty("channel") == "alipay") {
            life_.alipay_codes.insert(id.substr(id.find('_') + 1));
        }
    }
}

/// With `late` the channel takes the money also when it has closed the order.
bool OrderCaller::pay_at_channel(const std::string& number, bool late) {
    if (life_.paid_codes.contains(number)) {
        return false;
    }
    const Reply paid = town_.simulator.post(
        "/sim/pay", Value(ValueObject{{"out_trade_no", number}, {"late", late}})
    );
    if (paid.status == 200) {
        life_.paid_codes.insert(number);
    }
    return paid.status == 200;
}

/// Callbacks that tell nothing new, or lie: none may change anything.
void OrderCaller::make_noise(Noise noise) {
    if (noise == Noise::none || life_.paid_codes.empty()) {
        return;
    }
    const std::string kind = noise == Noise::resend   ? "resend"
                             : noise == Noise::forged ? "forged"
                                                      : "bad_signature";
    const Value body(ValueObject{{"out_trade_no", *life_.paid_codes.rbegin()}, {"kind", kind}});
    std::vector<std::thread> senders;
    for (int i = 0; i < 2; ++i) {
        senders.emplace_back([this, &body, noise] {
            const Reply sent = town_.simulator.post("/sim/callback", body);
            const std::int64_t answered = sent.body.int_or("answered_status", 0);
            if (noise != Noise::resend && answered >= 200 && answered < 300) {
                town_.notes.complain("a false callback was taken: " + to_json(body));
            }
        });
    }
    for (std::thread& sender : senders) {
        sender.join();
    }
}

void OrderCaller::close() {
    const Reply closed = town_.api.post("/v1/orders/" + life_.id + "/close", Value(ValueObject{}));
    town_.notes.count_step();
    const bool is_known = closed.status == 200 || closed.text("code") == "payment_unresolved";
    if (!is_known) {
        town_.notes.complain("closing " + life_.id + ": " + closed.why);
    }
}

/// Some payers come when it is too late for the order; the channel lets them.
void OrderCaller::pay_late() {
    const bool comes_late = std::ranges::any_of(wish_.payments, [](const PaymentWish& each) {
        return each.payer == Payer::late;
    });
    if (comes_late) {
        for (const std::string& code : life_.shown_codes) {
            pay_at_channel(code, true);
        }
    }
}

void OrderCaller::look_at_payments() {
    for (const std::string& payment : life_.payments) {
        const Reply seen = town_.api.get("/v1/payments/" + payment, {{"Prefer", "wait=2"}});
        life_.model.payment_is(payment, seen.text("status"));
        if (seen.text("status") == "succeeded") {
            life_.succeeded.push_back(payment);
        }
    }
}

}  // namespace sluice::testing
