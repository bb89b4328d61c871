// What ends an order: its payment, or its time when nobody is paying it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class OrderClosing : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    void answer(payment::Outcome outcome) {
        std::vector<worker::Input> inputs;
        inputs.push_back(world.answer(std::move(outcome)));
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    std::string status() { return world.value("SELECT status FROM sluice.orders"); }
    /// What was told of orders that exist, in one text.
    std::string order_events() {
        return world.value(
            "SELECT coalesce(string_agg(e.type, ' ' ORDER BY e.created_at), '') FROM sluice.event "
            "e "
            "JOIN sluice.orders o ON o.id = e.object_id"
        );
    }
    std::size_t sweep(std::set<Bucket> buckets = {Bucket{3}}, std::size_t most = 100) {
        worker::RunStore store(world.connection);
        return store.close_expired_orders(buckets, world.clock.now(), most).value();
    }
    std::unique_ptr<worker::StartRun> another_payment(std::int64_t amount_minor) {
        auto start = world.composite(order, card);
        start->order_is_new = false;
        start->picture.subject.amount = Money{amount_minor, cny()};
        start->picture.legs.erase(start->picture.legs.begin());
        start->picture.legs[0].amount = start->picture.subject.amount;
        return start;
    }
    /// The payer never comes, and the channel closes when it is asked.
    void let_the_time_pass() {
        payment::Outcome code = RoundWorld::outcome(OutcomeKind::pending);
        code.next_action.set("type", "qr_code");
        answer(std::move(code));
        world.clock.advance(std::chrono::minutes(15));
        ASSERT_TRUE(world.process(world.due()).has_value());
        ASSERT_EQ(world.sent.back().operation, payment::Operation::close);
    }

    RoundWorld world;
    AccountId card = world.given_card(100'000);
    payment::Order order = world.new_order();
};

TEST_F(OrderClosing, IsPartOfTheCommitThatEndsThePaymentAtItsExpiry) {
    world.begin(world.composite(order, card));
    let_the_time_pass();

    answer(RoundWorld::outcome(OutcomeKind::closed));
    EXPECT_EQ(status(), "open") << "the money may still come";
    answer(RoundWorld::outcome(OutcomeKind::closed));

    EXPECT_EQ(world.value("SELECT status FROM sluice.payment"), "closed");
    EXPECT_EQ(status(), "closed");
    EXPECT_EQ(order_events(), "order.closed");
    EXPECT_EQ(sweep(), 0U);
}

TEST_F(OrderClosing, GivesWayToMoneyThatCameBeforeTheClose) {
    world.begin(world.composite(order, card));
    let_the_time_pass();

    answer(RoundWorld::outcome(OutcomeKind::closed));
    answer(world.paid());

    EXPECT_EQ(status(), "paid");
    EXPECT_EQ(world.value("SELECT paid FROM sluice.orders"), "10000");
    EXPECT_EQ(order_events(), "") << "the payment tells it";
}

TEST_F(OrderClosing, WaitsForAnotherTryAfterAPaymentThatFailed) {
    world.begin(world.composite(order, card));
    answer(RoundWorld::outcome(OutcomeKind::refused));
    EXPECT_EQ(status(), "open");
    world.clock.advance(std::chrono::minutes(15) - std::chrono::microseconds(1));
    EXPECT_EQ(sweep(), 0U) << "its time is not over";

    world.clock.advance(std::chrono::microseconds(1));

    EXPECT_EQ(sweep(), 1U);
    EXPECT_EQ(status(), "closed");
}

TEST_F(OrderClosing, LeavesAnOrderThatAnotherPaymentMayStillCollect) {
    world.begin(world.composite(order, card));
    answer(RoundWorld::outcome(OutcomeKind::refused));
    world.begin(another_payment(10'000));
    ASSERT_EQ(world.value("SELECT count(*) FROM sluice.payment WHERE status = 'pending'"), "1");
    world.clock.advance(std::chrono::hours(1));

    EXPECT_EQ(sweep(), 0U);
    EXPECT_EQ(status(), "open");
    answer(world.paid());

    EXPECT_EQ(status(), "paid");
}

TEST_F(OrderClosing, KeepsWhatWasPaidOfAnOrderThatExpires) {
    world.begin(world.composite(order, card));
    answer(RoundWorld::outcome(OutcomeKind::refused));
    world.begin(another_payment(4'000));
    answer(world.paid());
    EXPECT_EQ(status(), "open");
    world.clock.advance(std::chrono::hours(1));

    EXPECT_EQ(sweep(), 1U);

    EXPECT_EQ(status(), "closed");
    EXPECT_EQ(world.value("SELECT paid FROM sluice.orders"), "4000");
    EXPECT_EQ(order_events(), "order.closed");
}

TEST_F(OrderClosing, IsAMatterOfTheOwnerAndOfSoManyAtOnce) {
    for (int i = 0; i < 3; ++i) {
        world.begin(world.composite(world.new_order(), card));
        answer(RoundWorld::outcome(OutcomeKind::refused));
    }
    world.clock.advance(std::chrono::hours(1));

    EXPECT_EQ(sweep({Bucket{2}, Bucket{4}}), 0U);
    EXPECT_EQ(sweep({Bucket{3}}, 2), 2U);
    EXPECT_EQ(sweep({Bucket{3}}, 2), 1U);
    EXPECT_EQ(sweep({Bucket{3}}, 2), 0U);
}

TEST_F(OrderClosing, RefusesAPaymentThatComesLater) {
    world.begin(world.composite(order, card));
    answer(RoundWorld::outcome(OutcomeKind::refused));
    world.clock.advance(std::chrono::hours(1));
    world.answers.clear();

    world.begin(another_payment(10'000));
    sweep();
    world.begin(another_payment(10'000));

    ASSERT_THAT(world.answers, SizeIs(2));
    for (const auto& refused : world.answers) {
        EXPECT_EQ(refused.error().code, ErrorCode::refused);
        EXPECT_EQ(refused.error().context, "order_not_open");
    }
}

TEST_F(OrderClosing, NeverTakesMoneyForAnOrderThatIsOver) {
    world.begin(world.composite(order, card));
    world.run("UPDATE sluice.orders SET status = 'closed', active_payment = NULL");
    world.run(
        "INSERT INTO sluice.event (id, type, object_id, created_at) SELECT gen_random_uuid(), "
        "'order.closed', id, created_at FROM sluice.orders"
    );

    answer(world.paid());

    EXPECT_EQ(world.value("SELECT status FROM sluice.payment"), "surplus");
    EXPECT_EQ(status(), "closed");
    EXPECT_EQ(world.value("SELECT paid FROM sluice.orders"), "0");
    EXPECT_EQ(world.value("SELECT kind FROM sluice.money_case"), "surplus");
    EXPECT_THAT(world.alarms, IsEmpty());
    EXPECT_EQ(order_events(), "order.closed") << "by whoever closed it, once";
}

}  // namespace
}  // namespace sluice::testing
