// Room for a refund that waits, for people or for the channel's funds: no other refund takes it
// meanwhile, and it is free again when the refund is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/refund_world.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using payment::Verdict;
using ::testing::IsEmpty;
using worker::Input;

class RefundRoom : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    /// Somebody must agree to refunds from this amount on, within a day.
    void given_approval_from(const std::string& minor) {
        auto files = world.release->files;
        files["scripts/approval/refund_approval.lua"] =
            "return { name = 'refund_approval', title = { en = 'A', zh = 'A' }, "
            "decide = function(facts) local limit = money(" +
            minor +
            ", facts.amount:currency()) return { needed = facts.amount < limit and 0 or 1, "
            "role = 'finance', why = 'x', deadline = 86400 } end }";
        const auto release = script::build_release(std::move(files));
        ASSERT_TRUE(release.has_value()) << release.error().message;
        ASSERT_TRUE(world.policies->adopt(*release).has_value());
    }
    void take(Input input) {
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    void vote(RunId refund, Verdict verdict) {
        const TaskId task(*Id128::parse_uuid(world.value("SELECT id FROM sluice.task")));
        Input input;
        input.run_id = refund;
        input.fact.kind = flow::Fact::Kind::task_vote;
        input.fact.vote = std::make_shared<const payment::TaskVote>(
            payment::TaskVote{task, "lena", {"finance"}, verdict}
        );
        take(std::move(input));
    }
    static payment::Outcome no(const std::string& code) {
        payment::Outcome outcome = RoundWorld::outcome(OutcomeKind::refused);
        outcome.code = code;
        return outcome;
    }

    /// The channel tells unasked that what it gave back is here again.
    void come_back(const payment::Instruction& given) {
        payment::Outcome returned = world.paid();
        returned.kind = OutcomeKind::returned;
        returned.number = given.id.raw().to_string();
        returned.amount = given.amount;
        Input input;
        input.kind = Input::Kind::callback;
        input.callback = RoundWorld::told(given, std::move(returned));
        take(std::move(input));
    }

    RefundWorld world;
    AccountId card = world.given_card(100'000);
    OrderId order = world.given_paid(card);
};

TEST_F(RefundRoom, IsKeptWhileARefundWaitsForApproval) {
    given_approval_from("7000");
    const RunId waiting = world.begin_refund(order, 7'000, "R-1");
    ASSERT_EQ(world.status_of(waiting), "pending");
    EXPECT_EQ(world.refunded(order), "7000: 0 7000");

    const RunId other = world.begin_refund(order, 3'000, "R-2");
    EXPECT_EQ(world.status_of(other), "succeeded") << "the card has all that is left";
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000");
    world.reopen();
    vote(waiting, Verdict::approve);
    world.answer_last(world.paid());

    EXPECT_EQ(world.status_of(waiting), "succeeded");
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000");
    EXPECT_EQ(world.booked("2202"), "0");
}

TEST_F(RefundRoom, IsFreeAgainWhenPeopleSayNo) {
    given_approval_from("7000");
    const RunId waiting = world.begin_refund(order, 10'000, "R-1");
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000") << "of every part";

    vote(waiting, Verdict::deny);

    EXPECT_EQ(world.status_of(waiting), "failed approval_denied");
    EXPECT_EQ(world.refunded(order), "0: 0 0");
    const RunId next = world.begin_refund(order, 6'999, "R-2");
    world.answer_last(world.paid());
    EXPECT_EQ(world.status_of(next), "succeeded");
}

TEST_F(RefundRoom, IsFreeAgainWhenNobodySaysAnythingInTime) {
    given_approval_from("7000");
    const RunId waiting = world.begin_refund(order, 10'000, "R-1");

    world.pass_to_the_next_moment();

    EXPECT_EQ(world.status_of(waiting), "failed approval_expired");
    EXPECT_EQ(world.refunded(order), "0: 0 0");
}

TEST_F(RefundRoom, IsKeptWhileTheChannelHasNotEnoughOfOurMoney) {
    const RunId waiting = world.begin_refund(order, 7'000, "R-1");
    world.answer_last(no("NOT_ENOUGH"));
    EXPECT_EQ(world.status_of(waiting), "pending");
    EXPECT_EQ(world.refunded(order), "7000: 0 7000");

    const RunId other = world.begin_refund(order, 3'000, "R-2");
    EXPECT_EQ(world.status_of(other), "succeeded");
    world.pass_to_the_next_moment();
    world.answer_last(no("NOT_ENOUGH"));
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000") << "after the second try too";
    world.reopen();
    world.pass_to_the_next_moment();
    world.answer_last(world.paid());

    EXPECT_EQ(world.status_of(waiting), "succeeded");
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000");
}

TEST_F(RefundRoom, IsFreeAgainWhenTheChannelRefusesAfterAll) {
    const RunId waiting = world.begin_refund(order, 7'000, "R-1");
    world.answer_last(no("NOT_ENOUGH"));
    world.pass_to_the_next_moment();

    world.answer_last(no("USER_ACCOUNT_ABNORMAL"));

    EXPECT_EQ(world.status_of(waiting), "failed USER_ACCOUNT_ABNORMAL");
    EXPECT_EQ(world.refunded(order), "0: 0 0");
}

TEST_F(RefundRoom, IsKeptForAFirstPartThatComesBackWhileALaterOneWaits) {
    world.close_account(card);
    const RunId waiting = world.begin_refund(order, 8'000, "R-1");
    const payment::Instruction first = world.sent.back().instruction;
    world.answer_last(world.paid());
    ASSERT_EQ(world.status_of(waiting), "pending") << "people say where the card's part goes";

    come_back(first);

    EXPECT_EQ(world.refunded(order), "8000: 1000 7000");
    EXPECT_EQ(world.booked("2202"), "8000");
    const RunId other = world.begin_refund(order, 2'000, "R-2");
    EXPECT_EQ(world.status_of(other), "failed account_closed") << "it finds the card's money only";
    world.reopen();
    EXPECT_EQ(world.refunded(order), "8000: 1000 7000");
}

}  // namespace
}  // namespace sluice::testing
