// What a channel takes for a payout: our cost, booked by the first word that tells of the success.
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/after_the_end.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;

payment::Outcome paid_at(std::int64_t fee, const payment::Instruction& instruction) {
    payment::Outcome outcome = paid(instruction);
    outcome.fee = cny(fee);
    return outcome;
}

TEST(PayoutCost, LeavesTheFloatBesideWhatWasPaid) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();

    payout.answer(Operation::payout, paid_at(50, payout.instruction(0)));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2001 payer 50100",
            "credit 2203 shop 50100",
            "debit 2203 shop 50000",
            "credit 1103 wechatpay/wx-b 50000",
            "debit 5001 wechatpay/wx-b 50",
            "credit 1103 wechatpay/wx-b 50",
            "debit 2203 shop 100",
            "credit 4002 shop 100"
        )
    );
}

TEST(PayoutCost, IsNothingWhereTheChannelTakesNothing) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();

    payout.answer(Operation::payout, paid_at(0, payout.instruction(0)));

    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2001 payer 50000",
            "credit 2203 shop 50000",
            "debit 2203 shop 50000",
            "credit 1103 wechatpay/wx-b 50000"
        )
    );
}

TEST(PayoutCost, OfAChannelThatRefusedIsNotBookedWhereAnotherPaid) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    payout.answer(Operation::payout, paid_at(50, payout.instruction(0)));

    EXPECT_EQ(payout.booked_on("5001"), 50);
    EXPECT_EQ(payout.booked_on("1103"), -50050);
    EXPECT_EQ(payout.postings()[4], "debit 5001 wechatpay/wx-a 50");
}

TEST(PayoutCost, IsTakenOnceHoweverOftenTheSuccessIsTold) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();
    const payment::Outcome outcome = paid_at(50, payout.instruction(0));
    const auto sent = payout.open_exchange(Operation::payout);
    ASSERT_TRUE(sent.has_value());
    flow::Fact notice = payout.answer_to(*sent, outcome);
    notice.kind = flow::Fact::Kind::callback;
    notice.source = payment::Source::callback;

    payout.feed({notice, payout.answer_to(*sent, outcome), notice});

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_EQ(payout.booked_on("5001"), 50);
    AfterTheEnd late(payout);
    EXPECT_FALSE(late.hears(late.external(), paid_at(50, late.external())));
}

TEST(PayoutCost, StaysOursWhenThePayoutComesBack) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();
    payout.answer(Operation::payout, paid_at(50, payout.instruction(0)));
    AfterTheEnd late(payout);

    ASSERT_TRUE(late.hears(late.external(), came_back(late.external())));

    EXPECT_EQ(late.status(), SubjectStatus::returned);
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
}

TEST(PayoutCost, OfAPayoutThatWentAfterAllIsBookedThen) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::refused, "NO"));
    payout.answer(Operation::payout, says(OutcomeKind::refused, "NO"));
    AfterTheEnd late(payout);

    ASSERT_TRUE(late.hears(late.external(), paid_at(50, late.external())));

    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 1202 shop 50000",
            "credit 1103 wechatpay/wx-b 50000",
            "debit 5001 wechatpay/wx-b 50",
            "credit 1103 wechatpay/wx-b 50"
        )
    );
    EXPECT_FALSE(late.hears(late.external(), paid_at(50, late.external())));
}

TEST(PayoutCost, IsNotBelievedOfAnAmountThatIsNotOurs) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();
    payment::Outcome other = paid_at(50, payout.instruction(0));
    other.amount = cny(50001);

    payout.answer(Operation::payout, other);

    EXPECT_EQ(payout.booked_on("5001"), 0);
    EXPECT_EQ(payout.booked_on("1103"), 0);
}

TEST(PayoutCost, OfARefundThatIsPaidOutIsOursToo) {
    DriveOptions options = refund_of(7000);
    name_payee(options);
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));

    refund.answer(Operation::payout, paid_at(50, refund.instruction(0)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("5001"), 50);
    EXPECT_EQ(refund.booked_on("1103"), -7050);
    EXPECT_EQ(refund.booked_on("2202"), 0);
    EXPECT_EQ(refund.booked_on("2203"), 0);
}

}  // namespace
}  // namespace sluice::testing
