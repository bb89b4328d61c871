// Money that moves against the end of a run, on a real database: booked once, given back once.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"
#include "worker/ended_run.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using worker::Input;

class LateMoneyRound : public ::testing::Test {
  protected:
    LateMoneyRound() {
        world.services.terms = [](const flow::ChannelAddress&) {
            flow::ChannelTerms terms{"1900000109", true, std::chrono::seconds(60)};
            terms.refunds = true;
            terms.pays_out = true;
            return std::optional(terms);
        };
    }
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    void take(std::vector<Input> inputs) {
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    void take(Input input) {
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        take(std::move(inputs));
    }
    void answer(payment::Outcome outcome) { take(world.answer(std::move(outcome))); }
    static Input told(const payment::Instruction& about, payment::Outcome outcome) {
        Input input;
        input.kind = Input::Kind::callback;
        input.callback = RoundWorld::told(about, std::move(outcome));
        return input;
    }
    static payment::Outcome paid(const payment::Instruction& instruction) {
        payment::Outcome outcome = RoundWorld::outcome(OutcomeKind::succeeded);
        outcome.number = instruction.id.raw().to_string();
        outcome.merchant = instruction.merchant;
        outcome.amount = instruction.amount;
        outcome.channel_reference = "4200001";
        return outcome;
    }
    /// A composite payment whose channel refused; the instruction that it refused.
    payment::Instruction given_failed_payment() {
        world.begin(world.composite(order, card));
        const payment::Instruction refused = world.sent.back().instruction;
        answer(RoundWorld::outcome(OutcomeKind::refused));
        EXPECT_EQ(world.value("SELECT status FROM sluice.payment"), "failed");
        return refused;
    }
    /// The instruction that collected the 70.00 of a payment of 100.00.
    payment::Instruction given_paid_payment() {
        world.begin(world.composite(order, card));
        const payment::Instruction collected = world.sent.back().instruction;
        answer(world.paid());
        EXPECT_EQ(world.value("SELECT status FROM sluice.payment"), "succeeded");
        return collected;
    }
    /// A refund of what the instruction collected; the channel was asked.
    payment::Instruction given_refund(const payment::Instruction& collected) {
        auto start = std::make_unique<worker::StartRun>();
        auto& subject = start->picture.subject;
        subject.id = RunId::generate(world.clock.now(), Bucket{3}, world.random);
        subject.service = payment::Service::refund;
        subject.order_id = order.id;
        subject.merchant_id = order.merchant_id;
        subject.number = "R-" + std::to_string(world.random.next());
        subject.flow = "refund";
        subject.amount = collected.amount;
        payment::RefundSource source;
        source.instruction = collected.id;
        source.payment = RunId(*Id128::parse_uuid(world.value("SELECT id FROM sluice.payment")));
        source.channel = collected.channel;
        source.channel_account = collected.channel_account;
        source.amount = collected.amount;
        source.refunded = Money{0, cny()};
        source.collected_at = collected.created_at;
        payment::Refund refund;
        refund.reason = "the goods came back";
        refund.sources = {source};
        start->picture.details = std::move(refund);
        start->picture.order = order;
        world.begin(std::move(start));
        EXPECT_EQ(world.sent.back().operation, payment::Operation::refund);
        return world.sent.back().instruction;
    }
    /// 50.00 with a fee of 1.00 from the card to a bank card; the channel was asked.
    payment::Instruction given_payout() {
        auto start = std::make_unique<worker::StartRun>();
        auto& subject = start->picture.subject;
        subject.id = RunId::generate(world.clock.now(), Bucket{3}, world.random);
        subject.service = payment::Service::payout;
        subject.merchant_id = order.merchant_id;
        subject.number = "P-1";
        subject.flow = "payout";
        subject.amount = Money{5'000, cny()};
        payment::Payout payout;
        payout.from = {card, "2002"};
        payout.fee = Money{100, cny()};
        payout.method = "bank_card";
        payout.payee.set("name", "Zhang San");
        start->picture.details = std::move(payout);
        world.begin(std::move(start));
        EXPECT_EQ(world.sent.back().operation, payment::Operation::payout);
        return world.sent.back().instruction;
    }
    std::string refunded() {
        return world.value(
            "SELECT (SELECT refunded FROM sluice.orders) || ' ' || "
            "(SELECT max(refunded) FROM sluice.instruction)"
        );
    }
    std::string cases() {
        return world.value(
            "SELECT coalesce(string_agg(kind || ' ' || amount || ' ' || status, ', ' "
            "ORDER BY opened_at, id), '') FROM sluice.money_case"
        );
    }
    std::string events() {
        return world.value(
            "SELECT coalesce(string_agg(type, ' ' ORDER BY xid, id), '') FROM sluice.event"
        );
    }
    std::int64_t balance_of(const std::string& gl) {
        return std::stoll(world.value(
            "SELECT coalesce(sum(-e.side * e.amount), 0) FROM sluice.entry e "
            "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '" +
            gl + "'"
        ));
    }
    std::string count(const std::string& table) {
        return world.value("SELECT count(*) FROM sluice." + table);
    }

    RoundWorld world;
    AccountId card = world.given_card(100'000);
    payment::Order order = world.new_order();
};

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

TEST_F(LateMoneyRound, OfARefundThatCameBackIsTheMerchantsAndMayBeRefundedAgain) {
    const auto collected = given_paid_payment();
    const auto given = given_refund(collected);
    answer(world.paid());
    ASSERT_EQ(refunded(), "7000 7000");

    for (int i = 0; i < 2; ++i) {
        take(told(given, RoundWorld::outcome(OutcomeKind::closed)));
    }

    EXPECT_EQ(world.value("SELECT status FROM sluice.refund"), "returned");
    EXPECT_EQ(refunded(), "0 0");
    EXPECT_EQ(balance_of("2101"), 10'000);
    EXPECT_EQ(balance_of("2202"), 0);
    EXPECT_EQ(cases(), "refund_returned 7000 open");
    EXPECT_THAT(events(), HasSubstr("refund.succeeded refund.returned"));
    given_refund(collected);
    answer(world.paid());
    EXPECT_EQ(refunded(), "7000 7000");
}

TEST_F(LateMoneyRound, OfARefundThatHadFailedIsTheRefundAfterAll) {
    const auto given = given_refund(given_paid_payment());
    answer(RoundWorld::outcome(OutcomeKind::refused));
    ASSERT_EQ(refunded(), "0 0");

    for (int i = 0; i < 2; ++i) {
        take(told(given, paid(given)));
    }

    EXPECT_EQ(world.value("SELECT status FROM sluice.refund"), "succeeded");
    EXPECT_EQ(refunded(), "7000 7000");
    EXPECT_EQ(balance_of("2101"), 3000);
    EXPECT_EQ(cases(), "");
}

TEST_F(LateMoneyRound, OfAFailedRefundThatAnotherHasReplacedIsOwedToUs) {
    const auto collected = given_paid_payment();
    const auto given = given_refund(collected);
    answer(RoundWorld::outcome(OutcomeKind::refused));
    given_refund(collected);
    answer(world.paid());

    for (int i = 0; i < 2; ++i) {
        take(told(given, paid(given)));
    }

    EXPECT_EQ(
        world.value("SELECT string_agg(status, ' ' ORDER BY created_at, status) FROM sluice.refund"
        ),
        "failed succeeded"
    );
    EXPECT_EQ(refunded(), "7000 7000");
    EXPECT_EQ(balance_of("1202"), -7000);
    EXPECT_EQ(cases(), "late_success 7000 open");
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(LateMoneyRound, OfAPayoutThatCameBackIsOnItsAccountAgain) {
    const auto given = given_payout();
    answer(world.paid());
    ASSERT_EQ(world.value("SELECT status FROM sluice.payout"), "succeeded");
    ASSERT_EQ(balance_of("2002"), 94'900);
    payment::Outcome returned = paid(given);
    returned.kind = OutcomeKind::returned;

    for (int i = 0; i < 2; ++i) {
        take(told(given, returned));
    }

    EXPECT_EQ(world.value("SELECT status FROM sluice.payout"), "returned");
    EXPECT_EQ(balance_of("2002"), 100'000);
    EXPECT_EQ(balance_of("1103") + balance_of("2203") + balance_of("4002"), 0);
    EXPECT_EQ(events(), "payout.succeeded payout.returned");
    EXPECT_EQ(cases(), "");
}

TEST_F(LateMoneyRound, OfAFailedPayoutIsOwedToUs) {
    const auto given = given_payout();
    answer(RoundWorld::outcome(OutcomeKind::refused));
    ASSERT_EQ(balance_of("2002"), 100'000);

    for (int i = 0; i < 2; ++i) {
        take(told(given, paid(given)));
    }

    EXPECT_EQ(world.value("SELECT status FROM sluice.payout"), "failed");
    EXPECT_EQ(
        world.value("SELECT status || ' ' || outcome_code FROM sluice.instruction"),
        "refused paid_twice"
    );
    EXPECT_EQ(balance_of("1202"), -5'000);
    EXPECT_EQ(balance_of("1103"), 5'000);
    EXPECT_EQ(cases(), "late_success 5000 open");
    EXPECT_EQ(events(), "payout.failed task.opened");
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
