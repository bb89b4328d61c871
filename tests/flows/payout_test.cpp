// The payout and transfer flows: booked before the channel is asked, booked back when it surely did
// not pay, waiting while nobody knows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PayoutFlow, BooksBeforeItAsksTheChannel) {
    FlowDriver payout(payout_of(50000, 100));

    payout.start();

    EXPECT_EQ(payout.error(), "");
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50100"));
    EXPECT_THAT(payout.postings(), ElementsAre("debit 2001 card 50100", "credit 2203 shop 50100"));
    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b"));
    EXPECT_EQ(payout.instruction(0).scene, "bank_card");
    EXPECT_EQ(payout.instruction(0).payee.text_or_empty("name"), "Zhang San");
}

TEST(PayoutFlow, LeavesNothingInProcessWhenItSucceeds) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();

    payout.answer(Operation::payout, paid(payout.instruction(0)));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2001 card 50100",
            "credit 2203 shop 50100",
            "debit 2203 shop 50000",
            "credit 1103 wechatpay/wx-b 50000",
            "debit 2203 shop 100",
            "credit 4002 shop 100"
        )
    );
}

TEST(PayoutFlow, AsksNoChannelWhenTheAccountHasNotEnough) {
    FlowDriver payout(payout_of(50000, 100));
    payout.bank = [](const flow::AccountStep&) { return "insufficient_balance"; };

    payout.start();

    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_EQ(payout.picture().subject.failure_code, "insufficient_balance");
    EXPECT_THAT(payout.sent(), IsEmpty());
    EXPECT_THAT(payout.postings(), IsEmpty());
}

TEST(PayoutFlow, GivesEverythingBackWhenEveryChannelRefuses) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b", "payout wx-a"));
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50100", "restore 50100"));
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2001 card 50100",
            "credit 2203 shop 50100",
            "debit 2203 shop 50100",
            "credit 2001 card 50100"
        )
    );
}

TEST(PayoutFlow, IsBookedBackOnceWhenItsSuccessAndItsReturnComeTogether) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();
    const auto sent = payout.open_exchange(Operation::payout);
    ASSERT_TRUE(sent.has_value());
    auto came_back = paid(payout.instruction(0));
    came_back.kind = OutcomeKind::returned;
    auto told = payout.answer_to(*sent, came_back);
    told.kind = flow::Fact::Kind::callback;
    told.source = payment::Source::callback;

    payout.feed({payout.answer_to(*sent, paid(payout.instruction(0))), told});
    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b", "payout wx-a"));
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50100", "restore 50100"));
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2001 card 50100",
            "credit 2203 shop 50100",
            "debit 2203 shop 50000",
            "credit 1103 wechatpay/wx-b 50000",
            "debit 1103 wechatpay/wx-b 50000",
            "credit 2203 shop 50000",
            "debit 2203 shop 50100",
            "credit 2001 card 50100"
        )
    );
}

TEST(PayoutFlow, TriesNoOtherChannelWhileTheFirstIsUnknown) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::unknown));

    for (int turn = 0; turn < 5; ++turn) {
        payout.wake();
        payout.answer(Operation::payout_query, says(OutcomeKind::unknown));
    }

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::pending);
    EXPECT_EQ(payout.instruction(0).channel_account, "wx-b");
    EXPECT_EQ(payout.sent().front(), "payout wx-b");
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50000"));
}

TEST(PayoutFlow, IsOverWhereTheChannelNeverHadIt) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::unknown));
    payout.wake();
    payout.answer(Operation::payout_query, says(OutcomeKind::not_found));
    EXPECT_EQ(payout.status_of(0), "unknown") << "asked too soon to be believed";

    while (payout.instruction(0).channel_account == "wx-b" && payout.error().empty()) {
        payout.wake();
        payout.answer(Operation::payout_query, says(OutcomeKind::not_found));
    }

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.sent().back(), "payout wx-a");
}

TEST(TransferFlow, MovesTheMoneyAndTheFeeInOneBooking) {
    FlowDriver transfer(transfer_of(5000, 50));

    transfer.start();

    EXPECT_EQ(transfer.error(), "");
    EXPECT_EQ(transfer.status(), SubjectStatus::succeeded);
    EXPECT_THAT(transfer.hold_steps(), ElementsAre("take 5050", "give 5000"));
    EXPECT_THAT(
        transfer.postings(),
        ElementsAre(
            "debit 2001 card 5000",
            "credit 2001 card 5000",
            "debit 2001 card 50",
            "credit 4002 shop 50"
        )
    );
}

TEST(TransferFlow, MovesNothingWhenEitherAccountRefuses) {
    for (const auto kind : {flow::AccountStep::Kind::take, flow::AccountStep::Kind::give}) {
        FlowDriver transfer(transfer_of(5000, 50));
        transfer.bank = [kind](const flow::AccountStep& step) {
            return step.kind == kind ? "account_closed" : "";
        };

        transfer.start();

        EXPECT_EQ(transfer.error(), "");
        EXPECT_EQ(transfer.status(), SubjectStatus::failed);
        EXPECT_THAT(transfer.postings(), IsEmpty());
        EXPECT_THAT(transfer.hold_steps(), IsEmpty()) << "nothing was taken, nothing says so";
    }
}

}  // namespace
}  // namespace sluice::testing
