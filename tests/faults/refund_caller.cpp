#include "faults/refund_caller.hpp"

#include <algorithm>
#include <thread>

namespace sluice::testing {
namespace {

constexpr std::string_view kRefusals[] = {"more_than_paid", "nothing_collected", "over_refunded"};

}  // namespace

/// The next refund at the channel of some code that was paid meets this. Not where a payment may
/// unwind: it has no other way, and people would be asked.
void RefundCaller::order_fate(const Fate& fate) {
    const bool all_succeeded = life_.succeeded.size() == life_.payments.size();
    if (fate.kind.empty() || life_.paid_codes.empty() || !all_succeeded) {
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
    RefundTold told{.order = life_.id, .amount = amount};
    if (wish.is_of_payment && !life_.succeeded.empty()) {
        told.payment = life_.succeeded.front();
    }
    const std::string& balance = chosen_of(town_.balances, life_.number + "back");
    (wish.is_to_balance ? told.to_account : told.fallback) = balance;
    return told;
}

Value RefundCaller::refund_body(const RefundTold& told, const std::string& number) {
    Value body(ValueObject{
        {"merchant_refund_number", number},
        {"amount", told.amount},
        {"currency", "CNY"},
        {"reason", "the goods came back"}
    });
    if (told.payment.empty()) {
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
    life_.model.refund_is(id, status);
    if (verdict == Verdict::must_be_refused && status != "failed") {
        town_.notes.complain("more than is left was taken: " + call.shown());
    }
}

}  // namespace sluice::testing
