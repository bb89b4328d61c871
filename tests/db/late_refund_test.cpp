// What becomes of a refund or payout after its end, on a real database: booked once, owed to whom
// it is owed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/late_money_world.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(LateMoneyRound, OfARefundThatCameBackIsTheMerchantsAndMayBeRefundedAgain) {
    const auto collected = given_paid_payment();
    const auto given = given_refund(collected);
    answer(world.paid());
    ASSERT_EQ(refunded(), "7000 7000");

    for (int i = 0; i < 2; ++i) {
        take(told(given, RoundWorld::outcome(OutcomeKind::closed)));
    }

    EXPECT_EQ(world.value("SELECT status FROM sluice.refund"), "returned");
    EXPECT_EQ(refunded(), "0 0");
    EXPECT_EQ(balance_of("2101"), 10'000);
    EXPECT_EQ(balance_of("2202"), 0);
    EXPECT_EQ(cases(), "refund_returned 7000 open");
    EXPECT_THAT(events(), HasSubstr("refund.succeeded refund.returned"));
    given_refund(collected);
    answer(world.paid());
    EXPECT_EQ(refunded(), "7000 7000");
}

TEST_F(LateMoneyRound, OfARefundThatHadFailedIsTheRefundAfterAll) {
    const auto given = given_refund(given_paid_payment());
    answer(RoundWorld::outcome(OutcomeKind::refused));
    ASSERT_EQ(refunded(), "0 0");

    for (int i = 0; i < 2; ++i) {
        take(told(given, paid(given)));
    }

    EXPECT_EQ(world.value("SELECT status FROM sluice.refund"), "succeeded");
    EXPECT_EQ(refunded(), "7000 7000");
    EXPECT_EQ(balance_of("2101"), 3000);
    EXPECT_EQ(cases(), "");
}

TEST_F(LateMoneyRound, OfAFailedRefundThatAnotherHasReplacedIsOwedToUs) {
    const auto collected = given_paid_payment();
    const auto given = given_refund(collected);
    answer(RoundWorld::outcome(OutcomeKind::refused));
    given_refund(collected);
    answer(world.paid());

    for (int i = 0; i < 2; ++i) {
        take(told(given, paid(given)));
    }

    EXPECT_EQ(
        world.value("SELECT string_agg(status, ' ' ORDER BY created_at, status) FROM sluice.refund"
        ),
        "failed succeeded"
    );
    EXPECT_EQ(refunded(), "7000 7000");
    EXPECT_EQ(balance_of("1202"), -7000);
    EXPECT_EQ(cases(), "late_success 7000 open");
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(LateMoneyRound, OfAPayoutThatCameBackIsOnItsAccountAgain) {
    const auto given = given_payout();
    answer(world.paid());
    ASSERT_EQ(world.value("SELECT status FROM sluice.payout"), "succeeded");
    ASSERT_EQ(balance_of("2002"), 94'900);
    payment::Outcome returned = paid(given);
    returned.kind = OutcomeKind::returned;

    for (int i = 0; i < 2; ++i) {
        take(told(given, returned));
    }

    EXPECT_EQ(world.value("SELECT status FROM sluice.payout"), "returned");
    EXPECT_EQ(balance_of("2002"), 100'000);
    EXPECT_EQ(balance_of("1103") + balance_of("2203") + balance_of("4002"), 0);
    EXPECT_EQ(events(), "payout.succeeded payout.returned");
    EXPECT_EQ(cases(), "");
}

TEST_F(LateMoneyRound, OfAFailedPayoutIsOwedToUs) {
    const auto given = given_payout();
    answer(RoundWorld::outcome(OutcomeKind::refused));
    ASSERT_EQ(balance_of("2002"), 100'000);

    for (int i = 0; i < 2; ++i) {
        take(told(given, paid(given)));
    }

    EXPECT_EQ(world.value("SELECT status FROM sluice.payout"), "failed");
    EXPECT_EQ(
        world.value("SELECT status || ' ' || outcome_code FROM sluice.instruction"),
        "refused paid_twice"
    );
    EXPECT_EQ(balance_of("1202"), -5'000);
    EXPECT_EQ(balance_of("1103"), 5'000);
    EXPECT_EQ(cases(), "late_success 5000 open");
    EXPECT_EQ(events(), "payout.failed task.opened");
}

}  // namespace
}  // namespace sluice::testing
