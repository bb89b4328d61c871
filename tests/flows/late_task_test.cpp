// How money ends that moved against our record: people say it, after the end of the run and while
// it lives, and what they decide is booked at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/after_the_end.hpp"
#include "flows/people.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A payout that failed, and that its channel paid after all.
AfterTheEnd paid_twice(Value policy = {}) {
    FlowDriver payout(payout_of(50'000, 0));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::refused, "NO"));
    payout.answer(Operation::payout, says(OutcomeKind::refused, "NO"));
    EXPECT_EQ(payout.status(), SubjectStatus::failed) << payout.error();
    AfterTheEnd late(payout);
    late.policy = std::move(policy);
    EXPECT_TRUE(late.hears(late.external(), paid(late.external())));
    return late;
}

/// One person of finance within three hours; after one hour management may say it too.
Value impatient() {
    Value escalate;
    escalate.set("after", 3600);
    escalate.set("role", "management");
    Value answer;
    answer.set("role", "finance");
    answer.set("needed", 1);
    answer.set("deadline", 10'800);
    answer.set("escalate", std::move(escalate));
    return answer;
}

/// A refund that came back after its success.
AfterTheEnd returned_refund() {
    FlowDriver refund(refund_of(7000));
    refund.start();
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    AfterTheEnd late(refund);
    EXPECT_TRUE(late.hears(late.external(), came_back(late.external())));
    EXPECT_EQ(late.status(), SubjectStatus::returned);
    return late;
}

TEST(LateTask, AsksHowMoneyEndsThatSomebodyHasTwice) {
    const AfterTheEnd late = paid_twice();

    EXPECT_THAT(late.cases(), ElementsAre("late_success 50000"));
    const payment::Task task = late.task();
    EXPECT_EQ(task.kind, "settle");
    EXPECT_EQ(task.amount, cny(50'000));
    EXPECT_EQ(task.needed, 2) << "without a policy nobody decides alone";
    EXPECT_THAT(
        task.form.front().choices,
        ElementsAre(
            "recovered_at_channel", "recovered_by_bank", "written_off", "left_with_merchant"
        )
    );
}

TEST(LateTask, EndsWhatIsRecoverableAsPeopleSay) {
    const std::pair<const char*, const char*> ends[] = {
        {"recovered_at_channel", "debit 1103 wechatpay/wx-b 50000"},
        {"recovered_by_bank", "debit 1001 own_bank 50000"},
        {"written_off", "debit 5901 shop 50000"},
        {"left_with_merchant", "debit 1201 shop 50000"},
    };
    for (const auto& [how, debit] : ends) {
        AfterTheEnd late = paid_twice();

        ASSERT_TRUE(late.hears("zhao.min", how));
        EXPECT_THAT(late.postings(), IsEmpty()) << "one of two";
        ASSERT_TRUE(late.hears("sun.li", how));

        EXPECT_THAT(late.postings(), ElementsAre(debit, "credit 1202 shop 50000")) << how;
        EXPECT_THAT(late.step.closed_cases, SizeIs(1));
        EXPECT_FALSE(late.asks());
        EXPECT_EQ(late.status(), SubjectStatus::failed) << "the business was told so";
        EXPECT_FALSE(late.hears(late.external(), paid(late.external()))) << "the old success again";
    }
}

TEST(LateTask, IsNotNeededWhenTheMoneyComesBackByItself) {
    AfterTheEnd late = paid_twice();
    ASSERT_TRUE(late.hears("zhao.min", "written_off"));

    ASSERT_TRUE(late.hears(late.external(), came_back(late.external())));

    EXPECT_THAT(
        late.postings(), ElementsAre("debit 1103 wechatpay/wx-b 50000", "credit 1202 shop 50000")
    );
    EXPECT_THAT(late.step.closed_cases, SizeIs(1));
    EXPECT_FALSE(late.asks());
}

TEST(LateTask, TellsPeopleWhenMoneyComesBackThatTheyWroteOff) {
    AfterTheEnd late = paid_twice();
    ASSERT_TRUE(late.hears("zhao.min", "written_off"));
    ASSERT_TRUE(late.hears("sun.li", "written_off"));

    ASSERT_TRUE(late.hears(late.external(), came_back(late.external())));

    EXPECT_THAT(late.cases(), ElementsAre("conflicted 50000"));
    EXPECT_THAT(late.postings(), IsEmpty()) << "it is not booked twice";
}

TEST(LateTask, AsksAgainWhenSomebodySaysNo) {
    AfterTheEnd late = paid_twice();
    const TaskId first = late.task().id;
    payment::TaskVote vote;
    vote.task = first;
    vote.actor = "zhao.min";
    vote.roles = {"finance"};
    vote.verdict = payment::Verdict::deny;
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::task_vote;
    fact.vote = std::make_shared<const payment::TaskVote>(std::move(vote));

    ASSERT_TRUE(late.hears({fact}));

    EXPECT_NE(late.task().id, first);
    EXPECT_THAT(late.step.closed_cases, IsEmpty());
    EXPECT_TRUE(late.hears("zhao.min", "written_off")) << "another task, another vote";
}

TEST(LateTask, GoesToAnotherRoleWhenNobodySaysAnything) {
    AfterTheEnd late = paid_twice(impatient());
    EXPECT_FALSE(late.waits(std::chrono::seconds(3599))) << "before its time";
    EXPECT_FALSE(late.hears("zhou.yu", "written_off", "management"));

    ASSERT_TRUE(late.waits(std::chrono::seconds(1)));

    EXPECT_TRUE(late.task().escalated);
    EXPECT_FALSE(late.waits(std::chrono::seconds(1))) << "once";
    ASSERT_TRUE(late.hears("zhou.yu", "written_off", "management"));
    EXPECT_THAT(late.postings(), ElementsAre("debit 5901 shop 50000", "credit 1202 shop 50000"));
}

TEST(LateTask, IsAskedAnewAfterItsDeadlineWithAsMuchTimeAsBefore) {
    AfterTheEnd late = paid_twice(impatient());
    const payment::Task first = late.task();

    ASSERT_TRUE(late.waits(std::chrono::hours(4)));

    ASSERT_THAT(late.step.task_turns, SizeIs(2));
    EXPECT_EQ(late.step.task_turns.front().task.id, first.id);
    EXPECT_EQ(late.step.task_turns.front().task.status, payment::TaskStatus::expired);
    EXPECT_THAT(late.postings(), IsEmpty());
    EXPECT_THAT(late.step.closed_cases, IsEmpty());
    const payment::Task second = late.task();
    EXPECT_EQ(second.opened_at, first.opened_at + std::chrono::hours(4));
    EXPECT_EQ(second.escalates_at, second.opened_at + std::chrono::hours(1));
    EXPECT_EQ(second.due_at, second.opened_at + std::chrono::hours(3));
    EXPECT_TRUE(late.hears("zhao.min", "written_off"));
    EXPECT_THAT(late.step.closed_cases, SizeIs(1));
}

TEST(LateTask, LeavesAReturnedRefundWithTheMerchant) {
    AfterTheEnd late = returned_refund();
    EXPECT_THAT(late.cases(), ElementsAre("refund_returned 7000"));

    ASSERT_TRUE(late.hears("zhao.min", "left_with_merchant"));
    ASSERT_TRUE(late.hears("sun.li", "left_with_merchant"));

    EXPECT_THAT(late.postings(), IsEmpty());
    EXPECT_THAT(late.step.closed_cases, SizeIs(1));
    EXPECT_EQ(late.status(), SubjectStatus::returned);
}

TEST(LateTask, BooksAReturnedRefundThatPeoplePaidAgain) {
    AfterTheEnd late = returned_refund();

    ASSERT_TRUE(late.hears("zhao.min", "paid_again_by_bank"));
    ASSERT_TRUE(late.hears("sun.li", "paid_again_by_bank"));

    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 2101 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 1001 own_bank 7000"
        )
    );
    EXPECT_THAT(late.claims(), ElementsAre("claim 7000")) << "the caps hold for it too";
    EXPECT_EQ(late.step.order_refund.minor, 7000);
    EXPECT_EQ(late.status(), SubjectStatus::succeeded);
    EXPECT_THAT(late.step.told, ElementsAre(SubjectStatus::succeeded));
    EXPECT_THAT(late.step.closed_cases, SizeIs(1));
}

TEST(LateTask, BooksNoSecondPaymentOfWhatAnotherRefundHasTaken) {
    for (const char* why : {"over_refunded", "more_than_paid"}) {
        AfterTheEnd late = returned_refund();
        ASSERT_TRUE(late.hears("zhao.min", "paid_again_by_bank"));
        const std::uint32_t ordinal = std::string(why) == "over_refunded" ? 1U : 2U;
        late.refused = {refusal(ordinal, why)};

        ASSERT_TRUE(late.hears("sun.li", "paid_again_by_bank"));

        EXPECT_THAT(late.postings(), IsEmpty());
        EXPECT_THAT(late.claims(), IsEmpty());
        EXPECT_THAT(late.step.closed_cases, IsEmpty());
        EXPECT_EQ(late.status(), SubjectStatus::returned);
        EXPECT_TRUE(late.asks()) << "another word is needed";
    }
}

/// A closed payment of which the channel says later that it took another amount.
AfterTheEnd contested_payment() {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    pay.request_close();
    pay.answer(Operation::close, says(OutcomeKind::closed));
    pay.answer(Operation::query, says(OutcomeKind::closed));
    AfterTheEnd late(pay);
    EXPECT_TRUE(late.hears(late.external(), paid(late.external(), cny(6999))));
    EXPECT_THAT(late.cases(), ElementsAre("conflicted 7000"));
    return late;
}

TEST(LateTask, KeepsOurRecordWhenPeopleFindItRight) {
    AfterTheEnd late = contested_payment();

    ASSERT_TRUE(late.hears("zhao.min", "our_record_is_right"));
    ASSERT_TRUE(late.hears("sun.li", "our_record_is_right"));

    EXPECT_THAT(late.postings(), IsEmpty());
    EXPECT_THAT(late.step.closed_cases, SizeIs(1));
    EXPECT_EQ(late.status(), SubjectStatus::closed);
}

TEST(LateTask, FollowsTheChannelWhenPeopleFindItRight) {
    AfterTheEnd late = contested_payment();

    ASSERT_TRUE(late.hears("zhao.min", "channel_is_right"));
    ASSERT_TRUE(late.hears("sun.li", "channel_is_right"));

    EXPECT_THAT(
        late.postings(), ElementsAre("debit 1101 wechatpay/wx-a 7000", "credit 2204 shop 7000")
    );
    EXPECT_THAT(late.cases(), ElementsAre("surplus 7000"));
    EXPECT_THAT(late.step.closed_cases, SizeIs(1));
    EXPECT_EQ(late.status(), SubjectStatus::surplus);
}

TEST(LateTask, OfALiveRunOutlivesItAndIsNoBusinessOfItsScript) {
    DriveOptions options = payout_of(50'000, 0);
    options.memory = Memory::dehydrated;
    FlowDriver payout(std::move(options));
    payout.start();
    const auto first = payout.instruction(0);
    payout.answer(Operation::payout, says(OutcomeKind::refused, "NO"));
    flow::Fact late;
    late.kind = flow::Fact::Kind::callback;
    late.source = payment::Source::callback;
    late.operation = Operation::payout;
    late.instruction = first.id;
    late.outcome = paid(first);

    payout.feed({late});
    const payment::Task task = newest_task(payout);
    payout.answer(Operation::payout, paid(payout.instruction(0)));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_EQ(task.kind, "settle");
    EXPECT_EQ(task.role, "finance");
    EXPECT_THAT(turns_of(payout), ElementsAre("opened")) << "its end leaves the task open";
}

TEST(LateTask, OfALiveRunIsBookedWhileItGoesOn) {
    DriveOptions options = payout_of(50'000, 0);
    options.memory = Memory::dehydrated;
    FlowDriver payout(std::move(options));
    payout.start();
    const auto first = payout.instruction(0);
    payout.answer(Operation::payout, says(OutcomeKind::refused, "NO"));
    flow::Fact late;
    late.kind = flow::Fact::Kind::callback;
    late.source = payment::Source::callback;
    late.operation = Operation::payout;
    late.instruction = first.id;
    late.outcome = paid(first);
    payout.feed({late});
    const std::string said = R"({"how":"written_off","evidence":"x"})";

    EXPECT_EQ(vote(payout, {"zhao.min", payment::Verdict::approve, said}), "");

    EXPECT_EQ(payout.booked_on("1202"), 0);
    EXPECT_EQ(payout.booked_on("5901"), 50'000);
    EXPECT_EQ(closed_cases(payout), 1U);
    payout.answer(Operation::payout, paid(payout.instruction(0)));
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded) << payout.error();
}

}  // namespace
}  // namespace sluice::testing
