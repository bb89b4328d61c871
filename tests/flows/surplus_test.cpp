// What no order took goes back by a refund of its own, and what comes for an order that is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/people.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SurplusRefund, TakesFromWhatNoOrderTookAndCountsOnNoOrder) {
    FlowDriver refund(surplus_refund());
    refund.start();
    refund.answer(Operation::refund, paid(refund.instruction(0)));

    EXPECT_EQ(refund.status(), SubjectStatus::succeeded) << refund.error();
    EXPECT_THAT(
        refund.postings(),
        ElementsAre(
            "debit 2204 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 1101 wechatpay/wx-a 7000"
        )
    );
    for (const auto& step : refund.steps()) {
        EXPECT_EQ(step.order_refund.minor, 0);
    }
}

TEST(SurplusRefund, ThatAPolicyStopsLeavesTheMoneyToNoOrder) {
    DriveOptions options = surplus_refund();
    options.release = release_with(
        "scripts/risk/refund_risk.lua",
        "return { name = 'refund_risk', title = { en = 'x', zh = 'x' }, decide = function()\n"
        "  return { allowed = false, code = 'over_limit', message = 'too much' } end }\n"
    );
    FlowDriver refund(std::move(options));

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.picture().subject.failure_code, "over_limit");
    EXPECT_THAT(
        refund.postings(),
        ElementsAre(
            "debit 2204 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 2204 shop 7000"
        )
    );
    EXPECT_EQ(refund.last().order_refund.minor, 0);
}

TEST(SurplusRefund, ThatTheChannelRefusesIsTriedAgainByALadderAndNeverFails) {
    FlowDriver refund(surplus_refund());
    refund.start();
    const auto refused = says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL");

    for (const int hours : {1, 6, 24, 72}) {
        refund.answer(Operation::refund, refused);
        EXPECT_EQ(refund.status(), SubjectStatus::pending) << refund.error();
        EXPECT_FALSE(refund.open_exchange(Operation::refund).has_value());
        refund.pass(std::chrono::hours(hours));
        refund.wake();
    }
    EXPECT_THAT(refund.cases(), IsEmpty());
    refund.answer(Operation::refund, refused);

    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_EQ(refund.booked_on("2202"), -7000) << "it is the payer's";
    EXPECT_EQ(newest_task(refund).kind, "give_back");
    EXPECT_THAT(refund.cases(), IsEmpty()) << "its own is open";
}

TEST(OrderThatIsOver, MakesWhatAChannelCollectedSurplusAndGivesTheCardBack) {
    FlowDriver pay;
    pay.order = [] { return "order_over"; };
    pay.start();

    pay.answer(Operation::collect, paid(pay.instruction()));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::surplus);
    EXPECT_EQ(pay.picture().subject.failure_code, "order_over");
    EXPECT_EQ(pay.status_of(2), "succeeded");
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000", "capture 3000", "give 3000"));
    EXPECT_THAT(pay.cases(), ElementsAre("surplus 7000"));
    EXPECT_TRUE(pay.last().finished);
    EXPECT_THAT(pay.last().told, IsEmpty()) << "its end tells it";
    EXPECT_THAT(
        pay.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 7000",
            "credit 2201 shop 7000",
            "debit 2002 card 3000",
            "credit 2201 shop 3000",
            "debit 2201 shop 7000",
            "credit 2204 shop 7000",
            "debit 2201 shop 3000",
            "credit 2202 shop 3000",
            "debit 2202 shop 3000",
            "credit 2002 card 3000"
        )
    );
}

TEST(OrderThatIsOver, FailsAPaymentWithoutAChannelWhichGetsEverythingBack) {
    FlowDriver pay({.legs = {card_leg(3000)}});
    pay.order = [] { return "order_over"; };

    pay.start();

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_EQ(pay.picture().subject.failure_code, "order_over");
    EXPECT_THAT(pay.cases(), IsEmpty());
}

TEST(OrderThatIsOver, IsNothingThatAScriptCanClaim) {
    const char* const kFlow =
        "return flow { name = 'hostile', title = {}, stages = { 'only' }, run = function(pay)\n"
        "  local card = kernel.hold(1).instruction\n"
        "  kernel.capture(card) kernel.unwind('x', 'y') kernel.exceed(card)\n"
        "end }\n";
    FlowDriver pay(
        {.legs = {card_leg(3000)},
         .release = release_with("flows/hostile.lua", kFlow),
         .flow = "hostile"}
    );

    pay.start();

    EXPECT_THAT(pay.error(), ::testing::HasSubstr("cannot exceed its order"));
}

}  // namespace
}  // namespace sluice::testing
