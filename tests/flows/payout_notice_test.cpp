// What a channel tells of a payout by itself, together with answers and with moments to ask.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;

/// What a channel tells by itself of the payout that was just sent.
flow::Fact notice_of(const FlowDriver& payout, const payment::Outcome& outcome) {
    const auto sent = payout.open_exchange(Operation::payout);
    EXPECT_TRUE(sent.has_value());
    flow::Fact told = payout.answer_to(sent.value_or(flow::SendExchange{}), outcome);
    told.kind = flow::Fact::Kind::callback;
    told.source = payment::Source::callback;
    return told;
}

TEST(PayoutNotice, PaysWhereItComesWithTheAnswerThatNobodyKnowsIt) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();
    const flow::Fact notice = notice_of(payout, paid(payout.instruction(0)));
    payout.answer(Operation::payout, says(OutcomeKind::unknown, "timeout"));
    payout.wake();
    const auto asked = payout.open_exchange(Operation::payout_query);
    ASSERT_TRUE(asked.has_value());

    payout.feed({payout.answer_to(*asked, says(OutcomeKind::not_found)), notice});

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
}

TEST(PayoutNotice, ThatComesWithTheMomentToAskLeavesNothingToAsk) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();
    const flow::Fact notice = notice_of(payout, paid(payout.instruction(0)));
    payout.answer(Operation::payout, says(OutcomeKind::unknown, "timeout"));
    payout.pass(std::chrono::seconds(2));
    flow::Fact moment;
    moment.kind = flow::Fact::Kind::timer;

    payout.feed({moment, notice});

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_FALSE(payout.open_exchange(Operation::payout_query).has_value());
}

TEST(PayoutNotice, ThatDecidesNothingPutsNoQuestionOff) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();
    const flow::Fact notice = notice_of(payout, says(OutcomeKind::pending, "processing"));
    payout.answer(Operation::payout, says(OutcomeKind::pending, "processing"));
    const auto wakes = payout.run().wake_at();
    ASSERT_TRUE(wakes.has_value());

    for (int i = 0; i < 2; ++i) {
        payout.pass(std::chrono::milliseconds(700));
        payout.feed({notice});
        EXPECT_EQ(payout.run().wake_at(), wakes);
    }
    payout.wake();

    EXPECT_TRUE(payout.open_exchange(Operation::payout_query).has_value());
}

TEST(PayoutNotice, OfAReturnThatComesWithTheSuccessBooksBackOnce) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();
    const auto sent = payout.open_exchange(Operation::payout);
    ASSERT_TRUE(sent.has_value());
    const flow::Fact told = notice_of(payout, came_back(payout.instruction(0)));

    payout.feed({payout.answer_to(*sent, paid(payout.instruction(0))), told});
    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b", "payout wx-a"));
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50100", "restore 50100"));
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2001 payer 50100",
            "credit 2203 shop 50100",
            "debit 2203 shop 50000",
            "credit 1103 wechatpay/wx-b 50000",
            "debit 1103 wechatpay/wx-b 50000",
            "credit 2203 shop 50000",
            "debit 2203 shop 50100",
            "credit 2001 payer 50100"
        )
    );
}

}  // namespace
}  // namespace sluice::testing
