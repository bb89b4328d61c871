// Money of which the channel contradicts our record: no word of the channel ends that, what people
// found out does, and the flow goes on from there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/people.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

/// A payment whose channel confirms another amount than was asked for.
FlowDriver conflicted_payment(DriveOptions options = {}) {
    options.memory = Memory::dehydrated;
    FlowDriver pay(std::move(options));
    pay.start();
    pay.answer(Operation::collect, paid(pay.instruction(), cny(6999)));
    return pay;
}

TEST(Conflict, IsACaseAndATaskAboutIt) {
    const FlowDriver pay = conflicted_payment();

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(pay.cases(), ElementsAre("conflicted 7000"));
    const payment::Task task = newest_task(pay);
    EXPECT_EQ(task.kind, "resolve");
    EXPECT_EQ(task.about, pay.instruction().id);
    EXPECT_EQ(task.amount, cny(7000));
    EXPECT_THAT(pay.postings(), IsEmpty());
}

TEST(Conflict, EndsAsPeopleFoundOutThatTheMoneyCame) {
    FlowDriver pay = conflicted_payment();

    EXPECT_EQ(vote(pay, found_out("li.lei", "succeeded")), "");

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_EQ(pay.instruction().outcome_code, "resolved_by_hand");
    EXPECT_EQ(pay.booked_on("1101"), 7000);
    EXPECT_EQ(pay.booked_on("2101"), -10'000);
    EXPECT_EQ(closed_cases(pay), 1U);
}

TEST(Conflict, EndsAsPeopleFoundOutThatItDidNotAndOnlyThenTriesAnotherAccount) {
    FlowDriver pay = conflicted_payment();
    EXPECT_THAT(pay.sent(), Not(Contains("collect wx-b")));

    EXPECT_EQ(vote(pay, found_out("li.lei", "refused")), "");

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(closed_cases(pay), 1U);
    EXPECT_EQ(pay.sent().back(), "collect wx-b");
    pay.answer(Operation::collect, paid(pay.instruction()));
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
}

TEST(Conflict, IsAskedAboutAgainWhenSomebodyCannotSay) {
    FlowDriver pay = conflicted_payment();

    EXPECT_EQ(vote(pay, {"li.lei", payment::Verdict::deny, "", "operations"}), "");

    EXPECT_THAT(turns_of(pay), ElementsAre("opened", "voted", "denied", "opened"));
    EXPECT_EQ(pay.status_of(), "conflicted");
    EXPECT_EQ(closed_cases(pay), 0U);
}

TEST(Conflict, IsNotEndedByTheChannelHoweverOftenItSpeaks) {
    FlowDriver pay = conflicted_payment();

    pay.call_back(paid(pay.instruction()));
    pay.call_back(says(OutcomeKind::closed, "CLOSED"));
    pay.call_back(paid(pay.instruction(), cny(6999)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status_of(), "conflicted");
    EXPECT_THAT(pay.cases(), ElementsAre("conflicted 7000"));
    EXPECT_EQ(closed_cases(pay), 0U);
    EXPECT_EQ(newest_task(pay).status, payment::TaskStatus::open);
}

TEST(Conflict, KeepsTheWishToCloseThatCameMeanwhile) {
    FlowDriver pay = conflicted_payment();
    pay.request_close();

    EXPECT_EQ(vote(pay, found_out("li.lei", "refused")), "");

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::closed);
    EXPECT_THAT(pay.sent(), Not(Contains("collect wx-b")));
}

TEST(Conflict, ThatIsResolvedMeetsTheChannelsContradictionAsEvidence) {
    FlowDriver pay = conflicted_payment();
    const auto first = pay.instruction();
    EXPECT_EQ(vote(pay, found_out("li.lei", "refused")), "");
    flow::Fact again = pay.callback_fact(paid(first, cny(6999)));
    again.instruction = first.id;

    pay.feed({again});

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(pay.cases(), ElementsAre("conflicted 7000"));
    EXPECT_THAT(pay.postings(), IsEmpty());
}

TEST(Conflict, OfAPayoutIsPaidElsewhereOnceItIsKnownThatItWasNot) {
    DriveOptions options = payout_of(50'000, 0);
    options.memory = Memory::dehydrated;
    FlowDriver payout(std::move(options));
    payout.start();
    payout.answer(Operation::payout, paid(payout.instruction(0), cny(49'999)));
    ASSERT_EQ(payout.status_of(0), "conflicted");

    EXPECT_EQ(vote(payout, found_out("li.lei", "refused")), "");
    payout.answer(Operation::payout, paid(payout.instruction(0)));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_EQ(payout.booked_on("2203"), 0);
    EXPECT_EQ(closed_cases(payout), 1U);
}

TEST(Conflict, OfAPartOfARefundIsAskedAboutWhenTheOthersHaveGone) {
    DriveOptions options = refund_of_legs(2000, {"wx-a", "wx-b"});
    options.memory = Memory::dehydrated;
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, paid(refund.instruction(0), cny(999)));
    EXPECT_THAT(turns_of(refund), IsEmpty()) << "the other part goes first";
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    EXPECT_EQ(newest_task(refund).kind, "resolve");

    EXPECT_EQ(vote(refund, found_out("li.lei", "succeeded")), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("2202"), 0);
    EXPECT_EQ(closed_cases(refund), 1U);
}

TEST(Conflict, OfAPartThatDidNotGoTakesTheWaysThatAreLeft) {
    DriveOptions options = refund_of_legs(2000, {"wx-a", "wx-b"});
    name_payee(options);
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, paid(refund.instruction(0), cny(999)));
    refund.answer(Operation::refund, paid(refund.instruction(0)));

    EXPECT_EQ(vote(refund, found_out("li.lei", "refused")), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(closed_cases(refund), 1U);
    refund.answer(Operation::payout, paid(refund.instruction(0)));
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("2202"), 0);
    EXPECT_EQ(refund.booked_on("2203"), 0);
}

}  // namespace
}  // namespace sluice::testing
