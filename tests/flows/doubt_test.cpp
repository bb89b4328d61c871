// Money of which no channel tells what became of it: people find out, and while they do, the
// channel's own word still wins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/hostile_flow.hpp"
#include "flows/people.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using payment::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kResolvedByOne = 50'000;
constexpr std::int64_t kResolvedByTwo = 2'000'000;  // 20,000.00

class Doubt : public ::testing::Test {
  protected:
    /// A payout that was sent, of which the channel tells nothing until people are asked.
    FlowDriver payout_in_doubt(std::int64_t minor) {
        DriveOptions options = payout_of(minor, 0);
        options.memory = Memory::dehydrated;
        FlowDriver payout(std::move(options));
        payout.start();
        payout.answer(Operation::payout, says(OutcomeKind::unknown));
        tell_nothing(payout, Operation::payout_query);
        return payout;
    }
};

TEST_F(Doubt, IsACaseAndATask) {
    const FlowDriver payout = payout_in_doubt(kResolvedByOne);

    EXPECT_EQ(payout.error(), "");
    EXPECT_THAT(payout.cases(), ElementsAre("needs_operator 50000"));
    const payment::Task task = newest_task(payout);
    EXPECT_EQ(task.kind, "resolve");
    EXPECT_EQ(task.about, payout.instruction(0).id);
    EXPECT_EQ(task.needed, 1);
    EXPECT_EQ(payout.status(), SubjectStatus::pending) << "nobody is told that it failed";
    EXPECT_EQ(payout.status_of(0), "unknown");
    EXPECT_TRUE(payout.run().wake_at().has_value()) << "the channel is still asked";
}

TEST_F(Doubt, EndsAsPeopleFoundOutThatItWasPaid) {
    FlowDriver payout = payout_in_doubt(kResolvedByOne);

    EXPECT_EQ(vote(payout, found_out("li.lei", "succeeded")), "");

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_EQ(payout.instruction(0).outcome_code, "resolved_by_hand");
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2001 payer 50000",
            "credit 2203 shop 50000",
            "debit 2203 shop 50000",
            "credit 1103 wechatpay/wx-b 50000"
        )
    );
    EXPECT_EQ(closed_cases(payout), 1U);
    EXPECT_THAT(payout.journal().back().body, HasSubstr("seen by li.lei")) << "the evidence";
}

TEST_F(Doubt, EndsAsPeopleFoundOutThatItWasNotPaid) {
    FlowDriver payout = payout_in_doubt(kResolvedByOne);

    EXPECT_EQ(vote(payout, found_out("li.lei", "refused")), "");

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.sent().back(), "payout wx-a") << "only now another channel may be tried";
    EXPECT_EQ(closed_cases(payout), 1U);
    payout.answer(Operation::payout, paid(payout.instruction(0)));
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
}

TEST_F(Doubt, WantsTheSameWordFromTwoPeopleWhenMuchIsAtStake) {
    FlowDriver payout = payout_in_doubt(kResolvedByTwo);
    EXPECT_EQ(newest_task(payout).needed, 2);

    EXPECT_EQ(vote(payout, found_out("li.lei", "succeeded")), "");
    EXPECT_EQ(vote(payout, found_out("han.meimei", "refused")), "");
    EXPECT_EQ(payout.status_of(0), "unknown") << "they do not agree";
    EXPECT_EQ(vote(payout, found_out("wang.wei", "succeeded")), "");

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
}

TEST_F(Doubt, IsNotResolvedWithoutEvidence) {
    FlowDriver payout = payout_in_doubt(kResolvedByOne);
    const auto say = [](const std::string& values) {
        return Say{"li.lei", Verdict::approve, values, "operations"};
    };

    EXPECT_THAT(vote(payout, say(R"({"outcome":"succeeded"})")), HasSubstr("evidence is missing"));
    EXPECT_THAT(
        vote(payout, say(R"({"outcome":"lost","evidence":"x"})")),
        HasSubstr("outcome is 'lost', wanted succeeded or refused")
    );
    EXPECT_EQ(payout.status_of(0), "unknown");
}

TEST_F(Doubt, EndsByTheChannelsOwnWordWhileItIsOpen) {
    FlowDriver payout = payout_in_doubt(kResolvedByTwo);
    EXPECT_EQ(vote(payout, found_out("li.lei", "refused")), "");

    payout.wake();
    payout.answer(Operation::payout_query, paid(payout.instruction(0)));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_THAT(turns_of(payout), ElementsAre("opened", "voted", "cancelled"));
    EXPECT_EQ(closed_cases(payout), 1U);
}

TEST_F(Doubt, IsOverForWhoeverComesLater) {
    FlowDriver payout = payout_in_doubt(kResolvedByTwo);
    const flow::Fact late = vote_fact(payout, found_out("li.lei", "refused"));
    payout.wake();
    const auto sent = payout.open_exchange(Operation::payout_query);
    ASSERT_TRUE(sent.has_value());

    payout.feed({payout.answer_to(*sent, says(OutcomeKind::refused, "NO")), late});

    EXPECT_EQ(payout.error(), "");
    ASSERT_THAT(payout.last().refused_votes, SizeIs(1));
    EXPECT_EQ(payout.last().refused_votes[0].why.context, "task_over");
    EXPECT_EQ(payout.sent().back(), "payout wx-a");
}

TEST_F(Doubt, EndsOnceWhenTheChannelAndPeopleSpeakTogether) {
    FlowDriver payout = payout_in_doubt(kResolvedByOne);
    payout.wake();
    const auto sent = payout.open_exchange(Operation::payout_query);
    ASSERT_TRUE(sent.has_value());

    payout.feed(
        {vote_fact(payout, found_out("li.lei", "refused")),
         payout.answer_to(*sent, paid(payout.instruction(0)))}
    );

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded) << "the channel's word wins";
    EXPECT_THAT(payout.postings(), SizeIs(4));
    EXPECT_THAT(payout.sent(), ::testing::Not(::testing::Contains("payout wx-a")));
}

TEST_F(Doubt, IsAskedAboutAgainWhenSomebodyCannotSay) {
    FlowDriver payout = payout_in_doubt(kResolvedByOne);

    EXPECT_EQ(vote(payout, {"li.lei", Verdict::deny, "", "operations"}), "");
    payout.wake();
    payout.answer(Operation::payout_query, says(OutcomeKind::unknown));

    EXPECT_EQ(payout.error(), "");
    EXPECT_THAT(turns_of(payout), ElementsAre("opened", "voted", "denied", "opened"));
    EXPECT_THAT(payout.cases(), SizeIs(1)) << "it is one case all the time";
    EXPECT_EQ(vote(payout, found_out("han.meimei", "succeeded")), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
}

TEST_F(Doubt, OfAPaymentEndsItAsIfTheChannelHadSaidSo) {
    FlowDriver pay({.memory = Memory::dehydrated, .order_lasts = std::chrono::hours(24)});
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown));
    tell_nothing(pay, Operation::query);

    EXPECT_EQ(vote(pay, found_out("li.lei", "succeeded")), "");

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
}

TEST_F(Doubt, OfARefundEndsItToo) {
    DriveOptions options = refund_of(7'000);
    options.memory = Memory::dehydrated;
    FlowDriver refund(options);
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::unknown));
    tell_nothing(refund, Operation::refund_query);

    EXPECT_EQ(vote(refund, found_out("li.lei", "succeeded")), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
}

const char* const kResolve =
    "local t = kernel.task { kind = 'resolve', title = { en = 'x', zh = 'x' }, role = 'operations',"
    " about = sent } ";

TEST(Resolution, IsRefusedWithoutAnApprovedTask) {
    EXPECT_THAT(
        refusal_of(std::string(kResolve) + "kernel.resolve(t)"), HasSubstr("is no approved task")
    );
    EXPECT_THAT(
        refusal_of("kernel.resolve('tsk_01K9ZV3QAG3V7T4N6YB2D5H8JM')"),
        HasSubstr("is no approved task")
    );
}

TEST(Resolution, IsRefusedForATaskOfAnotherKind) {
    FlowDriver pay =
        drive_hostile(hostile("local t = kernel.task { kind = 'approve', title = { en = 'x', zh = "
                              "'x' }, role = 'finance',"
                              " about = sent } kernel.wait() kernel.resolve(t)"));
    pay.start();

    pay.feed({vote_fact(pay, {"li.lei"})});

    EXPECT_THAT(pay.error(), HasSubstr("is no approved task of kind resolve"));
}

TEST(Resolution, IsRefusedASecondTime) {
    FlowDriver pay = drive_hostile(
        hostile(std::string(kResolve) + "kernel.wait() kernel.resolve(t) kernel.resolve(t)")
    );
    pay.start();

    pay.feed({vote_fact(pay, found_out("li.lei", "succeeded"))});

    EXPECT_THAT(pay.error(), HasSubstr("is succeeded, people resolve only what nobody knows"));
}

TEST(Resolution, HasAFormThatNoScriptMayChange) {
    EXPECT_THAT(
        refusal_of("kernel.task { kind = 'resolve', title = { en = 'x', zh = 'x' }, role = 'o', "
                   "about = sent, form = { { name = 'outcome', title = { en = 'a', zh = 'a' }, "
                   "type = 'text' } } }"),
        HasSubstr("its form is given")
    );
}

}  // namespace
}  // namespace sluice::testing
