// The auditor of workloads itself, without a server: it finds nothing in true testimony, and each
// wrong fen, status or number that is put into any of the books.
#include "faults/auditor.hpp"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/order_model.hpp"
#include "faults/wishes.hpp"

namespace sluice::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kWechat = "wechatpay/wx-main";
constexpr const char* kBank = "bank/bank-main";

WayTold at_channel(const std::string& id, const std::string& purpose, std::int64_t amount) {
    return {
        .id = id,
        .purpose = purpose,
        .far = purpose == "payout" ? kBank : kWechat,
        .status = "succeeded",
        .amount = amount
    };
}

WayTold at_account(const std::string& account, const std::string& purpose, std::int64_t amount) {
    return {
        .id = purpose + account,
        .purpose = purpose,
        .account = account,
        .status = "succeeded",
        .amount = amount
    };
}

WayTold of_source(WayTold way, const std::string& source) {
    way.source = source;
    return way;
}

void tell_accounts(Testimony& told) {
    told.accounts["card"] = {.kind = "prepaid_card", .put_in = 1'000, .balance = 710};
    told.accounts["payer"] = {.kind = "balance", .put_in = 500, .balance = 500 + 20 - 51 - 15};
    told.accounts["shop"] = {
        .kind = "merchant_available", .put_in = 900, .balance = 900 - 101 + 50
    };
}

/// 300 from a card and 700 at the channel; another attempt was closed unpaid. 30 went back: 10 to
/// the card, 20 to the payer's balance, as the channel refused them.
void tell_order(Testimony& told) {
    told.orders["ord_1"] = {
        .amount = 1'000, .status = "paid", .paid = 1'000, .refunded = 130, .compensated = 5
    };
    told.payments["pay_1"] = {
        .order = "ord_1",
        .legs = {{"card", 300}, {"", 700}},
        .status = "succeeded",
        .ways = {at_account("card", "collect", 300), at_channel("C1", "collect", 700)}
    };
    told.payments["pay_2"] = {
        .order = "ord_1",
        .legs = {{"", 1'000}},
        .status = "closed",
        .ways = {at_channel("C2", "collect", 1'000)}
    };
    told.payments["pay_2"].ways.front().status = "closed";
    told.refunds["ref_1"] = {
        .order = "ord_1",
        .fallback = "payer",
        .amount = 30,
        .status = "succeeded",
        .ways =
            {of_source(at_channel("R1", "refund", 20), "pay_1 leg 2"),
             of_source(at_account("payer", "refund", 20), "pay_1 leg 2"),
             of_source(at_account("card", "refund", 10), "pay_1 leg 1")}
    };
    told.refunds["ref_1"].ways.front().status = "refused";
    told.refunds["ref_2"] = {
        .order = "ord_1",
        .payment = "pay_1",
        .amount = 100,
        .status = "succeeded",
        .ways = {of_source(at_channel("R2", "refund", 100), "pay_1 leg 2")}
    };
    told.refunds["ref_3"] = {.order = "ord_1", .amount = 7, .status = "failed"};
    told.far_orders["C1"] = {.far = kWechat, .status = "moved", .amount = 700};
    told.far_orders["C2"] = {.far = kWechat, .status = "not moved", .amount = 1'000, .times = 0};
    told.far_refunds["R1"] = {.far = kWechat, .status = "not moved", .amount = 20};
    told.far_refunds["R2"] = {.far = kWechat, .status = "moved", .amount = 100};
}

/// A payout with a fee, one that came back, a compensation, a transfer with a fee.
void tell_moves(Testimony& told) {
    told.payouts["out_1"] = {
        .from = "shop",
        .amount = 100,
        .fee = 1,
        .status = "succeeded",
        .ways = {at_channel("P1", "payout", 100)}
    };
    told.payouts["out_2"] = {
        .from = "shop",
        .amount = 40,
        .fee = 2,
        .status = "returned",
        .ways = {at_channel("P2", "payout", 40)}
    };
    told.payouts["out_2"].ways.front().status = "returned";
    told.payouts["out_3"] = {
        .amount = 5,
        .makes_good = "ord_1",
        .status = "succeeded",
        .ways = {at_channel("P3", "payout", 5)}
    };
    for (const char* id : {"out_1", "out_2"}) {
        told.payouts[id].payee = "zhang";
        told.payouts[id].day = "2026-01-01";
    }
    told.payee_day = 100;
    told.payouts["out_4"] = {.from = "payer", .amount = 9'999, .status = "failed"};
    told.transfers["trf_1"] = {
        .from = "payer", .to = "shop", .amount = 50, .fee = 1, .status = "succeeded"
    };
    told.far_payouts["P1"] = {.far = kBank, .status = "moved", .amount = 100};
    told.far_payouts["P2"] = {.far = kBank, .status = "not moved", .amount = 40};
    told.far_payouts["P3"] = {.far = kBank, .status = "moved", .amount = 5};
}

/// 15 of what the payer's balance got left it again the way it had come, 5 did not.
void tell_conversions(Testimony& told) {
    told.refunds["ref_4"] = {
        .order = "ord_1",
        .amount = 15,
        .status = "succeeded",
        .ways = {of_source(at_channel("R4", "refund", 15), "pay_1 leg 2")},
        .converts = "ref_1",
        .taken_from = "payer"
    };
    told.refunds["ref_5"] = {
        .order = "ord_1",
        .amount = 5,
        .status = "failed",
        .converts = "ref_1",
        .taken_from = "payer"
    };
    told.far_refunds["R4"] = {.far = kWechat, .status = "moved", .amount = 15};
}

template <class Do>
void for_each_object(Testimony& told, const Do& act) {
    const auto walk = [&act](auto& objects) {
        for (auto& [id, object] : objects) {
            act(id, object);
        }
    };
    walk(told.orders);
    walk(told.payments);
    walk(told.refunds);
    walk(told.payouts);
    walk(told.transfers);
    walk(told.accounts);
}

Testimony true_testimony() {
    Testimony told;
    tell_accounts(told);
    tell_order(told);
    tell_moves(told);
    tell_conversions(told);
    told.events = {
        {"pay_1", {"payment.pending", "payment.succeeded"}},
        {"pay_2", {"payment.closed"}},
        {"ref_1", {"refund.succeeded"}},
        {"ref_2", {"refund.succeeded"}},
        {"ref_3", {"refund.failed"}},
        {"ref_4", {"refund.succeeded"}},
        {"ref_5", {"refund.failed"}},
        {"out_1", {"payout.succeeded"}},
        {"out_2", {"payout.succeeded", "payout.returned"}},
        {"out_3", {"payout.succeeded"}},
        {"out_4", {"payout.failed"}},
        {"trf_1", {"transfer.succeeded"}}
    };
    told.booked = {
        {{"1001", "top_up"}, -2'400},
        {{"1101", kWechat}, -585},
        {{"1103", kBank}, 105},
        {{"2001", ""}, 454},
        {{"2002", ""}, 710},
        {{"2101", "m1"}, 870},
        {{"2102", ""}, 849},
        {{"4002", "m1"}, 2},
        {{"5002", "m1"}, -5}
    };
    for_each_object(told, [&told](const std::string& id, auto& object) {
        object.merchant = "m1";
        told.shown_to[id] = {"m1"};
    });
    return told;
}

TEST(Auditor, FindsNothingInTrueTestimony) {
    const Testimony told = true_testimony();

    EXPECT_THAT(Auditor(told).findings(), IsEmpty());
}

/// The sums of a testimony are zero together: whoever plants a fen must take it from nowhere.
TEST(Auditor, PredictsSumsThatBalance) {
    const Testimony told = true_testimony();

    std::int64_t sum = 0;
    for (const auto& [key, amount] : Auditor(told).predicted_sums()) {
        sum += amount;
    }

    EXPECT_EQ(sum, 0);
}

struct Lie {
    const char* name;
    std::function<void(Testimony&)> tell;
    const char* finding;
};

TEST(Auditor, FindsAWrongFenInEachAccountOfTheChart) {
    for (const auto& [key, amount] : true_testimony().booked) {
        Testimony told = true_testimony();
        told.booked[key] += 1;

        EXPECT_THAT(
            Auditor(told).findings(), Contains(HasSubstr(key.first + " of '" + key.second + "'"))
        );
    }
}

TEST(Auditor, FindsAFenThatStaysInTransit) {
    for (const char* gl : {"2201", "2202", "2203", "2204"}) {
        Testimony told = true_testimony();
        told.booked[{gl, "m1"}] = 1;

        EXPECT_THAT(
            Auditor(told).findings(),
            Contains(HasSubstr(std::string(gl) + " of 'm1' is 1, predicted 0"))
        );
    }
}

void expect_found(const std::vector<Lie>& lies) {
    for (const Lie& lie : lies) {
        Testimony told = true_testimony();
        lie.tell(told);

        EXPECT_THAT(Auditor(told).findings(), Contains(HasSubstr(lie.finding))) << lie.name;
    }
}

TEST(Auditor, FindsAWrongFenOfAnyObject) {
    expect_found({
        {"card",
         [](Testimony& t) { t.accounts["card"].balance -= 1; },
         "the balance of prepaid_card card is 709, predicted 710"},
        {"held", [](Testimony& t) { t.accounts["payer"].held = 1; }, "what is held on balance"},
        {"top-up",
         [](Testimony& t) { t.accounts["shop"].put_in += 1; },
         "the balance of merchant_available shop"},
        {"paid", [](Testimony& t) { t.orders["ord_1"].paid += 1; }, "what ord_1 was paid is 1001"},
        {"given back",
         [](Testimony& t) { t.orders["ord_1"].refunded -= 1; },
         "what ord_1 gave back is 129, predicted 130"},
        {"order shows another compensation",
         [](Testimony& t) { t.orders["ord_1"].compensated += 1; },
         "what made ord_1 good is 6, predicted 5"},
        {"payee got more than his limit of the day",
         [](Testimony& t) { t.payee_day -= 1; },
         "payee zhang of m1 got 100 on 2026-01-01, wanted at most 99"},
        {"refund",
         [](Testimony& t) { t.refunds["ref_1"].amount += 1; },
         "what ref_1 (succeeded) gave is 30, predicted 31"},
        {"refund that failed",
         [](Testimony& t) { t.refunds["ref_1"].status = "failed"; },
         "what ref_1 (failed) gave is 30, predicted 0"},
        {"fee", [](Testimony& t) { t.payouts["out_1"].fee += 1; }, "4002 of 'm1' is 2, predicted 3"
        },
        {"transfer",
         [](Testimony& t) { t.transfers["trf_1"].amount += 1; },
         "the balance of balance payer is 454, predicted 453"},
        {"above the cap",
         [](Testimony& t) {
             t.refunds["ref_1"].ways[2].amount = 301;
             t.refunds["ref_1"].amount = 321;
         },
         "pay_1 leg 1 gave back 301, it collected 300"},
        {"another account",
         [](Testimony& t) { t.refunds["ref_1"].fallback.clear(); },
         "ref_1 gave 20 to 'payer', which nobody named"},
        {"another payment",
         [](Testimony& t) { t.refunds["ref_2"].payment = "pay_2"; },
         "ref_2 gave back of another payment than pay_2"},
    });
}

TEST(Auditor, FindsWhatOnlyTheChannelOrTheBankKnows) {
    expect_found({
        {"amount",
         [](Testimony& t) { t.far_orders["C1"].amount += 1; },
         "pay_1 (collect C1) at wechatpay/wx-main is 701, predicted 700"},
        {"paid twice", [](Testimony& t) { t.far_orders["C1"].times = 2; }, "moved more than once"},
        {"not paid",
         [](Testimony& t) { t.far_orders["C1"].status = "not moved"; },
         "is succeeded here and not moved at wechatpay/wx-main"},
        {"never heard of",
         [](Testimony& t) { t.far_orders.erase("C1"); },
         "is succeeded here and absent"},
        {"paid after all",
         [](Testimony& t) {
             t.far_orders["C2"] = {.far = kWechat, .status = "moved", .amount = 1'000};
         },
         "pay_2 (collect C2) is closed here and moved"},
        {"not ours",
         [](Testimony& t) { t.far_orders["X"] = {.far = kWechat, .status = "moved"}; },
         "wechatpay/wx-main has X, which nothing here explains"},
        {"other merchant",
         [](Testimony& t) { t.far_orders["C1"].far = "wechatpay/wx-backup"; },
         "is at wechatpay/wx-backup"},
        {"refund",
         [](Testimony& t) { t.far_refunds["R2"].amount -= 1; },
         "ref_2 (refund R2) at wechatpay/wx-main is 99, predicted 100"},
        {"refund after all",
         [](Testimony& t) { t.far_refunds["R1"].status = "moved"; },
         "ref_1 (refund R1) is refused here and moved"},
        {"payout",
         [](Testimony& t) { t.far_payouts["P1"].amount += 1; },
         "out_1 (payout P1) at bank/bank-main is 101, predicted 100"},
        {"returned payout",
         [](Testimony& t) { t.far_payouts["P2"].status = "moved"; },
         "out_2 (payout P2) is returned here and moved"},
    });
}

TEST(Auditor, FindsWhatLeavesAnAccountAgainWithoutHavingComeThere) {
    expect_found({
        {"more than it got",
         [](Testimony& t) { t.refunds["ref_4"].amount = 31; },
         "what ref_1 gave to an account is 20, of which 31 left again"},
        {"of what never was",
         [](Testimony& t) { t.refunds["ref_4"].converts = "ref_9"; },
         "what ref_9 gave to an account is 0, of which 15 left again"},
        {"back to an account",
         [](Testimony& t) { t.refunds["ref_4"].ways.front().account = "payer"; },
         "ref_4 gave an account what it took from one"},
        {"not taken from the account",
         [](Testimony& t) { t.accounts["payer"].balance += 15; },
         "the balance of balance payer is 469, predicted 454"},
        {"counted again by the order",
         [](Testimony& t) { t.orders["ord_1"].refunded += 15; },
         "what ord_1 gave back is 145, predicted 130"},
        {"taken though it failed",
         [](Testimony& t) { t.accounts["payer"].balance -= 5; },
         "the balance of balance payer is 449, predicted 454"},
    });
}

TEST(Auditor, FindsAFenThatCrossesFromOneMerchantToAnother) {
    expect_found({
        {"booked to another",
         [](Testimony& t) {
             t.booked[{"2101", "m1"}] -= 1;
             t.booked[{"2101", "m2"}] += 1;
         },
         "2101 of 'm2' is 1, predicted 0"},
        {"paid by another's card",
         [](Testimony& t) { t.accounts["card"].merchant = "m2"; },
         "pay_1 of m1 moved account card of m2"},
        {"given to another's balance",
         [](Testimony& t) { t.accounts["payer"].merchant = "m2"; },
         "ref_1 of m1 moved account payer of m2"},
        {"paid out of another's money",
         [](Testimony& t) { t.accounts["shop"].merchant = "m2"; },
         "out_1 of m1 moved account shop of m2"},
        {"moved to another",
         [](Testimony& t) { t.accounts["shop"].merchant = "m2"; },
         "trf_1 of m1 moved account shop of m2"},
        {"another's order",
         [](Testimony& t) { t.payments["pay_2"].merchant = "m2"; },
         "pay_2 of m2 is of order ord_1 of m1"},
        {"shown to another",
         [](Testimony& t) { t.shown_to["out_2"].insert("m2"); },
         "out_2 of m1 is shown to 'm1, m2'"},
        {"shown to nobody", [](Testimony& t) { t.shown_to.erase("ref_2"); }, "is shown to ''"},
    });
}

TEST(Auditor, FindsEndsThatAreMissingOrDoubled) {
    expect_found({
        {"order",
         [](Testimony& t) { t.orders["ord_1"].status = "open"; },
         "ord_1 is open at the end"},
        {"payment",
         [](Testimony& t) { t.payments["pay_2"].status = "compensating"; },
         "pay_2 is compensating at the end"},
        {"refund",
         [](Testimony& t) { t.refunds["ref_2"].status = "pending"; },
         "ref_2 is pending at the end"},
        {"payout",
         [](Testimony& t) { t.payouts["out_1"].status = "pending"; },
         "out_1 is pending at the end"},
        {"no event",
         [](Testimony& t) { t.events.erase("ref_1"); },
         "the ends told of ref_1: none, predicted refund.succeeded"},
        {"two events",
         [](Testimony& t) { t.events["pay_2"].emplace_back("payment.closed"); },
         "the ends told of pay_2: payment.closed, payment.closed, predicted payment.closed"},
        {"other event",
         [](Testimony& t) { t.events["out_4"] = {"payout.succeeded"}; },
         "the ends told of out_4: payout.succeeded, predicted payout.failed"},
        {"order told by its payment",
         [](Testimony& t) { t.events["ord_1"] = {"order.paid"}; },
         "the ends told of ord_1: order.paid, predicted none"},
        {"stranger",
         [](Testimony& t) { t.events["pay_9"] = {"payment.failed"}; },
         "events tell of pay_9, which no caller began"},
    });
}

TEST(OrderModel, LetsExactlyTheRestBeTakenAndNotOneFenMore) {
    OrderModel model(100);
    model.payment_begun("pay_1", 60);
    EXPECT_EQ(model.judge_refund(1), Verdict::either);
    EXPECT_EQ(model.judge_refund(61), Verdict::must_be_refused);

    model.payment_is("pay_1", "succeeded");
    EXPECT_EQ(model.judge_refund(60), Verdict::must_be_taken);
    EXPECT_EQ(model.judge_refund(61), Verdict::must_be_refused);
    EXPECT_EQ(model.judge_payment(41), Verdict::must_be_refused);
    EXPECT_EQ(model.judge_payment(40), Verdict::either);
}

TEST(OrderModel, CountsWhatMayStillFailOnlyAsPossible) {
    OrderModel model(100);
    model.payment_begun("pay_1", 100);
    model.payment_is("pay_1", "succeeded");

    model.refund_begun("ref_1", 70);
    EXPECT_EQ(model.judge_refund(30), Verdict::must_be_taken);
    EXPECT_EQ(model.judge_refund(31), Verdict::either);
    EXPECT_EQ(model.judge_refund(101), Verdict::must_be_refused);

    model.refund_is("ref_1", "failed");
    EXPECT_EQ(model.judge_refund(100), Verdict::must_be_taken);
    model.refund_begun("ref_2", 100);
    model.refund_is("ref_2", "succeeded");
    EXPECT_EQ(model.judge_refund(1), Verdict::must_be_refused);
}

TEST(Wishes, AreTheSamePlanForTheSameSeedAndAnotherForAnother) {
    Wishes first(7, 1);
    Wishes again(7, 1);
    Wishes other_seed(8, 1);
    Wishes other_caller(7, 2);
    std::string plan;
    std::string same;
    std::string of_seed;
    std::string of_caller;

    for (int i = 0; i < 200; ++i) {
        plan += to_text(first.next()) + "\n";
        same += to_text(again.next()) + "\n";
        of_seed += to_text(other_seed.next()) + "\n";
        of_caller += to_text(other_caller.next()) + "\n";
    }

    EXPECT_EQ(plan, same);
    EXPECT_NE(plan, of_seed);
    EXPECT_NE(plan, of_caller);
}

}  // namespace
}  // namespace sluice::testing
