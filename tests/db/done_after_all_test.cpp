// A refund that its channel refused for want of funds and did all the same, on a real database: the
// books of both moments, and that nothing is sent for it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/refund_world.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::IsEmpty;
using worker::Input;

class DoneAfterAll : public ::testing::Test {
  protected:
    void SetUp() override {
        refund = world.begin_refund(order, 7'000, "R-1");
        first = world.sent.back().instruction;
        refuse_last();
    }
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    void refuse_last() {
        payment::Outcome no = RoundWorld::outcome(OutcomeKind::refused);
        no.code = "NOT_ENOUGH";
        world.answer_last(no);
    }
    /// The channel tells that it did the first one.
    void hear_of_first() {
        Input input;
        input.kind = Input::Kind::callback;
        payment::Outcome outcome = RoundWorld::outcome(OutcomeKind::succeeded);
        outcome.number = first.id.raw().to_string();
        outcome.merchant = first.merchant;
        outcome.amount = first.amount;
        outcome.channel_reference = "5030001";
        input.callback = RoundWorld::told(first, std::move(outcome));
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    void expect_done() {
        EXPECT_EQ(world.status_of(refund), "succeeded");
        EXPECT_EQ(world.refunded(order), "7000: 0 7000");
        EXPECT_EQ(world.booked("2202"), "0");
        EXPECT_EQ(world.booked("1202"), "0");
        EXPECT_EQ(
            world.value(
                "SELECT status || ' ' || channel_reference FROM sluice.instruction WHERE id = '" +
                first.id.raw().to_uuid() + "'"
            ),
            "succeeded 5030001"
        );
    }

    RefundWorld world;
    AccountId card = world.given_card(100'000);
    OrderId order = world.given_paid(card);
    RunId refund;
    payment::Instruction first;
};

TEST_F(DoneAfterAll, EndsARefundThatWaitsForFunds) {
    const auto sent = world.sent.size();
    world.reopen();

    hear_of_first();

    expect_done();
    EXPECT_EQ(world.sent.size(), sent);
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.money_case"), "0");
    EXPECT_EQ(
        world.value("SELECT type FROM sluice.event ORDER BY id DESC LIMIT 1"), "refund.succeeded"
    );
}

TEST_F(DoneAfterAll, IsOwedToUsUntilTheSecondTryIsRefused) {
    world.pass_to_the_next_moment();
    ASSERT_NE(world.sent.back().instruction.id, first.id);
    const auto sent = world.sent.size();

    hear_of_first();
    EXPECT_EQ(world.booked("1202"), "-7000");
    EXPECT_EQ(
        world.value("SELECT kind || ' ' || status FROM sluice.money_case"), "late_success open"
    );
    EXPECT_THAT(world.database.unsound(), IsEmpty());
    refuse_last();

    expect_done();
    EXPECT_EQ(world.sent.size(), sent);
    EXPECT_EQ(
        world.value("SELECT kind || ' ' || status FROM sluice.money_case"), "late_success closed"
    );
    EXPECT_EQ(world.value("SELECT kind || ' ' || status FROM sluice.task"), "settle cancelled");
}

}  // namespace
}  // namespace sluice::testing
