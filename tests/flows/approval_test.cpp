// Payouts and refunds that wait for people: who may say so, how many, how long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/hostile_flow.hpp"
#include "flows/people.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::SubjectStatus;
using payment::TaskStatus;
using payment::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kApprovedByOne = 6'000'000;   // 60,000.00
constexpr std::int64_t kApprovedByTwo = 60'000'000;  // 600,000.00
constexpr std::int64_t kForNobody = 5'000'000;

/// Nothing stays in memory between two activations: what is counted comes from the journal.
DriveOptions from_journal(DriveOptions options) {
    options.memory = Memory::dehydrated;
    return options;
}

TEST(Approval, OfAPayoutIsWaitedForBeforeMoneyMoves) {
    FlowDriver payout(from_journal(payout_of(kApprovedByOne, 0)));
    payout.start();

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.picture().subject.stage, "approve");
    EXPECT_THAT(payout.hold_steps(), IsEmpty());
    EXPECT_THAT(payout.sent(), IsEmpty());
    EXPECT_EQ(newest_task(payout).role, "finance");
    EXPECT_EQ(newest_task(payout).amount, cny(kApprovedByOne));

    EXPECT_EQ(vote(payout, {"li.lei"}), "");
    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b"));
    payout.answer(Operation::payout, paid(payout.instruction(0)));
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_THAT(turns_of(payout), ElementsAre("opened", "voted", "approved"));
}

TEST(Approval, OfAPayoutUpToTheLimitIsAskedOfNobody) {
    FlowDriver payout(payout_of(kForNobody, 0));

    payout.start();

    EXPECT_THAT(turns_of(payout), IsEmpty());
    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b"));
}

TEST(Approval, OfALargePayoutNeedsTwoPeople) {
    FlowDriver payout(from_journal(payout_of(kApprovedByTwo, 0)));
    payout.start();

    EXPECT_EQ(vote(payout, {"li.lei"}), "");
    EXPECT_THAT(payout.sent(), IsEmpty());
    EXPECT_EQ(vote(payout, {"li.lei"}), "") << "the same again is the same";
    EXPECT_EQ(vote(payout, {"li.lei", Verdict::deny}), "already_voted");
    EXPECT_THAT(payout.sent(), IsEmpty()) << "one person has one vote";
    EXPECT_EQ(vote(payout, {"han.meimei"}), "");

    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b"));
    EXPECT_THAT(turns_of(payout), ElementsAre("opened", "voted", "voted", "approved"));
}

TEST(Approval, OfACompensationIsAlwaysAsked) {
    DriveOptions options = payout_of(100, 0);
    std::get<payment::Payout>(options.subject->details).order =
        OrderId(options.subject->subject.id.raw());
    FlowDriver payout(options);

    payout.start();

    EXPECT_EQ(newest_task(payout).status, TaskStatus::open);
    EXPECT_THAT(payout.sent(), IsEmpty());
}

TEST(Approval, ThatIsDeniedEndsThePayoutWithoutATrace) {
    FlowDriver payout(payout_of(kApprovedByTwo, 0));
    payout.start();

    EXPECT_EQ(vote(payout, {"li.lei"}), "");
    EXPECT_EQ(vote(payout, {"han.meimei", Verdict::deny}), "");

    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_EQ(payout.picture().subject.failure_code, "approval_denied");
    EXPECT_THAT(payout.postings(), IsEmpty());
    EXPECT_THAT(payout.sent(), IsEmpty());
}

TEST(Approval, IsForPeopleOfTheRoleOnly) {
    FlowDriver payout(payout_of(kApprovedByOne, 0));
    payout.start();

    EXPECT_THAT(
        vote(payout, {"li.lei", Verdict::approve, "", "operations"}),
        HasSubstr("li.lei has not the role finance")
    );
    EXPECT_THAT(payout.sent(), IsEmpty());
    EXPECT_EQ(newest_task(payout).status, TaskStatus::open);
}

TEST(Approval, OfNoSuchTaskCountsNothing) {
    FlowDriver payout(payout_of(kApprovedByOne, 0));
    payout.start();
    flow::Fact fact = vote_fact(payout, {"li.lei"});
    payment::TaskVote other = *fact.vote;
    other.task = TaskId(payout.picture().subject.id.raw());
    fact.vote = std::make_shared<const payment::TaskVote>(other);

    payout.feed({fact});

    ASSERT_EQ(payout.last().refused_votes.size(), 1U);
    EXPECT_EQ(payout.last().refused_votes[0].why.code, ErrorCode::not_found);
    EXPECT_THAT(payout.sent(), IsEmpty());
}

TEST(Approval, GoesToAnotherRoleWhenNobodySaysAnything) {
    FlowDriver payout(from_journal(payout_of(kApprovedByOne, 0)));
    payout.start();

    payout.wake();
    EXPECT_THAT(turns_of(payout), ElementsAre("opened", "escalated"));
    EXPECT_EQ(vote(payout, {"the.boss", Verdict::approve, "", "management"}), "");

    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b"));
}

TEST(Approval, GoesToNobodyElseBeforeItsTime) {
    FlowDriver payout(payout_of(kApprovedByOne, 0));
    payout.start();
    payout.pass(std::chrono::hours(23));

    EXPECT_THAT(
        vote(payout, {"the.boss", Verdict::approve, "", "management"}), HasSubstr("finance")
    );
}

TEST(Approval, ExpiresAtItsDeadline) {
    FlowDriver payout(from_journal(payout_of(kApprovedByOne, 0)));
    payout.start();
    payout.wake();

    payout.wake();

    EXPECT_THAT(turns_of(payout), ElementsAre("opened", "escalated", "expired"));
    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_EQ(payout.picture().subject.failure_code, "approval_expired");
    EXPECT_THAT(payout.postings(), IsEmpty());
}

TEST(Approval, CountsNoVoteAfterItsDeadline) {
    FlowDriver payout(payout_of(kApprovedByOne, 0));
    payout.start();
    payout.pass(std::chrono::days(3));

    EXPECT_EQ(vote(payout, {"li.lei"}), "task_over");
    EXPECT_EQ(payout.status(), SubjectStatus::failed);
}

TEST(Approval, OfARefundIsWaitedFor) {
    DriveOptions options = refund_of(10'000);
    options.release = release_with(
        "scripts/approval/refund_approval.lua",
        "return { name = 'refund_approval', title = { en = 'x', zh = 'x' }, "
        "decide = function() return { needed = 1, role = 'finance', why = 'always' } end }"
    );
    FlowDriver refund(from_journal(options));

    refund.start();
    EXPECT_EQ(refund.picture().subject.stage, "approve");
    EXPECT_THAT(refund.claims(), ElementsAre("claim 7000", "claim 3000")) << "its room is kept";
    EXPECT_THAT(refund.sent(), IsEmpty());
    EXPECT_FALSE(refund.run().wake_at().has_value()) << "without a deadline nothing wakes it";
    EXPECT_EQ(vote(refund, {"li.lei"}), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.picture().subject.stage, "give_back");
}

DriveOptions surplus_of(std::int64_t minor) {
    DriveOptions options = refund_of(minor);
    auto& refund = std::get<payment::Refund>(options.subject->details);
    refund.is_surplus = true;
    refund.sources.erase(refund.sources.begin());
    refund.sources.front().amount = cny(minor);
    return options;
}

TEST(Approval, OfMuchMoneyThatNoOrderTookComesBeforeItGoesBack) {
    FlowDriver little(surplus_of(500'000));
    little.start();
    EXPECT_THAT(little.sent(), ElementsAre("refund wx-a")) << little.error();
    FlowDriver much(surplus_of(500'001));

    much.start();
    EXPECT_THAT(much.sent(), IsEmpty());
    EXPECT_EQ(newest_task(much).role, "finance");
    EXPECT_EQ(vote(much, {"li.lei"}), "");

    EXPECT_EQ(much.error(), "");
    EXPECT_THAT(much.sent(), ElementsAre("refund wx-a"));
}

TEST(Approval, OfARefundThatIsDeniedOwesTheMerchantAgain) {
    DriveOptions options = refund_of(10'000);
    options.release = release_with(
        "scripts/approval/refund_approval.lua",
        "return { name = 'refund_approval', title = { en = 'x', zh = 'x' }, "
        "decide = function() return { needed = 1, role = 'finance', why = 'always' } end }"
    );
    FlowDriver refund(options);
    refund.start();

    EXPECT_EQ(vote(refund, {"li.lei", Verdict::deny}), "");

    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_THAT(
        refund.postings(),
        ElementsAre(
            "debit 2101 shop 10000",
            "credit 2202 shop 10000",
            "debit 2202 shop 10000",
            "credit 2101 shop 10000"
        )
    );
    EXPECT_THAT(
        refund.claims(), ElementsAre("claim 7000", "claim 3000", "yield 3000", "yield 7000")
    );
}

const char* const kAsk =
    "kernel.task { kind = 'approve', title = { en = 'x', zh = 'x' }, role = 'finance' ";

const std::string kSleep = "while true do kernel.wait() end ";
/// A case whose kind tells which event woke the script.
const std::string kTell = "kernel.open_case('woke_' .. e.type, sent, 'x') " + kSleep;

TEST(Task, IsCancelledWhenItsPaymentEnds) {
    FlowDriver pay =
        drive_hostile(hostile(
            std::string(kAsk) + "} while true do kernel.wait() if kernel.view(sent).status == "
                                "'refused' then break end end kernel.release(card) "
                                "kernel.finish('failed', 'x', 'y')"
        ));
    pay.start();
    pay.answer(Operation::collect, says(payment::OutcomeKind::refused, "NO"));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_THAT(turns_of(pay), ElementsAre("opened", "cancelled"));
}

TEST(Task, IsCancelledWhenItsPaymentUnwinds) {
    FlowDriver pay =
        drive_hostile(hostile(std::string(kAsk) + "} kernel.unwind('x', 'y') " + kSleep));

    pay.start();

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(turns_of(pay), ElementsAre("opened", "cancelled"));
}

TEST(Task, IsNoReasonForTheScriptToWakeUp) {
    FlowDriver pay = drive_hostile(
        hostile(std::string(kAsk) + ", deadline = 60 } local e = kernel.wait(120000) " + kTell)
    );
    pay.start();

    pay.wake();

    EXPECT_THAT(turns_of(pay), ElementsAre("opened", "expired"));
    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(pay.cases(), ElementsAre("woke_task 7000")) << "it hears of the task, no timer";
}

TEST(Task, LeavesTheScriptItsOwnMoment) {
    FlowDriver pay = drive_hostile(hostile(
        std::string(kAsk) +
        ", escalate = { after = 60, role = 'boss' } } "
        "local e = kernel.wait(120000) " +
        kTell
    ));
    pay.start();

    pay.wake();
    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(turns_of(pay), ElementsAre("opened", "escalated"));
    EXPECT_THAT(pay.cases(), IsEmpty());
    pay.wake();

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(pay.cases(), ElementsAre("woke_timer 7000"));
}

struct Wrong {
    const char* wish;
    const char* told;
};

TEST(Task, IsRefusedWhenItsWishIsWrong) {
    const std::string good = "kind = 'x', title = { en = 'x', zh = 'x' }, role = 'finance'";
    const Wrong wrongs[] = {
        {"title = { en = 'x', zh = 'x' }, role = 'f'", "'kind' is wrong"},
        {"kind = 'x', title = { en = 'x' }, role = 'f'", "'title' is wrong"},
        {"kind = 'x', title = { en = 'x', zh = 'x' }", "'role' is wrong"},
        {"GOOD, needed = 0", "'needed' is wrong"},
        {"GOOD, needed = 11", "'needed' is wrong"},
        {"GOOD, deadline = -1", "'deadline' is wrong"},
        {"GOOD, escalate = { after = 5 }", "'escalate' is wrong"},
        {"GOOD, deadline = 5, escalate = { after = 5, role = 'b' }", "before its deadline"},
        {"GOOD, amount = 5", "'amount' is wrong"},
        {"GOOD, about = 'ins_01K9ZV3QAG3V7T4N6YB2D5H8JM'", "is not of this run"},
        {"GOOD, roll = 'x'", "knows no 'roll'"},
        {"GOOD, form = { { name = 'A b' } }", "field name 'A b'"},
        {"GOOD, form = { { name = 'a', title = { en = 'a', zh = 'a' }, type = 'choice' } }",
         "wanted its 'choices'"},
        {"GOOD, form = { { name = 'a', title = { en = 'a', zh = 'a' }, type = 'amount' } }",
         "it says the currency"},
        {"kind = 'resolve', title = { en = 'x', zh = 'x' }, role = 'f'",
         "about an instruction that was sent"},
        {"kind = 'resolve', title = { en = 'x', zh = 'x' }, role = 'f', about = card",
         "about an instruction that was sent"},
    };
    for (const Wrong& wrong : wrongs) {
        std::string wish = wrong.wish;
        if (wish.starts_with("GOOD")) {
            wish.replace(0, 4, good);
        }
        EXPECT_THAT(refusal_of("kernel.task { " + wish + " }"), HasSubstr(wrong.told)) << wish;
    }
    EXPECT_THAT(
        refusal_of("for _ = 1, 17 do kernel.task { " + good + " } end"), HasSubstr("16 tasks")
    );
}

}  // namespace
}  // namespace sluice::testing
