// The auditor of workloads itself, without a server: it finds nothing in true testimony, and each
// wrong fen, status or number that is put into any of the books.
#include "faults/auditor.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/order_model.hpp"
#include "faults/true_testimony.hpp"
#include "faults/wishes.hpp"

namespace sluice::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
    ::sluice::testing::expect_found(true_testimony(), lies);
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
         "what made ord_1 good is 13, predicted 12"},
        {"compensation of another party",
         [](Testimony& t) { t.payouts["out_5"].liable_party = "baker"; },
         "1202 of 'm1/courier' is -7, predicted 0"},
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
        {"payout to another",
         [](Testimony& t) { t.far_payouts["P1"].payee = "li"; },
         "out_1 was paid to 'li', wanted 'zhang'"},
        {"what a payout cost",
         [](Testimony& t) { t.far_payouts["P1"].fee += 1; },
         "5001 of 'bank/bank-main' is -6, predicted -7"},
        {"a cost of what was told as not paid",
         [](Testimony& t) { t.payouts["out_2"].ways.front().status = "refused"; },
         "5001 of 'bank/bank-main' is -6, predicted -3"},
        {"a cost that nobody took",
         [](Testimony& t) { t.far_payouts["P2"].fee = 0; },
         "1103 of 'bank/bank-main' is 118, predicted 115"},
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

TEST(OrderModel, LetsWhatCameBackGoBackOnceMore) {
    OrderModel model(100);
    model.payment_begun("pay_1", 100);
    model.payment_is("pay_1", "succeeded");
    model.refund_begun("ref_1", 70);
    model.refund_is("ref_1", "succeeded");
    EXPECT_EQ(model.judge_refund(31), Verdict::must_be_refused);

    model.refund_came_back("ref_1", 40);

    EXPECT_EQ(model.judge_refund(70), Verdict::must_be_taken);
    EXPECT_EQ(model.judge_refund(71), Verdict::must_be_refused);
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
