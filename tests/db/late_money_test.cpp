// Money that moves against the end of a run, on a real database: booked once, given back once.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/late_money_world.hpp"
#include "worker/ended_run.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using worker::Input;

TEST_F(LateMoneyRound, ThatComesForAPaymentThatEndedGoesBackByARefundOfItsOwn) {
    const auto late = given_failed_payment();

    take(told(late, paid(late)));

    EXPECT_EQ(world.value("SELECT status FROM sluice.payment"), "surplus");
    EXPECT_EQ(
        world.value("SELECT status || ' ' || channel_reference FROM sluice.instruction "
                    "WHERE kind = 'external' AND purpose = 'collect'"),
        "surplus 4200001"
    );
    EXPECT_EQ(cases(), "surplus 7000 open");
    ASSERT_EQ(world.sent.back().operation, payment::Operation::refund);
    EXPECT_EQ(world.sent.back().instruction.original.channel_reference, "4200001");
    EXPECT_EQ(balance_of("2202"), 7000);
    EXPECT_EQ(balance_of("2204"), 0);
    EXPECT_THAT(world.database.unsound(), IsEmpty());

    answer(world.paid());

    EXPECT_EQ(cases(), "surplus 7000 closed");
    EXPECT_EQ(balance_of("1101") + balance_of("2201") + balance_of("2202"), 0);
    EXPECT_EQ(events(), "payment.failed payment.surplus refund.succeeded");
    EXPECT_EQ(world.value("SELECT status || ' ' || refunded FROM sluice.orders"), "open 0");
    EXPECT_EQ(refunded(), "0 7000");
    EXPECT_EQ(
        world.value("SELECT (c.refund_id = r.id AND c.resolved_at IS NOT NULL)::text "
                    "FROM sluice.money_case c, sluice.refund r"),
        "true"
    );
}

TEST_F(LateMoneyRound, IsBookedOnceHoweverOftenItIsTold) {
    const auto late = given_failed_payment();
    std::vector<Input> at_once;
    at_once.push_back(told(late, paid(late)));
    at_once.push_back(told(late, paid(late)));

    take(std::move(at_once));
    const std::string journal = count("flow_journal");
    take(told(late, paid(late)));
    world.reopen();
    take(told(late, paid(late)));

    EXPECT_EQ(count("flow_journal"), journal);
    EXPECT_EQ(count("refund"), "1");
    EXPECT_EQ(cases(), "surplus 7000 open");
    EXPECT_EQ(count("late_fact"), "1") << "what is no news is evidence";
}

TEST_F(LateMoneyRound, IsBookedByOneOfTwoWhoReadTheSameEnd) {
    const auto late = given_failed_payment();
    const RunId id(*Id128::parse_uuid(world.value("SELECT id FROM sluice.payment")));
    auto other = world.database.connect({.statement_timeout = {}, .role = "sluice_app"});
    std::vector<std::string> results;
    std::vector<std::unique_ptr<worker::EndedRun>> ended;
    for (db::Connection* each : {&world.connection, &other}) {
        ended.push_back(
            std::make_unique<worker::EndedRun>(worker::load_ended_run(*each, id).value().value())
        );
    }

    for (auto& each : ended) {
        flow::Fact fact;
        fact.kind = flow::Fact::Kind::callback;
        fact.source = payment::Source::callback;
        fact.instruction = late.id;
        fact.outcome = paid(late);
        ASSERT_TRUE(
            each->kernel.begin({.seq = each->next_seq, .now = world.clock.now(), .facts = {fact}}
            ).has_value()
        );
        const flow::Step step = each->kernel.take_step();
        const auto row = flow::journal_row(each->next_seq, world.clock.now(), step);
        worker::Batch batch;
        batch.add({&each->kernel, &step, &row, nullptr, {}, worker::RunState::had_ended});
        const auto committed = batch.commit(each == ended.front() ? world.connection : other);
        results.push_back(committed ? "committed" : committed.error().context);
    }

    EXPECT_THAT(results, ElementsAre("committed", "23505"));
    EXPECT_EQ(cases(), "surplus 7000 open");
    EXPECT_EQ(balance_of("2204"), 7000);
}

TEST_F(LateMoneyRound, GoesBackLaterWhenItsRefundCouldNotBegin) {
    const auto late = given_failed_payment();
    world.run(
        "CREATE FUNCTION sluice.no_refund() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no refund today' USING ERRCODE = 'P0001'; END $$"
    );
    world.run(
        "CREATE TRIGGER fails BEFORE INSERT ON sluice.refund FOR EACH ROW "
        "EXECUTE FUNCTION sluice.no_refund()"
    );
    take(told(late, paid(late)));
    EXPECT_EQ(balance_of("2204"), 7000) << "it is owed to the payer";
    EXPECT_THAT(world.alarms, ElementsAre(HasSubstr("surplus_refund_not_begun")));
    EXPECT_THAT(world.database.unsound(), IsEmpty());
    world.run("DROP TRIGGER fails ON sluice.refund");
    worker::RunStore store(world.connection);
    EXPECT_THAT(store.open_surpluses({Bucket{2}}, Time{}, 10).value(), IsEmpty());

    for (int i = 0; i < 2; ++i) {
        const auto open = store.open_surpluses({Bucket{3}}, Time{}, 10).value();
        EXPECT_EQ(open.size(), i == 0 ? 1U : 0U);
        ASSERT_TRUE(world.round.refund_surpluses(open).has_value());
        ASSERT_TRUE(world.round.drain().has_value());
    }
    answer(world.paid());

    EXPECT_EQ(count("refund"), "1");
    EXPECT_EQ(cases(), "surplus 7000 closed");
}

TEST_F(LateMoneyRound, ThatTheChannelRefusesIsTriedAgainByALadderAndThenAskedAbout) {
    const auto late = given_failed_payment();
    take(told(late, paid(late)));

    for (const int hours : {1, 6, 24, 72}) {
        answer(RoundWorld::outcome(OutcomeKind::refused));
        world.clock.advance(std::chrono::hours(hours));
        ASSERT_TRUE(world.process(world.due()).has_value());
    }
    answer(RoundWorld::outcome(OutcomeKind::refused));

    EXPECT_EQ(
        std::ranges::count(
            world.sent, payment::Operation::refund, &channel::ExchangeOrder::operation
        ),
        5
    );
    EXPECT_EQ(world.value("SELECT status FROM sluice.refund"), "pending");
    EXPECT_EQ(world.value("SELECT kind || ' ' || status FROM sluice.task"), "give_back open");
    EXPECT_EQ(cases(), "surplus 7000 open");
    EXPECT_EQ(balance_of("2202"), 7000) << "it is the payer's";
}

TEST_F(LateMoneyRound, ThatCameBackIsGivenBackAgainADayLater) {
    const auto late = given_failed_payment();
    take(told(late, paid(late)));
    const auto given = world.sent.back().instruction;
    answer(world.paid());
    EXPECT_EQ(cases(), "surplus 7000 closed");
    payment::Outcome returned = paid(given);
    returned.kind = OutcomeKind::returned;
    take(told(given, returned));
    EXPECT_EQ(cases(), "surplus 7000 open");
    EXPECT_EQ(balance_of("2204"), 7000);
    EXPECT_THAT(world.database.unsound(), IsEmpty());
    worker::RunStore store(world.connection);
    EXPECT_THAT(store.open_surpluses({Bucket{3}}, world.clock.now(), 10).value(), IsEmpty())
        << "not at once";
    world.clock.advance(std::chrono::hours(1));

    for (int i = 0; i < 2; ++i) {
        const auto open = store.open_surpluses({Bucket{3}}, world.clock.now(), 10).value();
        EXPECT_EQ(open.size(), i == 0 ? 1U : 0U);
        ASSERT_TRUE(world.round.refund_surpluses(open).has_value());
        ASSERT_TRUE(world.round.drain().has_value());
    }
    answer(world.paid());

    EXPECT_EQ(count("refund"), "2");
    EXPECT_EQ(cases(), "surplus 7000 closed");
    EXPECT_EQ(world.value("SELECT refunds FROM sluice.money_case"), "2");
    EXPECT_EQ(balance_of("2204") + balance_of("2202") + balance_of("1101"), 0);
}

TEST_F(LateMoneyRound, ThatContradictsOurRecordOpensOneCase) {
    const auto late = given_failed_payment();
    payment::Outcome wrong = paid(late);
    wrong.amount = Money{6999, cny()};

    for (int i = 0; i < 3; ++i) {
        take(told(late, wrong));
    }

    EXPECT_EQ(cases(), "conflicted 7000 open");
    EXPECT_EQ(world.value("SELECT status FROM sluice.payment"), "failed");
    EXPECT_EQ(balance_of("1101"), 0);
    EXPECT_EQ(events(), "payment.failed task.opened");
}

TEST_F(LateMoneyRound, IsEvidenceWhenItIsOnlyUnderWay) {
    const auto given = given_payout();
    answer(world.paid());
    const std::string journal = count("flow_journal");

    for (int i = 0; i < 2; ++i) {
        take(told(given, RoundWorld::outcome(OutcomeKind::pending)));
    }

    EXPECT_EQ(world.value("SELECT status FROM sluice.payout"), "succeeded");
    EXPECT_EQ(count("flow_journal"), journal);
    EXPECT_EQ(count("late_fact"), "1");
    EXPECT_EQ(events(), "payout.succeeded");
    EXPECT_EQ(cases(), "");
}

TEST_F(LateMoneyRound, OfAnOrderThatIsOverComesBackFromEveryLeg) {
    world.begin(world.composite(order, card));
    world.run("UPDATE sluice.orders SET status = 'closed', active_payment = NULL");
    world.run(
        "INSERT INTO sluice.event (id, type, object_id, created_at) SELECT gen_random_uuid(), "
        "'order.closed', id, created_at FROM sluice.orders"
    );

    answer(world.paid());

    EXPECT_EQ(
        world.value("SELECT status || ' ' || failure_code FROM sluice.payment"),
        "surplus order_over"
    );
    EXPECT_THAT(world.alarms, IsEmpty());
    EXPECT_EQ(count("flow_run"), "1") << "the refund";
    EXPECT_EQ(balance_of("2002"), 100'000) << "the card has its part again";
    EXPECT_EQ(world.value("SELECT status || ' ' || paid FROM sluice.orders"), "closed 0");
    EXPECT_EQ(cases(), "surplus 7000 open");
    answer(world.paid());
    EXPECT_EQ(cases(), "surplus 7000 closed");
    EXPECT_EQ(events(), "order.closed payment.surplus refund.succeeded");
    EXPECT_EQ(count("flow_run"), "0");
}

TEST_F(LateMoneyRound, OfAnOrderThatAnotherPaymentPaidMeanwhileLeavesThatPaymentItsOrder) {
    world.begin(world.composite(order, card));
    const auto first = world.sent.back();
    // As where attempts may overlap: the order has forgotten the first.
    world.run("UPDATE sluice.orders SET active_payment = NULL, closes_at = expires_at");
    auto second = world.composite(order, card);
    second->order_is_new = false;
    world.begin(std::move(second));
    std::vector<Input> both;
    both.push_back(world.answer(world.paid()));
    world.sent.push_back(first);
    both.push_back(world.answer(world.paid()));

    take(std::move(both));

    EXPECT_EQ(
        world.value("SELECT string_agg(status, ' ' ORDER BY status) FROM sluice.payment"),
        "succeeded surplus"
    );
    EXPECT_EQ(world.value("SELECT status || ' ' || paid FROM sluice.orders"), "paid 10000");
    EXPECT_EQ(balance_of("2101"), 10'000);
    EXPECT_EQ(balance_of("2202"), 7000);
    EXPECT_EQ(balance_of("2002"), 97'000);
    EXPECT_THAT(world.alarms, IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
