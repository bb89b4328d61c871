// While one commit of a round is under way the next batch is prepared.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using worker::Input;
using Then = worker::Round::Then;

class RoundOverlap : public ::testing::Test {
  protected:
    void TearDown() override {
        release_commits();
        EXPECT_THAT(world.database.unsound(), IsEmpty());
    }

    RunId given_payment_that_waits() {
        const RunId id = world.begin(world.composite(world.new_order(), card));
        world.answers.clear();
        return id;
    }
    /// Commits that are sent from now on get no answer.
    void hold_commits() {
        world.run("BEGIN");
        world.run("LOCK TABLE sluice.flow_journal IN EXCLUSIVE MODE");
        held_ = true;
    }
    void release_commits() {
        if (std::exchange(held_, false)) {
            world.run("COMMIT");
        }
    }
    Input start(std::unique_ptr<worker::StartRun> wish) { return world.start_of(std::move(wish)); }
    Input start() { return start(world.composite(world.new_order(), card)); }
    Input pending_answer() {
        payment::Outcome code = RoundWorld::outcome(payment::OutcomeKind::pending);
        code.next_action.set("type", "qr_code");
        return world.answer(std::move(code));
    }
    void take(Input input) {
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        const auto taken = world.round.take(std::move(inputs));
        ASSERT_TRUE(taken.has_value()) << taken.error().message;
    }
    /// Its commit is sent and cannot be answered before release_commits().
    void given_under_way(Input input) {
        take(std::move(input));
        hold_commits();
        ASSERT_TRUE(world.round.send().has_value());
        ASSERT_TRUE(world.round.is_under_way());
    }
    void drain() {
        release_commits();
        const auto drained = world.round.drain();
        ASSERT_TRUE(drained.has_value()) << drained.error().message;
    }
    std::string status_of(RunId id) {
        return world.value(
            "SELECT status FROM sluice.payment WHERE id = '" + id.raw().to_uuid() + "'"
        );
    }
    std::string journal_of(RunId id) {
        return world.value(
            "SELECT count(*) FROM sluice.flow_journal WHERE run_id = '" + id.raw().to_uuid() + "'"
        );
    }
    std::string payments() { return world.value("SELECT count(*) FROM sluice.payment"); }
    std::vector<ErrorCode> errors() {
        std::vector<ErrorCode> codes;
        for (const auto& answer : world.answers) {
            codes.push_back(answer ? ErrorCode::corrupt : answer.error().code);
        }
        return codes;
    }

    RoundWorld world;
    AccountId card = world.given_card(100'000);
    bool held_ = false;
};

TEST_F(RoundOverlap, PreparesAStartAndAnAnswerForAWarmRunMeanwhile) {
    given_payment_that_waits();
    Input answer = pending_answer();
    const std::size_t sent = world.sent.size();
    given_under_way(start());

    take(std::move(answer));
    take(start());

    EXPECT_EQ(world.round.prepared(), 2U);
    EXPECT_THAT(world.answers, IsEmpty()) << "nothing is committed";
    EXPECT_EQ(world.sent.size(), sent) << "no effect before its commit";
    release_commits();
    ASSERT_TRUE(world.round.finish(Then::stay_free).has_value());
    EXPECT_EQ(world.sent.size(), sent + 1) << "only the first batch is committed";
    EXPECT_THAT(world.answers, SizeIs(1));
    drain();
    EXPECT_EQ(world.sent.size(), sent + 2);
    EXPECT_THAT(world.answers, SizeIs(2));
}

TEST_F(RoundOverlap, LetsAnInputWaitWhoseRunIsUnderWay) {
    const RunId id = given_payment_that_waits();
    Input paid = world.answer(world.paid());
    given_under_way(pending_answer());

    take(std::move(paid));

    EXPECT_EQ(world.round.prepared(), 0U);
    EXPECT_EQ(world.round.held(), 1U) << "it waits";
    release_commits();
    ASSERT_TRUE(world.round.finish(Then::stay_free).has_value());
    EXPECT_EQ(world.round.prepared(), 1U);
    drain();
    EXPECT_EQ(status_of(id), "succeeded");
    EXPECT_EQ(journal_of(id), "3");
}

TEST_F(RoundOverlap, LetsAnInputWaitWhoseRunIsPrepared) {
    const RunId id = given_payment_that_waits();
    Input paid = world.answer(world.paid());
    Input first = pending_answer();
    given_under_way(start());
    take(std::move(first));

    take(std::move(paid));

    EXPECT_EQ(world.round.prepared(), 1U);
    release_commits();
    ASSERT_TRUE(world.round.finish(Then::stay_free).has_value());
    EXPECT_EQ(world.round.prepared(), 1U) << "its run is still in a batch";
    drain();
    EXPECT_EQ(status_of(id), "succeeded");
    EXPECT_EQ(journal_of(id), "3");
}

TEST_F(RoundOverlap, GivesTheSecondStartOfAnOrderThePaymentOfTheFirst) {
    const payment::Order order = world.new_order();
    given_under_way(start(world.composite(order, card)));

    take(start(world.composite(order, card)));
    EXPECT_EQ(world.round.prepared(), 0U);
    drain();

    ASSERT_THAT(world.answers, SizeIs(2));
    ASSERT_TRUE(world.answers[1].has_value()) << world.answers[1].error().message;
    EXPECT_EQ(world.answers[0]->subject.id, world.answers[1]->subject.id);
    EXPECT_EQ(payments(), "1");
}

TEST_F(RoundOverlap, GivesTheSecondUseOfAKeyThePaymentOfTheFirstThatIsPrepared) {
    const auto with_key = [&] {
        auto wish = world.composite(world.new_order(), card);
        wish->idempotency_key = "once";
        return wish;
    };
    given_under_way(start());
    take(start(with_key()));

    take(start(with_key()));
    EXPECT_EQ(world.round.prepared(), 1U);
    drain();

    ASSERT_THAT(world.answers, SizeIs(3));
    ASSERT_TRUE(world.answers[2].has_value()) << world.answers[2].error().message;
    EXPECT_EQ(world.answers[1]->subject.id, world.answers[2]->subject.id);
    EXPECT_EQ(payments(), "2");
}

TEST_F(RoundOverlap, RunsARefusedActivationAgainInTheBatchThatIsPrepared) {
    const AccountId empty = world.given_card(2'999);
    Input refused = start(world.composite(world.new_order(), empty));
    const RunId poor = refused.run_id;
    Input other = start();
    const RunId rich = other.run_id;
    given_under_way(std::move(refused));
    take(std::move(other));

    release_commits();
    ASSERT_TRUE(world.round.finish(Then::stay_free).has_value());
    EXPECT_EQ(world.round.prepared(), 2U);
    drain();

    EXPECT_EQ(status_of(poor), "failed");
    EXPECT_EQ(status_of(rich), "pending");
    EXPECT_EQ(journal_of(poor), "1");
    EXPECT_THAT(world.answers, SizeIs(2));
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(RoundOverlap, PutsAnInputOffWhoseRunMustBeReadFromTheDatabase) {
    const RunId id = given_payment_that_waits();
    Input paid = world.answer(world.paid());
    world.runs.dehydrate(world.clock.now());
    ASSERT_EQ(world.runs.warm(), 0U);
    given_under_way(start());

    take(std::move(paid));
    EXPECT_EQ(world.round.prepared(), 0U);
    drain();

    EXPECT_EQ(status_of(id), "succeeded");
}

TEST_F(RoundOverlap, LetsNothingForAPaymentOvertakeItsCallback) {
    const RunId id = given_payment_that_waits();
    Input callback;
    callback.kind = Input::Kind::callback;
    callback.callback = RoundWorld::told(world.sent.back().instruction, world.paid());
    Input close;
    close.run_id = id;
    close.fact.kind = flow::Fact::Kind::close_requested;
    given_under_way(start());

    take(std::move(callback));
    take(std::move(close));

    EXPECT_EQ(world.round.prepared(), 0U) << "whose callback it is, is not known yet";
    drain();
    EXPECT_EQ(status_of(id), "succeeded");
}

TEST_F(RoundOverlap, KeepsTheTimerOfARunThatIsPrepared) {
    given_payment_that_waits();
    ASSERT_TRUE(world.process(world.due()).has_value());
    take(pending_answer());
    drain();
    world.clock.advance(RoundWorld::kFirstQuestion);
    ASSERT_TRUE(world.round.next_due() <= world.clock.now());
    take(world.answer(RoundWorld::outcome(payment::OutcomeKind::pending)));

    EXPECT_THAT(world.due(), IsEmpty()) << "its run is in a batch";
    drain();

    EXPECT_TRUE(world.round.next_due().has_value()) << "the run sleeps for good";
}

TEST_F(RoundOverlap, SendsWhatIsPreparedBeforeItAnswersWhatIsCommitted) {
    bool next_was_under_way = false;
    Input first = start();
    first.on_picture = [&](const Result<payment::Picture>&) {
        next_was_under_way = world.round.is_under_way();
    };
    given_under_way(std::move(first));
    take(start());

    release_commits();
    ASSERT_TRUE(world.round.finish(Then::send_next).has_value());

    EXPECT_TRUE(next_was_under_way);
    EXPECT_EQ(world.round.prepared(), 0U);
    EXPECT_THAT(world.answers, IsEmpty()) << "the second is not committed";
    drain();
    EXPECT_THAT(world.answers, SizeIs(1));
}

TEST_F(RoundOverlap, LeavesTheSessionToItsOwnerWhenAsked) {
    given_under_way(start());
    take(start());

    release_commits();
    ASSERT_TRUE(world.round.finish(Then::stay_free).has_value());

    EXPECT_FALSE(world.round.is_under_way());
    EXPECT_EQ(world.round.prepared(), 1U);
    drain();
}

TEST_F(RoundOverlap, ResolvesCallbacksBeforeItSendsAndRunsThemAfter) {
    const RunId id = given_payment_that_waits();
    Input callback;
    callback.kind = Input::Kind::callback;
    callback.callback = RoundWorld::told(world.sent.back().instruction, world.paid());
    given_under_way(start());
    take(std::move(callback));
    take(start());
    ASSERT_EQ(world.round.prepared(), 1U);

    release_commits();
    ASSERT_TRUE(world.round.finish(Then::send_next).has_value());

    EXPECT_TRUE(world.round.is_under_way()) << "a callback must not keep the server idle";
    EXPECT_EQ(world.round.prepared(), 1U) << "the callback";
    drain();
    EXPECT_EQ(status_of(id), "succeeded");
}

TEST_F(RoundOverlap, KeepsTheOrderOfTwoInputsOfARunThatMustBeRead) {
    const RunId id = given_payment_that_waits();
    Input paid = world.answer(world.paid());
    Input close;
    close.run_id = id;
    close.fact.kind = flow::Fact::Kind::close_requested;
    world.runs.dehydrate(world.clock.now());
    world.sent.clear();
    given_under_way(start());

    take(std::move(paid));
    take(std::move(close));
    drain();

    EXPECT_EQ(status_of(id), "succeeded");
    EXPECT_EQ(world.sent.size(), 1U) << "only the other payment asks: nothing was to be closed";
}

TEST_F(RoundOverlap, DropsATimerWhoseRunHasMovedOn) {
    const RunId id = given_payment_that_waits();
    take(pending_answer());
    drain();
    world.clock.advance(RoundWorld::kFirstQuestion);
    std::vector<Input> timers = world.due();
    ASSERT_THAT(timers, SizeIs(1));
    take(pending_answer());
    drain();
    const std::string before = journal_of(id);

    take(std::move(timers.front()));
    drain();

    EXPECT_EQ(journal_of(id), before);
    EXPECT_TRUE(world.round.next_due().has_value()) << "the run sleeps for good";
}

TEST_F(RoundOverlap, AnswersAWaitFromMemoryAndPutsOffWhatOnlyTheDatabaseKnows) {
    const auto wait_for = [this](RunId id) {
        Input wait;
        wait.kind = Input::Kind::wait;
        wait.run_id = id;
        wait.wait_for = worker::WaitFor::committed;
        wait.on_picture = [this](Result<payment::Picture> picture) {
            world.answers.push_back(std::move(picture));
        };
        return wait;
    };
    const RunId warm = given_payment_that_waits();
    const RunId other = given_payment_that_waits();
    Input answer = pending_answer();
    given_under_way(start());
    take(std::move(answer));
    ASSERT_EQ(world.round.prepared(), 1U);

    take(wait_for(warm));
    EXPECT_THAT(world.answers, SizeIs(1)) << "it is in memory";
    take(wait_for(RunId(Id128{7, 7})));
    take(wait_for(other));
    EXPECT_THAT(world.answers, SizeIs(1));
    release_commits();
    ASSERT_TRUE(world.round.finish(Then::send_next).has_value());

    ASSERT_THAT(world.answers, SizeIs(3)) << "the start, and the payment nobody knows";
    EXPECT_EQ(world.answers[2].error().code, ErrorCode::not_found);
    drain();
    ASSERT_THAT(world.answers, SizeIs(4)) << "the one whose batch had to be committed first";
    EXPECT_EQ(world.answers[3]->subject.id, other);
}

TEST(RoundOverlapLimits, HoldForTheBatchThatIsPrepared) {
    RoundWorld world({.body_bytes = 1});
    const AccountId card = world.given_card(100'000);
    std::vector<Input> inputs;
    for (int i = 0; i < 3; ++i) {
        inputs.push_back(world.start_of(world.composite(world.new_order(), card)));
    }

    ASSERT_TRUE(world.round.take(std::move(inputs)).has_value());
    EXPECT_EQ(world.round.prepared(), 1U);
    EXPECT_EQ(world.round.held(), 3U);
    EXPECT_TRUE(world.round.is_full());
    ASSERT_TRUE(world.round.send().has_value());
    ASSERT_TRUE(world.round.take({}).has_value());
    EXPECT_EQ(world.round.prepared(), 1U) << "room again, while the first is under way";
    EXPECT_EQ(world.round.held(), 2U);
    ASSERT_TRUE(world.round.drain().has_value());

    EXPECT_EQ(world.answers.size(), 3U);
    EXPECT_EQ(world.round.sent().batches, 3U);
}

TEST_F(RoundOverlap, BeginsBothBatchesAgainWhenTheOneUnderWayIsRolledBack) {
    const RunId id = given_payment_that_waits();
    Input paid = world.answer(world.paid());
    world.run(
        "CREATE FUNCTION sluice.roll_back() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'rolled back' USING ERRCODE = '40P01'; END $$"
    );
    world.run(
        "CREATE TRIGGER fails BEFORE INSERT ON sluice.flow_journal FOR EACH STATEMENT "
        "EXECUTE FUNCTION sluice.roll_back()"
    );
    take(start());
    ASSERT_TRUE(world.round.send().has_value());
    take(std::move(paid));
    ASSERT_EQ(world.round.prepared(), 1U);
    while (!world.connection.has_answer()) {
        std::this_thread::yield();
    }
    world.run("DROP TRIGGER fails ON sluice.flow_journal");

    ASSERT_TRUE(world.round.finish(Then::stay_free).has_value());
    EXPECT_EQ(world.round.prepared(), 2U);
    EXPECT_THAT(world.answers, IsEmpty());
    drain();

    EXPECT_EQ(status_of(id), "succeeded");
    ASSERT_THAT(world.answers, SizeIs(1));
    EXPECT_TRUE(world.answers[0].has_value());
    EXPECT_EQ(payments(), "2");
}

TEST_F(RoundOverlap, LosesAndDoublesNothingWhenTheSessionEnds) {
    const RunId waits = given_payment_that_waits();
    Input paid = world.answer(world.paid());
    const payment::Order order = world.new_order();
    given_under_way(start(world.composite(order, card)));
    take(std::move(paid));
    take(start());
    take(start(world.composite(order, card)));
    ASSERT_EQ(world.round.prepared(), 2U);
    ASSERT_EQ(world.round.held(), 3U);

    world.run(
        "SELECT pg_terminate_backend(" + std::to_string(world.connection.backend_pid()) + ", 5000)"
    );
    const auto finished = world.round.finish(Then::stay_free);
    release_commits();
    ASSERT_FALSE(finished.has_value());
    EXPECT_THAT(errors(), ElementsAre(ErrorCode::unknown)) << "its fate is not known";
    world.round.abandon({ErrorCode::unavailable, "the database is not reachable", {}});

    EXPECT_THAT(
        errors(), ElementsAre(ErrorCode::unknown, ErrorCode::unavailable, ErrorCode::unavailable)
    );
    EXPECT_EQ(world.round.held(), 0U);
    EXPECT_EQ(payments(), "1");
    EXPECT_EQ(status_of(waits), "pending");
    // What the worker does next: a new session, and everything from the database.
    world.reopen();
    const std::vector<RunId> lost{RunId(waits.raw())};
    ASSERT_TRUE(world.round.recover(lost).has_value());
    take(start(world.composite(order, card)));
    drain();
    EXPECT_TRUE(world.answers.back().has_value());
    EXPECT_EQ(payments(), "2");
    EXPECT_EQ(journal_of(waits), "2") << "it took the fact that its answer was lost";
}

}  // namespace
}  // namespace sluice::testing
