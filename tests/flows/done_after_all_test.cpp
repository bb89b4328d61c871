// What a channel refused and did all the same, while its run still looks for another way: it takes
// its place as soon as that is free, and nothing more goes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/after_the_end.hpp"
#include "flows/people.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::InstructionStatus;
using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

FlowDriver begun(DriveOptions options) {
    options.memory = Memory::dehydrated;
    FlowDriver driver(std::move(options));
    driver.start();
    return driver;
}

/// Of 70 of an order, which may also be paid out: the channel has just refused it, and another was
/// asked to pay it out.
FlowDriver refused_and_being_paid_out() {
    auto options = refund_of(7000);
    name_payee(options);
    FlowDriver refund = begun(std::move(options));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));
    EXPECT_EQ(refund.sent().back(), "payout wx-b");
    return refund;
}

const payment::Instruction& first_of(const FlowDriver& driver) {
    return driver.picture().instructions.front();
}

void hear_that_it_was_done(FlowDriver& driver, const payment::Instruction& about) {
    driver.feed({AfterTheEnd::told(about, paid(about))});
    EXPECT_EQ(driver.error(), "");
}

/// With what it was to have done, and nothing left anywhere.
void expect_done(const FlowDriver& driver) {
    EXPECT_EQ(driver.error(), "");
    EXPECT_EQ(driver.status(), SubjectStatus::succeeded);
    EXPECT_EQ(first_of(driver).status, InstructionStatus::succeeded);
    EXPECT_EQ(first_of(driver).outcome_code, "");
    for (const auto* gl : {"1202", "2202", "2203"}) {
        EXPECT_EQ(driver.booked_on(gl), 0) << gl;
    }
}

TEST(DoneAfterAll, EndsARefundThatWaitsForItsNextTry) {
    FlowDriver refund = begun(refund_of(7000));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "NOT_ENOUGH"));

    hear_that_it_was_done(refund, first_of(refund));

    expect_done(refund);
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a"));
    EXPECT_THAT(refund.cases(), IsEmpty());
    EXPECT_THAT(
        refund.claims(),
        ElementsAre("claim 7000", "yield 7000", "claim 7000", "yield 7000", "claim 7000")
    );
}

TEST(DoneAfterAll, WithdrawsTheTryThatWaitsToBeSentAgain) {
    FlowDriver refund = begun(refund_of(7000));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "NOT_ENOUGH"));
    refund.wake();
    refund.answer(Operation::refund, says(OutcomeKind::not_sent, "CONNECT"));
    ASSERT_EQ(refund.status_of(0), "created");

    hear_that_it_was_done(refund, first_of(refund));

    expect_done(refund);
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "refund wx-a"));
    EXPECT_EQ(refund.status_of(0), "refused");
}

TEST(DoneAfterAll, IsOwedToUsWhileAnotherWayMayPayIt) {
    FlowDriver refund = refused_and_being_paid_out();

    hear_that_it_was_done(refund, first_of(refund));

    EXPECT_EQ(refund.booked_on("1202"), 7000);
    EXPECT_THAT(refund.cases(), ElementsAre("late_success 7000"));
    refund.answer(Operation::payout, paid(refund.instruction(0)));
    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("1202"), 7000) << "the payer has it twice";
    EXPECT_EQ(closed_cases(refund), 0U);
}

TEST(DoneAfterAll, TakesItsPlaceWhenTheOtherWayIsRefused) {
    FlowDriver refund = refused_and_being_paid_out();
    hear_that_it_was_done(refund, first_of(refund));

    refund.answer(Operation::payout, says(OutcomeKind::refused, "NO_SUCH_CARD"));

    expect_done(refund);
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "payout wx-b")) << "no third way";
    EXPECT_EQ(refund.booked_on("1101"), -7000);
    EXPECT_EQ(closed_cases(refund), 1U);
    EXPECT_THAT(turns_of(refund), ElementsAre("opened", "cancelled")) << "nobody need say any more";
}

TEST(DoneAfterAll, TakesItsPlaceAsAPayoutOfItsRefund) {
    FlowDriver refund = refused_and_being_paid_out();
    const payment::Instruction out = refund.instruction(0);
    refund.answer(Operation::payout, says(OutcomeKind::refused, "NO_SUCH_CARD"));
    ASSERT_EQ(refund.sent().back(), "payout wx-a");
    hear_that_it_was_done(refund, out);
    EXPECT_EQ(refund.booked_on("1202"), 7000);

    refund.answer(Operation::payout, says(OutcomeKind::refused, "NO_SUCH_CARD"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("1103"), -7000);
    EXPECT_EQ(refund.booked_on("1101"), 0);
    for (const auto* gl : {"1202", "2202", "2203"}) {
        EXPECT_EQ(refund.booked_on(gl), 0) << gl;
    }
    EXPECT_EQ(closed_cases(refund), 1U);
}

TEST(DoneAfterAll, TakesItsPlaceWhenTheOtherWayCameBack) {
    auto options = refund_of_legs(2000, {"wx-a", "wx-b"});
    name_payee(options);
    FlowDriver refund = begun(std::move(options));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));
    const payment::Instruction out = refund.instruction(0);
    refund.answer(Operation::payout, paid(out));
    hear_that_it_was_done(refund, first_of(refund));
    EXPECT_EQ(refund.booked_on("1202"), 1000);

    refund.feed({AfterTheEnd::told(out, came_back(out))});
    EXPECT_EQ(refund.booked_on("1202"), 0);
    refund.answer(Operation::refund, paid(refund.instruction(0)));

    expect_done(refund);
    EXPECT_THAT(refund.sent(), SizeIs(3)) << "nothing goes for the first part again";
}

TEST(DoneAfterAll, IsOwedToUsWhenAnotherRefundHasTakenTheRoom) {
    FlowDriver refund = refused_and_being_paid_out();
    hear_that_it_was_done(refund, first_of(refund));
    refund.cap = [](const flow::RefundClaim& claim) {
        return claim.kind == flow::RefundClaim::Kind::claim ? "over_refund" : "";
    };

    refund.answer(Operation::payout, says(OutcomeKind::refused, "NO_SUCH_CARD"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.booked_on("1202"), 7000);
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "payout wx-b"));
}

TEST(DoneAfterAll, NeverTakesThePlaceOfAnotherPart) {
    auto options = refund_of_legs(2000, {"wx-a", "wx-b"});
    name_balance_account(options);
    FlowDriver refund = begun(std::move(options));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));
    ASSERT_EQ(refund.sent().back(), "refund wx-a") << "the first part is on a balance";

    hear_that_it_was_done(refund, first_of(refund));
    refund.answer(Operation::refund, paid(refund.instruction(0)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("1202"), 1000);
    EXPECT_EQ(refund.booked_on("2202"), 0);
}

TEST(DoneAfterAll, TakesTheQuestionBackThatPeopleWereAsked) {
    FlowDriver refund = begun(refund_of_legs(2000, {"wx-a", "wx-b"}));
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    const payment::Instruction second = refund.instruction(0);
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    ASSERT_EQ(newest_task(refund).kind, "give_back");

    hear_that_it_was_done(refund, second);

    expect_done(refund);
    EXPECT_EQ(newest_task(refund).status, payment::TaskStatus::cancelled);
    EXPECT_EQ(closed_cases(refund), 1U);
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-b", "refund wx-a"));
}

TEST(DoneAfterAll, TakesTheQuestionBackWhoseMoneyAnAccountHadMeanwhile) {
    FlowDriver refund = begun(conversion_of_two_parts());
    refund.answer(Operation::refund, paid(refund.picture().instructions.back()));
    const payment::Instruction second = refund.picture().instructions.back();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    ASSERT_EQ(newest_task(refund).kind, "give_back");

    hear_that_it_was_done(refund, second);

    expect_done(refund);
    EXPECT_EQ(newest_task(refund).status, payment::TaskStatus::cancelled);
    EXPECT_EQ(closed_cases(refund), 1U);
    EXPECT_EQ(refund.booked_on("2001"), 7000);
    EXPECT_THAT(refund.sent(), SizeIs(2));
}

TEST(DoneAfterAll, WinsAgainstWhatPeopleDecideAtTheSameMoment) {
    FlowDriver refund = begun(refund_of_legs(2000, {"wx-a", "wx-b"}));
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    const payment::Instruction second = refund.instruction(0);
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    const auto said = vote_fact(refund, give_it("zhao.min", "original"));

    refund.feed({said, AfterTheEnd::told(second, paid(second))});

    expect_done(refund);
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-b", "refund wx-a"));
}

TEST(DoneAfterAll, PaysAPayoutWhoseNextChannelRefusesToo) {
    FlowDriver payout = begun(payout_of(50'000, 100));
    payout.answer(Operation::payout, says(OutcomeKind::refused, "NO"));
    hear_that_it_was_done(payout, first_of(payout));
    EXPECT_EQ(payout.booked_on("1202"), 50'000);

    payout.answer(Operation::payout, says(OutcomeKind::refused, "NO"));

    expect_done(payout);
    EXPECT_EQ(closed_cases(payout), 1U);
    EXPECT_EQ(payout.booked_on("4002"), -100) << "it earns its fee";
}

}  // namespace
}  // namespace sluice::testing
