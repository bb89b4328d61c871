#include "faults/refund_caller.hpp"

#include <algorithm>
#include <thread>

#include "faults/payees.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

constexpr std::string_view kRefusals[] = {"more_than_paid", "nothing_collected", "over_refunded"};
constexpr std::string_view kConversionRefusals[] = {
    "nothing_to_convert", "over_refunded", "more_than_paid"
};

/// The one account that a refund gave all its money to, of what had come through one channel; "" if
/// there is none. A conversion of several parts of which the channel refuses one would wait for
/// people.
std::string sole_account(const Value& refund) {
    const Value* ways = refund.find("ways");
    std::string account;
    int given = 0;
    for (const Value& way : ways == nullptr ? ValueArray{} : *ways->as_array()) {
        const Value* source = way.find("source");
        if (way.text_or_empty("status") != "succeeded") {
            continue;
        }
        ++given;
        if (source != nullptr && source->text_or_empty("kind") == "external") {
            account = way.text_or_empty("account_id");
        }
    }
    return given == 1 ? account : std::string();
}

/// The bank pays yuan out, and nothing else.
bool pays_out(const RefundTold& told) { return told.currency == "CNY"; }

bool is_paid_out(const Value& way) { return way.text_or_empty("to") == "payout"; }

/// Whether it may come back without anybody's wish: what a bank paid out does now and then.
bool may_come_back(const Value& refund) {
    const Value* ways = refund.find("ways");
    return ways != nullptr && std::ranges::any_of(*ways->as_array(), is_paid_out);
}

/// Whether WeChat Pay gave it back. Alipay takes no refund back that it has made.
bool is_given_by_wechatpay(const Value& way) {
    return way.text_or_empty("channel") == "wechatpay" && way.text_or_empty("to") == "original" &&
           way.text_or_empty("status") == "succeeded";
}

}  // namespace

/// The next refund at the channel of some code that was paid meets this. Not where a payment may
/// unwind: it has no other way, and people would be asked.
void RefundCaller::order_fate(const Fate& fate) {
    const bool all_succeeded = life_.succeeded.size() == life_.payments.size();
    if (fate.kind.empty() || life_.paid_codes.empty() || !all_succeeded) {
        return;
    }
    // Alipay says of a refund that it gave up what it says of one that it never got.
    const bool is_given_up = fate.kind == "refund_abnormal" || fate.kind == "refund_closed";
    if (is_given_up && life_.alipay_codes.contains(*life_.paid_codes.begin())) {
        return;
    }
    const Value body(ValueObject{
        {"operation", "refund"},
        {"kind", fate.kind},
        {"value", fate.value},
        {"out_trade_no", *life_.paid_codes.begin()}
    });
    const Reply ordered = town_.simulator.post("/sim/faults", body);
    if (ordered.status != 201) {
        town_.notes.complain("the simulator refuses " + to_json(body) + ": " + ordered.why);
    }
}

RefundTold RefundCaller::choose_refund(const RefundWish& wish, std::int64_t amount) const {
    RefundTold told{
        .order = life_.id,
        .amount = amount,
        .merchant = town_.merchant,
        .currency = life_.purse.currency
    };
    if (wish.is_of_payment && !life_.succeeded.empty()) {
        told.payment = life_.succeeded.front();
    }
    const std::string& balance = chosen_of(life_.purse.balances, life_.number + "back");
    const bool has_payee = wish.has_payee && pays_out(told);
    if (wish.is_to_balance) {
        told.to_account = balance;
    } else if (has_payee) {
        told.payee = payee_number(wish.payee);
    } else {
        told.fallback = balance;
    }
    return told;
}

Value RefundCaller::refund_body(const RefundTold& told, const std::string& number) {
    Value body(ValueObject{
        {"merchant_refund_number", number},
        {"amount", told.amount},
        {"currency", told.currency},
        {"reason", "the goods came back"}
    });
    if (!told.converts.empty()) {
        body.set("converts", told.converts);
    } else if (told.payment.empty()) {
        body.set("order_id", told.order);
    } else {
        body.set("payment_id", told.payment);
    }
    if (!told.to_account.empty()) {
        body.set("to", "balance");
        body.set("account_id", told.to_account);
    }
    if (!told.fallback.empty()) {
        body.set("fallback", Value(ValueObject{{"balance_account_id", told.fallback}}));
    }
    if (!told.payee.empty()) {
        const Value paid_out(
            ValueObject{{"method", "bank_account"}, {"payee", payee_of(told.payee)}}
        );
        body.set("fallback", paid_out);
    }
    return body;
}

/// Of several together, or of one payment of several, less than the order's rest may be left.
Verdict RefundCaller::judge(const RefundWish& wish, const RefundTold& told) const {
    const Verdict verdict = life_.model.judge_refund(told.amount);
    const bool is_alone = wish.parallel * told.amount <= life_.model.sure_rest();
    const bool is_sure = is_alone && (told.payment.empty() || life_.succeeded.size() == 1);
    return verdict == Verdict::must_be_taken && !is_sure ? Verdict::either : verdict;
}

std::vector<NumberedCall> RefundCaller::send(const RefundWish& wish, const RefundTold& told) {
    std::vector<NumberedCall> calls;
    for (int i = 0; i < wish.parallel; ++i) {
        const std::string number = life_.number + "-R" + std::to_string(++life_.requests);
        calls.emplace_back(town_, "/v1/refunds", refund_body(told, number));
    }
    std::vector<std::thread> senders;
    for (NumberedCall& call : calls) {
        senders.emplace_back([&call] { call.send({{"Prefer", "wait=4"}}); });
    }
    for (std::thread& sender : senders) {
        sender.join();
    }
    return calls;
}

void RefundCaller::perform(const RefundWish& wish) {
    order_fate(wish.fate);
    const OrderModel& model = life_.model;
    const std::int64_t rest = wish.share_percent > 100 ? model.possible_rest() : model.sure_rest();
    const RefundTold told = choose_refund(wish, share_of(rest, wish.share_percent));
    const Verdict verdict = judge(wish, told);
    auto calls = send(wish, told);
    for (NumberedCall& call : calls) {
        take_refund(call, told, verdict);
        call.send_again(
            wish.again, with_amount(call.body(), told.amount + 1), "merchant_refund_number_reused"
        );
        if (call.is_taken()) {
            convert(call, wish);
        }
        if (call.is_taken() && wish.comes_back) {
            const std::string id = call.reply().text("id");
            life_.model.refund_came_back(id, let_come_back(id));
        }
    }
}

/// The payer's bank sends back what the channel had given it, when the refund is over. Gives what
/// the merchant has again for good.
std::int64_t RefundCaller::let_come_back(const std::string& id) {
    const Value refund = town_.api.get("/v1/refunds/" + id).body;
    const Value* ways = refund.find("ways");
    const bool is_over = refund.text_or_empty("status") == "succeeded" && ways != nullptr;
    if (!is_over) {
        return 0;
    }
    if (!may_come_back(refund)) {
        life_.model.refund_is(id, "succeeded");
    }
    const auto way = std::ranges::find_if(*ways->as_array(), is_given_by_wechatpay);
    if (way == ways->as_array()->end()) {
        return 0;
    }
    const std::string way_id(way->text_or_empty("id"));
    const std::string number = way_id.substr(way_id.find('_') + 1);
    const Value reversal(ValueObject{{"out_refund_no", number}, {"status", "ABNORMAL"}});
    const Reply reversed = town_.simulator.post("/sim/refund", reversal);
    if (reversed.status != 200) {
        town_.notes.complain("the simulator refuses " + to_json(reversal) + ": " + reversed.why);
        return 0;
    }
    await_word({id, number});
    // What people pay again takes its room again, if that is there.
    const auto word = town_.notes.word_about({id, number});
    return word && !word->is_gift() ? way->int_or("amount", 0) : 0;
}

/// Until people have said how that ends. The channel tells it again when nobody has heard of it.
void RefundCaller::await_word(const WordKey& about) {
    constexpr std::chrono::seconds kBeforeItIsTold{2};
    const Value told(ValueObject{{"out_refund_no", about.second}, {"kind", "resend"}});
    const auto is_said = [&] {
        return town_.notes.has_complaints() || town_.notes.word_about(about).has_value();
    };
    const bool is_decided = eventually([&] {
        if (eventually(is_said, kBeforeItIsTold)) {
            return true;
        }
        town_.simulator.post("/sim/callback", told);
        return false;
    });
    if (!is_decided) {
        town_.notes.complain("nobody says how " + about.second + " of " + about.first + " ends");
    }
}

/// What went to an account leaves again the way it had come, within what the account got: several
/// at once, of which some may be too much.
void RefundCaller::convert(const NumberedCall& earlier, const RefundWish& wish) {
    const std::string id = earlier.reply().text("id");
    const Value refund = town_.api.get("/v1/refunds/" + id).body;
    const std::string account = sole_account(refund);
    if (account.empty() || refund.text_or_empty("status") != "succeeded") {
        return;
    }
    const std::int64_t got = refund.int_or("amount", 0);
    RefundTold told{
        .order = life_.id,
        .amount = share_of(got, wish.converted_percent),
        .converts = id,
        .taken_from = account,
        .merchant = town_.merchant,
        .currency = life_.purse.currency
    };
    if (wish.has_payee) {
        told.payee = payee_number(wish.payee);
    }
    std::vector<std::string> begun;
    RefundWish together;
    together.parallel = wish.conversions;
    for (const NumberedCall& call : send(together, told)) {
        const bool is_known = std::ranges::find(kConversionRefusals, call.reply().text("code")) !=
                              std::end(kConversionRefusals);
        if (call.is_taken()) {
            town_.notes.add(call.reply().text("id"), told);
            begun.push_back(call.reply().text("id"));
        } else if (!is_known) {
            town_.notes.complain("no reason to refuse: " + call.shown());
        }
        if (told.amount > got && call.is_taken()) {
            town_.notes.complain("more than it got left the account: " + call.shown());
        }
    }
    for (const std::string& each : wish.comes_back ? begun : std::vector<std::string>{}) {
        // The account has it again; the order counts it with the refund before.
        let_come_back(each);
    }
}

void RefundCaller::take_refund(const NumberedCall& call, const RefundTold& told, Verdict verdict) {
    if (!call.is_taken()) {
        const bool is_known =
            std::ranges::find(kRefusals, call.reply().text("code")) != std::end(kRefusals);
        if (!is_known || verdict == Verdict::must_be_taken) {
            town_.notes.complain("no reason to refuse: " + call.shown());
        }
        return;
    }
    const std::string id = call.reply().text("id");
    const std::string status = call.reply().text("status");
    town_.notes.add(id, told);
    life_.model.refund_begun(id, told.amount);
    if (status == "failed" || !may_come_back(call.reply().body)) {
        life_.model.refund_is(id, status);
    }
    if (verdict == Verdict::must_be_refused && status != "failed") {
        town_.notes.complain("more than is left was taken: " + call.shown());
    }
}

}  // namespace sluice::testing
