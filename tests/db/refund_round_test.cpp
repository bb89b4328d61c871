// Refunds through the worker and a real database: what holds whoever asks at the same moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/refund_world.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using worker::Input;

class RefundRound : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    /// "ok" or the context of the refusal, of the last answers.
    std::vector<std::string> last_answers(std::size_t count) {
        std::vector<std::string> told;
        for (std::size_t i = world.answers.size() - count; i < world.answers.size(); ++i) {
            told.push_back(world.answers[i] ? "ok" : world.answers[i].error().context);
        }
        return told;
    }
    void take_together(
        std::unique_ptr<worker::StartRun> first, std::unique_ptr<worker::StartRun> second
    ) {
        std::vector<Input> inputs;
        inputs.push_back(world.start_of(std::move(first)));
        inputs.push_back(world.start_of(std::move(second)));
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    std::int64_t refunds_sent() const {
        return std::ranges::count(
            world.sent, payment::Operation::refund, &channel::ExchangeOrder::operation
        );
    }
    std::string count(const std::string& table) {
        return world.value("SELECT count(*)::text FROM sluice." + table);
    }

    RefundWorld world;
    AccountId card = world.given_card(100'000);
    OrderId order = world.given_paid(card);
};

TEST_F(RefundRound, GivesEveryLegBackAndLeavesNothingInTransit) {
    const RunId refund = world.begin_refund(order, 10'000, "R-1");
    EXPECT_EQ(world.status_of(refund), "pending");
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000") << "room for the later part is kept";
    EXPECT_EQ(world.booked("2202"), "10000") << "owed from the first commit on";

    world.answer_last(world.paid());

    EXPECT_EQ(world.status_of(refund), "succeeded");
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000");
    for (const char* gl : {"1101", "2201", "2202", "2101"}) {
        EXPECT_EQ(world.booked(gl), "0") << gl;
    }
    EXPECT_EQ(
        world.value("SELECT type FROM sluice.event ORDER BY id DESC LIMIT 1"), "refund.succeeded"
    );
}

TEST_F(RefundRound, LetsOneOfTwoThatTogetherExceedTheOrderBegin) {
    take_together(world.refund_of(order, 6'000, "R-1"), world.refund_of(order, 6'000, "R-2"));

    EXPECT_THAT(last_answers(2), ElementsAre("ok", "more_than_paid"));
    EXPECT_EQ(world.answers.back().error().code, ErrorCode::refused);
    EXPECT_EQ(world.refunded(order), "6000: 0 6000");
    EXPECT_EQ(count("refund"), "1");
    EXPECT_EQ(refunds_sent(), 1) << "what the books refuse is asked of no channel";
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(RefundRound, AllowsExactlyTheRestAndNotOneMore) {
    // As if they had looked before the first one began.
    auto above = world.refund_of(order, 4'001, "R-2");
    auto more = world.refund_of(order, 1, "R-4");
    world.begin_refund(order, 6'000, "R-1");
    world.answer_last(world.paid());

    world.begin(std::move(above));
    const RunId rest = world.begin_refund(order, 4'000, "R-3");
    world.answer_last(world.paid());

    EXPECT_THAT(last_answers(2), ElementsAre("more_than_paid", "ok"));
    EXPECT_EQ(world.status_of(rest), "succeeded");
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000");
    world.begin(std::move(more));
    EXPECT_THAT(last_answers(1), ElementsAre("more_than_paid"));
}

TEST_F(RefundRound, CountsNothingOfOneThatFailed) {
    const RunId failed = world.begin_refund(order, 10'000, "R-1");
    payment::Outcome no = RoundWorld::outcome(OutcomeKind::refused);
    no.code = "USER_ACCOUNT_ABNORMAL";
    world.answer_last(no);
    EXPECT_EQ(world.status_of(failed), "failed USER_ACCOUNT_ABNORMAL");
    EXPECT_EQ(world.refunded(order), "0: 0 0");
    EXPECT_EQ(world.booked("2101"), "10000") << "the merchant has it again";

    const RunId again = world.begin_refund(order, 10'000, "R-2");
    world.answer_last(world.paid());

    EXPECT_EQ(world.status_of(again), "succeeded");
}

TEST_F(RefundRound, DoesNotBeginWithWhatAnotherTookMeanwhile) {
    auto first = world.refund_of(order, 4'000, "R-1");
    auto outdated = world.refund_of(order, 4'000, "R-2");

    take_together(std::move(first), std::move(outdated));

    EXPECT_THAT(last_answers(2), ElementsAre("ok", "over_refunded"));
    EXPECT_EQ(world.answers.back().error().code, ErrorCode::refused);
    EXPECT_EQ(count("refund"), "1");
    EXPECT_EQ(world.refunded(order), "4000: 0 4000");
    world.begin_refund(order, 4'000, "R-2");
    EXPECT_THAT(last_answers(1), ElementsAre("ok")) << "a new look spreads it over both legs";
    EXPECT_EQ(world.refunded(order), "8000: 1000 7000");
}

TEST_F(RefundRound, IsTheFirstOneForTheSameNumberAndBody) {
    const RunId first = world.begin_refund(order, 1'000, "R-1");
    world.begin_refund(order, 1'000, "R-1");
    ASSERT_TRUE(world.answers.back().has_value());
    EXPECT_EQ(world.answers.back()->subject.id, first);

    world.begin_refund(order, 1'001, "R-1");
    const OrderId other = world.given_paid(card);
    auto elsewhere = world.refund_of(other, 1'000, "R-1");
    elsewhere->request_hash = hash128("another order");
    world.begin(std::move(elsewhere));

    EXPECT_THAT(
        last_answers(3), ElementsAre("merchant_refund_number", "ok", "merchant_refund_number")
    );
    EXPECT_EQ(world.answers.back().error().code, ErrorCode::conflict);
    EXPECT_THAT(
        world.answers.back().error().message,
        HasSubstr("merchant_refund_number 'R-1' was used before")
    );
    EXPECT_EQ(count("refund"), "1");
    EXPECT_EQ(refunds_sent(), 1);
}

TEST_F(RefundRound, GoesToTheBalanceThatWasChosen) {
    const AccountId balance = world.given_balance();
    auto start = world.refund_of(order, 10'000, "R-1");
    RefundWorld::details(*start).to_account = balance;
    const std::size_t asked = world.sent.size();

    const RunId refund = world.begin(std::move(start));

    EXPECT_THAT(world.alarms, IsEmpty());
    EXPECT_EQ(world.status_of(refund), "succeeded");
    EXPECT_THAT(world.sent, SizeIs(asked)) << "no channel is asked";
    EXPECT_EQ(world.booked("2001"), "10000");
    EXPECT_EQ(world.booked("2202"), "0");
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000");
}

TEST_F(RefundRound, FallsBackToTheBalanceWithinOneActivation) {
    const AccountId balance = world.given_balance();
    auto start = world.refund_of(order, 10'000, "R-1");
    RefundWorld::details(*start).balance_account = balance;
    const RunId refund = world.begin(std::move(start));
    world.close_account(card);

    // The card is refused; the same activation takes what it had claimed for it anew.
    world.answer_last(world.paid());

    EXPECT_THAT(world.alarms, IsEmpty());
    EXPECT_EQ(world.status_of(refund), "succeeded");
    EXPECT_EQ(world.booked("2001"), "3000");
    EXPECT_EQ(world.booked("2202"), "0");
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000");
}

TEST_F(RefundRound, IsStoredAsFailedWhenAPolicyStopsItAtOnce) {
    const RunId refund = world.begin_refund(order, 500'000'001, "R-1");

    ASSERT_TRUE(world.answers.back().has_value());
    EXPECT_EQ(world.answers.back()->subject.status, payment::SubjectStatus::failed);
    EXPECT_EQ(world.status_of(refund), "failed over_limit");
    EXPECT_EQ(world.refunded(order), "0: 0 0");
    EXPECT_EQ(world.booked("2202"), "0");
}

TEST_F(RefundRound, IsRefusedCleanlyWhenItsFlowFails) {
    auto start = world.refund_of(order, 1'000, "R-1");
    RefundWorld::details(*start).sources.clear();

    world.begin(std::move(start));

    ASSERT_FALSE(world.answers.back().has_value());
    EXPECT_EQ(world.answers.back().error().code, ErrorCode::refused);
    EXPECT_EQ(world.answers.back().error().context, "flow_failed");
    ASSERT_THAT(world.alarms, SizeIs(1));
    EXPECT_THAT(world.alarms.front(), HasSubstr("refund_not_begun ref_"));
    EXPECT_EQ(count("refund"), "0");
    EXPECT_EQ(world.refunded(order), "0: 0 0");
}

TEST_F(RefundRound, IsRefusedCleanlyWhenItsFlowIsNotThere) {
    auto start = world.refund_of(order, 1'000, "R-1");
    start->picture.subject.flow = "refnud";

    world.begin(std::move(start));

    EXPECT_THAT(last_answers(1), ElementsAre("flow_failed"));
    EXPECT_EQ(count("refund"), "0");
}

TEST_F(RefundRound, BooksAPendingRefundOnceWhenItIsCompleted) {
    const RunId refund = world.begin_refund(order, 7'000, "R-1");
    world.answer_last(RoundWorld::outcome(OutcomeKind::pending));
    EXPECT_EQ(world.status_of(refund), "pending");
    EXPECT_EQ(world.booked("1101"), "-7000") << "the channel still has it";

    Input told;
    told.kind = Input::Kind::callback;
    told.callback = RoundWorld::told(world.sent.back().instruction, world.paid());
    for (int i = 0; i < 2; ++i) {
        std::vector<Input> inputs;
        Input& again = inputs.emplace_back();
        again.kind = told.kind;
        again.callback = told.callback;
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }

    EXPECT_EQ(world.status_of(refund), "succeeded");
    EXPECT_EQ(world.booked("1101"), "0");
    EXPECT_EQ(world.booked("2202"), "0");
    EXPECT_EQ(
        world.value("SELECT count(*)::text FROM sluice.event WHERE type = 'refund.succeeded'"), "1"
    );
}

}  // namespace
}  // namespace sluice::testing
