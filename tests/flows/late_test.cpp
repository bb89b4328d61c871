// Money that moves against the end of a run, without any script: booked once, for what it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"
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

FlowDriver closed_payment() {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    pay.request_close();
    pay.answer(Operation::close, says(OutcomeKind::closed));
    pay.answer(Operation::query, says(OutcomeKind::closed));
    EXPECT_EQ(pay.status(), SubjectStatus::closed);
    return pay;
}

/// 70 of an order go back to the channel.
FlowDriver refund_that(const payment::Outcome& ends) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    payment::Outcome outcome = ends;
    if (ends.kind == OutcomeKind::succeeded) {
        outcome = paid(refund.instruction(0));
    }
    refund.answer(Operation::refund, outcome);
    return refund;
}

FlowDriver payout_that(const payment::Outcome& ends) {
    FlowDriver payout(payout_of(50'000, 100));
    payout.start();
    while (payout.error().empty() && !payment::is_final(payout.status())) {
        const bool pays = ends.kind == OutcomeKind::succeeded;
        payout.answer(Operation::payout, pays ? paid(payout.instruction(0)) : ends);
    }
    return payout;
}

TEST(LateMoney, OfAClosedPaymentIsSurplusOnce) {
    AfterTheEnd late(closed_payment());

    ASSERT_TRUE(late.hears(late.external(), paid(late.external())));

    EXPECT_EQ(late.status(), SubjectStatus::surplus);
    EXPECT_EQ(late.external().status, InstructionStatus::surplus);
    EXPECT_EQ(late.external().channel_reference, "4200001");
    EXPECT_THAT(
        late.postings(), ElementsAre("debit 1101 wechatpay/wx-a 7000", "credit 2204 shop 7000")
    );
    EXPECT_THAT(late.cases(), ElementsAre("surplus 7000"));
    EXPECT_THAT(late.step.told, ElementsAre(SubjectStatus::surplus));
    EXPECT_TRUE(late.step.subject_changed);
    EXPECT_FALSE(late.hears(late.external(), paid(late.external())));
}

TEST(LateMoney, ToldTwiceAtOnceIsOnce) {
    AfterTheEnd late(closed_payment());
    const auto fact = AfterTheEnd::told(late.external(), paid(late.external()));

    ASSERT_TRUE(late.hears({fact, fact}));

    EXPECT_THAT(late.cases(), ElementsAre("surplus 7000"));
    EXPECT_EQ(late.step.lines.size(), 2U);
}

TEST(LateMoney, ThatContradictsOurRecordOpensOneCaseAndTheRightOneIsStillBooked) {
    AfterTheEnd late(closed_payment());
    const auto wrong = paid(late.external(), cny(6999));

    ASSERT_TRUE(late.hears(late.external(), wrong));
    EXPECT_THAT(late.cases(), ElementsAre("conflicted 7000"));
    EXPECT_THAT(late.postings(), IsEmpty());
    EXPECT_EQ(late.status(), SubjectStatus::closed);
    EXPECT_THAT(late.step.told, IsEmpty());
    EXPECT_FALSE(late.hears(late.external(), wrong)) << "a case is there";
    auto other_number = paid(late.external());
    other_number.number = "01K9ZV3QAF3V7T4N6YB2D5H8JM";
    EXPECT_FALSE(late.hears(late.external(), other_number));

    ASSERT_TRUE(late.hears(late.external(), paid(late.external())));
    EXPECT_EQ(late.status(), SubjectStatus::surplus);
}

TEST(LateMoney, IsNothingThatAMessageWithoutMoneyTells) {
    AfterTheEnd closed(closed_payment());
    FlowDriver pay;
    pay.start();
    pay.call_back(paid(pay.instruction()));
    AfterTheEnd succeeded(pay);

    for (AfterTheEnd* late : {&closed, &succeeded}) {
        for (const auto kind :
             {OutcomeKind::pending,
              OutcomeKind::refused,
              OutcomeKind::closed,
              OutcomeKind::unknown,
              OutcomeKind::not_found}) {
            EXPECT_FALSE(late->hears(late->external(), says(kind))) << payment::to_string(kind);
        }
    }
    EXPECT_EQ(closed.status(), SubjectStatus::closed);
    EXPECT_EQ(succeeded.status(), SubjectStatus::succeeded);
    EXPECT_FALSE(succeeded.hears(succeeded.external(), paid(succeeded.external())));
}

TEST(LateMoney, OfAnAttemptBeforeTheOneThatPaidIsSurplusBesideTheSuccess) {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    pay.answer(Operation::collect, paid(pay.instruction()));
    AfterTheEnd late(pay);

    ASSERT_TRUE(late.hears(late.external(), paid(late.external())));

    EXPECT_EQ(late.status(), SubjectStatus::succeeded);
    EXPECT_FALSE(late.step.subject_changed);
    EXPECT_EQ(late.external().status, InstructionStatus::surplus);
    EXPECT_THAT(late.cases(), ElementsAre("surplus 7000"));
    EXPECT_THAT(late.step.told, ElementsAre(SubjectStatus::surplus));
    EXPECT_FALSE(late.hears(late.external(), paid(late.external())));
}

TEST(LateMoney, OfAPayoutThatCameBackIsOnItsAccountAgainWithTheFee) {
    AfterTheEnd late(payout_that(says(OutcomeKind::succeeded)));
    ASSERT_EQ(late.status(), SubjectStatus::succeeded);

    ASSERT_TRUE(late.hears(late.external(), came_back(late.external())));

    EXPECT_EQ(late.status(), SubjectStatus::returned);
    EXPECT_EQ(late.external().status, InstructionStatus::returned);
    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 1103 wechatpay/wx-b 50000",
            "credit 2203 shop 50000",
            "debit 4002 shop 100",
            "credit 2203 shop 100",
            "debit 2203 shop 50100",
            "credit 2001 payer 50100"
        )
    );
    ASSERT_EQ(late.step.account_steps.size(), 1U);
    EXPECT_EQ(late.step.account_steps[0].kind, flow::AccountStep::Kind::restore);
    EXPECT_THAT(late.step.told, ElementsAre(SubjectStatus::returned));
    EXPECT_FALSE(late.hears(late.external(), came_back(late.external())));
    EXPECT_FALSE(late.hears(late.external(), paid(late.external()))) << "the old success again";
}

TEST(LateMoney, OfARefundThatCameBackIsTheMerchantsAgain) {
    AfterTheEnd late(refund_that(says(OutcomeKind::succeeded)));
    ASSERT_EQ(late.status(), SubjectStatus::succeeded);

    ASSERT_TRUE(late.hears(late.external(), says(OutcomeKind::closed, "CLOSED")));

    EXPECT_EQ(late.status(), SubjectStatus::returned);
    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 2101 shop 7000"
        )
    );
    EXPECT_THAT(late.claims(), ElementsAre("yield 7000"));
    EXPECT_EQ(late.step.order_refund.minor, -7000);
    EXPECT_THAT(late.cases(), ElementsAre("refund_returned 7000"));
    EXPECT_THAT(late.step.told, ElementsAre(SubjectStatus::returned));
    EXPECT_FALSE(late.hears(late.external(), says(OutcomeKind::closed, "CLOSED")));
    EXPECT_FALSE(late.hears(late.external(), paid(late.external())));
}

TEST(LateMoney, OfARefundThatHadFailedIsTheRefundAfterAll) {
    AfterTheEnd late(refund_that(says(OutcomeKind::refused, "ABNORMAL")));
    ASSERT_EQ(late.status(), SubjectStatus::failed);

    ASSERT_TRUE(late.hears(late.external(), paid(late.external())));

    EXPECT_EQ(late.status(), SubjectStatus::succeeded);
    EXPECT_EQ(late.external().status, InstructionStatus::succeeded);
    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 2101 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 1101 wechatpay/wx-a 7000"
        )
    );
    EXPECT_THAT(late.claims(), ElementsAre("claim 7000"));
    EXPECT_EQ(late.step.order_refund.minor, 7000);
    EXPECT_THAT(late.cases(), IsEmpty());
    EXPECT_THAT(late.step.told, ElementsAre(SubjectStatus::succeeded));
    EXPECT_FALSE(late.hears(late.external(), paid(late.external())));
}

TEST(LateMoney, OfAPartOfAFailedRefundThatComesBackLeavesItFailedAndTellsNoOtherEnd) {
    FlowDriver refund(refund_of_legs(2000, {"wx-a", "wx-b"}));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    ASSERT_EQ(refund.status(), SubjectStatus::failed) << refund.error();
    AfterTheEnd late(refund);
    ASSERT_TRUE(late.hears(late.external(), paid(late.external())));
    ASSERT_EQ(late.status(), SubjectStatus::failed);
    ASSERT_THAT(late.cases(), ElementsAre("late_success 1000"));

    ASSERT_TRUE(late.hears(late.external(), came_back(late.external())));

    EXPECT_EQ(late.status(), SubjectStatus::failed);
    EXPECT_THAT(late.step.told, IsEmpty());
    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-b 1000",
            "credit 2202 shop 1000",
            "debit 2202 shop 1000",
            "credit 2101 shop 1000"
        )
    );
    EXPECT_THAT(late.claims(), ElementsAre("yield 1000"));
}

/// Somebody has it twice: he owes it to us, a person sees to it.
void expect_recoverable(AfterTheEnd& late, const std::string& from, const std::string& minor) {
    const auto status = late.status();
    ASSERT_TRUE(late.hears(late.external(), paid(late.external())));

    EXPECT_EQ(late.status(), status);
    EXPECT_THAT(late.postings(), ElementsAre("debit 1202 shop " + minor, "credit " + from));
    EXPECT_THAT(late.claims(), IsEmpty());
    EXPECT_EQ(late.step.order_refund.minor, 0);
    EXPECT_THAT(late.cases(), ElementsAre("late_success " + minor));
    late.refused.clear();
    EXPECT_FALSE(late.hears(late.external(), paid(late.external())));

    ASSERT_TRUE(late.hears(late.external(), came_back(late.external())));
    EXPECT_THAT(late.postings(), ElementsAre("debit " + from, "credit 1202 shop " + minor));
    EXPECT_THAT(late.claims(), IsEmpty());
    EXPECT_FALSE(late.hears(late.external(), came_back(late.external())));
    EXPECT_FALSE(late.hears(late.external(), paid(late.external()))) << "the old success again";
}

TEST(LateMoney, OfAFailedRefundThatAnotherHasReplacedIsRecoverable) {
    for (const std::uint32_t ordinal : {1U, 2U}) {
        AfterTheEnd late(refund_that(says(OutcomeKind::refused, "ABNORMAL")));
        late.refused = {refusal(ordinal, ordinal == 1 ? "over_refunded" : "more_than_paid")};

        expect_recoverable(late, "1101 wechatpay/wx-a 7000", "7000");
    }
}

TEST(LateMoney, OfARefundThatWentByAnotherWayIsRecoverable) {
    DriveOptions options = refund_of(7000);
    name_balance_account(options);
    FlowDriver refund(options);
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    ASSERT_EQ(refund.status(), SubjectStatus::succeeded);
    AfterTheEnd late(refund);

    expect_recoverable(late, "1101 wechatpay/wx-a 7000", "7000");
}

TEST(LateMoney, OfAFailedPayoutIsRecoverable) {
    AfterTheEnd late(payout_that(says(OutcomeKind::refused, "CLOSED_ACCOUNT")));
    ASSERT_EQ(late.status(), SubjectStatus::failed);

    expect_recoverable(late, "1103 wechatpay/wx-b 50000", "50000");
}

TEST(LateMoney, ThatAPaymentHadGivenBackAndThatCameBackIsStillOwed) {
    FlowDriver pay;
    pay.bank = [](const flow::AccountStep& step) {
        return step.kind == flow::AccountStep::Kind::capture ? "account_closed" : "";
    };
    pay.start();
    pay.answer(Operation::collect, paid(pay.instruction()));
    pay.answer(Operation::refund, paid(pay.picture().instructions.back()));
    ASSERT_EQ(pay.status(), SubjectStatus::failed) << pay.error();
    AfterTheEnd late(pay);
    const auto& given = late.first(payment::Purpose::refund);

    ASSERT_TRUE(late.hears(given, says(OutcomeKind::closed, "ABNORMAL")));

    EXPECT_EQ(late.status(), SubjectStatus::failed);
    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 2204 shop 7000"
        )
    );
    EXPECT_THAT(late.claims(), ElementsAre("yield 7000"));
    EXPECT_THAT(late.cases(), ElementsAre("surplus 7000")) << "a refund of its own gives it back";
    EXPECT_THAT(late.step.told, ElementsAre(SubjectStatus::surplus));
}

/// Something a channel may say after the end, however foolish.
payment::Outcome some_outcome(Random& random, const payment::Instruction& about) {
    switch (random.next() % 6) {
        case 0:
        case 1:
            return paid(about);
        case 2:
            return came_back(about);
        case 3:
            return paid(about, cny(about.amount.minor() + 1));
        case 4:
            return says(OutcomeKind::closed, "CLOSED");
        default:
            return says(OutcomeKind::pending);
    }
}

/// Feeds facts in an order drawn from the seed. What stands at the channel is after each of them as
/// much as one movement or nothing, no transit account keeps anything, and money moves a few times
/// at most, whatever is said how often.
void expect_bounded(AfterTheEnd late, std::uint64_t seed) {
    SeededRandom random(seed);
    std::map<std::string, std::int64_t> sums;
    int moves = 0;
    for (int i = 0; i < 60; ++i) {
        const payment::Instruction about = late.external();
        if (!late.hears(about, some_outcome(random, about))) {
            continue;
        }
        for (const auto& line : late.step.lines) {
            sums[line.gl] +=
                line.side == flow::Side::debit ? line.amount.minor() : -line.amount.minor();
        }
        moves += late.step.lines.empty() ? 0 : 1;
        const std::int64_t at_channel = sums["1101"] + sums["1103"];
        EXPECT_TRUE(at_channel == 0 || std::abs(at_channel) == about.amount.minor());
        for (const char* transit : {"2201", "2202", "2203"}) {
            EXPECT_EQ(sums[transit], 0) << transit;
        }
    }
    EXPECT_LE(moves, 2) << "seed " << seed;
}

TEST(LateMoney, MovesAFewTimesAtMostWhateverAChannelSaysHowOften) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        expect_bounded(AfterTheEnd(closed_payment()), seed);
        expect_bounded(AfterTheEnd(refund_that(says(OutcomeKind::succeeded))), seed);
        expect_bounded(AfterTheEnd(refund_that(says(OutcomeKind::refused, "ABNORMAL"))), seed);
        expect_bounded(AfterTheEnd(payout_that(says(OutcomeKind::succeeded))), seed);
        expect_bounded(AfterTheEnd(payout_that(says(OutcomeKind::refused, "NO"))), seed);
        ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
    }
}

}  // namespace
}  // namespace sluice::testing
