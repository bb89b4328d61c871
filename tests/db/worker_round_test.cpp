// A round of the worker on a real database, when the database does not do what it is asked.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"
#include "worker/run_history.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using worker::Input;

class WorkerRound : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    RunId given_payment_that_waits() {
        const RunId id = world.begin(world.composite(world.new_order(), card));
        payment::Outcome code = RoundWorld::outcome(payment::OutcomeKind::pending);
        code.next_action.set("type", "qr_code");
        EXPECT_TRUE(take(world.answer(std::move(code))));
        return id;
    }
    bool take(Input input) {
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        return world.process(std::move(inputs)).has_value();
    }
    /// Every commit fails and is surely rolled back, as after a deadlock.
    void given_commits_that_are_rolled_back() {
        world.run(
            "CREATE FUNCTION sluice.roll_back() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rolled back' USING ERRCODE = '40P01'; END $$"
        );
        world.run(
            "CREATE TRIGGER fails BEFORE INSERT ON sluice.flow_journal FOR EACH STATEMENT "
            "EXECUTE FUNCTION sluice.roll_back()"
        );
    }
    void given_commits_that_work_again() { world.run("DROP TRIGGER fails ON sluice.flow_journal"); }
    std::string status_of(RunId id) {
        return world.value(
            "SELECT status FROM sluice.payment WHERE id = '" + id.raw().to_uuid() + "'"
        );
    }
    std::size_t queries_sent() const {
        return static_cast<std::size_t>(std::ranges::count(
            world.sent, payment::Operation::query, &channel::ExchangeOrder::operation
        ));
    }

    RoundWorld world;
    AccountId card = world.given_card(100'000);
};

TEST_F(WorkerRound, TakesATimerAgainWhoseActivationCouldNotBeWritten) {
    given_payment_that_waits();
    given_commits_that_are_rolled_back();
    world.clock.advance(RoundWorld::kFirstQuestion);

    ASSERT_TRUE(world.process(world.due()).has_value());
    EXPECT_EQ(queries_sent(), 0U);
    given_commits_that_work_again();
    ASSERT_TRUE(world.round.next_due().has_value()) << "the run sleeps for good";
    world.clock.advance(*world.round.next_due() - world.clock.now());
    ASSERT_TRUE(world.process(world.due()).has_value());

    EXPECT_EQ(queries_sent(), 1U);
}

TEST_F(WorkerRound, KeepsTheAnswerOfAChannelThatCouldNotBeWritten) {
    const RunId id = given_payment_that_waits();
    world.clock.advance(RoundWorld::kFirstQuestion);
    ASSERT_TRUE(world.process(world.due()).has_value());
    given_commits_that_are_rolled_back();

    EXPECT_TRUE(take(world.answer(world.paid())));
    EXPECT_EQ(status_of(id), "pending");
    EXPECT_THAT(world.due(), IsEmpty()) << "not at once, the trouble may last";
    given_commits_that_work_again();
    world.clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(world.process(world.due()).has_value());

    EXPECT_EQ(status_of(id), "succeeded");
    world.clock.advance(std::chrono::hours(1));
    EXPECT_THAT(world.due(), IsEmpty());
}

TEST_F(WorkerRound, TellsACallerWhoseWishCouldNotBeWritten) {
    given_commits_that_are_rolled_back();

    world.begin(world.composite(world.new_order(), card));

    ASSERT_THAT(world.answers, SizeIs(1));
    EXPECT_EQ(world.answers[0].error().code, ErrorCode::unavailable);
    EXPECT_FALSE(world.round.next_due().has_value()) << "the caller will come again";
    given_commits_that_work_again();
}

TEST_F(WorkerRound, WakesARunAgainWhoseStateLeftMemoryMeanwhile) {
    given_payment_that_waits();
    world.clock.advance(RoundWorld::kFirstQuestion);
    world.runs.dehydrate(world.clock.now());
    // Reading the run back fails as surely as writing it.
    world.run("ALTER TABLE sluice.flow_journal RENAME TO hidden");
    world.run(
        "CREATE FUNCTION sluice.too_busy() RETURNS integer LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '57014'; END $$"
    );
    world.run(
        "CREATE VIEW sluice.flow_journal AS SELECT run_id, sluice.too_busy() AS seq, at, "
        "body, effects_hash FROM sluice.hidden"
    );
    world.run("GRANT SELECT ON sluice.flow_journal TO sluice_app");

    ASSERT_TRUE(world.process(world.due()).has_value());
    EXPECT_THAT(world.alarms, IsEmpty()) << "nothing is wrong with the run";
    world.run("DROP VIEW sluice.flow_journal");
    world.run("ALTER TABLE sluice.hidden RENAME TO flow_journal");
    world.clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(world.process(world.due()).has_value());

    EXPECT_EQ(queries_sent(), 1U);
}

TEST_F(WorkerRound, ParksARunWhoseReleaseIsRefusedAgainAndAgain) {
    const RunId id = given_payment_that_waits();
    // Somebody let go of the frozen amount behind the flow's back.
    world.run("UPDATE sluice.instruction SET status = 'released' WHERE kind = 'internal'");
    world.run("UPDATE sluice.balance SET held = 0");

    EXPECT_TRUE(take(world.answer(RoundWorld::outcome(payment::OutcomeKind::refused))));
    Input callback;
    callback.kind = Input::Kind::callback;
    callback.callback = RoundWorld::told(
        world.sent.back().instruction, RoundWorld::outcome(payment::OutcomeKind::refused)
    );
    EXPECT_TRUE(take(std::move(callback)));

    EXPECT_THAT(
        world.alarms,
        ElementsAre(AllOf(HasSubstr("run_quarantined"), HasSubstr("the release of 3000 CNY")))
    );
    EXPECT_THAT(
        world.value("SELECT reason FROM sluice.quarantine"),
        AllOf(HasSubstr("hold_not_open"), HasSubstr("goes no other way"))
    );
    EXPECT_EQ(world.value("SELECT state FROM sluice.flow_run"), "quarantined");
    EXPECT_EQ(status_of(id), "pending");
}

TEST_F(WorkerRound, GoesOnWithTheOthersOfABatchWhenTheReleaseOfOneIsRefused) {
    std::vector<RunId> runs;
    std::vector<Input> refused;
    for (int i = 0; i < 2; ++i) {
        runs.push_back(given_payment_that_waits());
        Input& callback = refused.emplace_back();
        callback.kind = Input::Kind::callback;
        callback.callback = RoundWorld::told(
            world.sent.back().instruction, RoundWorld::outcome(payment::OutcomeKind::refused)
        );
    }
    world.run(
        "UPDATE sluice.instruction SET status = 'released' WHERE kind = 'internal' "
        "AND run_id = '" +
        runs[0].raw().to_uuid() + "'"
    );
    world.run("UPDATE sluice.balance SET held = 3000");

    ASSERT_TRUE(world.process(std::move(refused)).has_value());

    EXPECT_EQ(status_of(runs[0]), "pending");
    EXPECT_EQ(status_of(runs[1]), "failed");
    EXPECT_THAT(
        world.value("SELECT reason FROM sluice.quarantine"),
        AllOf(HasSubstr("hold_not_open"), HasSubstr("goes no other way"))
    );
    EXPECT_EQ(world.value("SELECT held FROM sluice.balance"), "0");
}

TEST_F(WorkerRound, HearsOfAnInstructionFromItsOwnAccountAlone) {
    const RunId id = given_payment_that_waits();
    const payment::Instruction ours = world.sent.back().instruction;
    payment::Instruction of_another_account = ours;
    of_another_account.channel_account = "another";
    payment::Instruction of_another_channel = ours;
    of_another_channel.channel = "bank";
    std::vector<std::string> refusals;
    std::vector<Input> inputs;
    for (const auto& about : {of_another_account, ours, of_another_channel}) {
        Input& input = inputs.emplace_back();
        input.kind = Input::Kind::callback;
        input.callback = RoundWorld::told(about, RoundWorld::outcome(OutcomeKind::pending));
        input.on_done = [&refusals](const Result<void>& done) {
            refusals.push_back(done ? "" : done.error().message);
        };
    }

    ASSERT_TRUE(world.process(std::move(inputs)).has_value());

    const std::string number = ours.id.to_string();
    EXPECT_THAT(
        refusals,
        UnorderedElementsAre(
            ours.channel + "/another has no instruction " + number,
            "",
            "bank/" + ours.channel_account + " has no instruction " + number
        )
    );
    EXPECT_EQ(world.value("SELECT count(*)::text FROM sluice.flow_journal"), "3")
        << "begun, a code to scan, and what its own account told";
    EXPECT_EQ(status_of(id), "pending");
}

TEST_F(WorkerRound, KeepsWhatACallbackIsAbout) {
    const RunId id = given_payment_that_waits();
    Input callback;
    callback.kind = Input::Kind::callback;
    callback.callback = RoundWorld::told(
        world.sent.back().instruction, RoundWorld::outcome(payment::OutcomeKind::pending)
    );
    callback.callback.operation = payment::Operation::refund;

    EXPECT_TRUE(take(std::move(callback)));

    const std::array<RunId, 1> ids{id};
    const auto rows = worker::HistoryRows::load(world.connection, ids).value();
    worker::JournalDecompressor decompressor;
    const auto history = rows.read(id, decompressor).value().value();
    EXPECT_THAT(
        to_json(history.journal.back().body),
        AllOf(HasSubstr(R"("type":"callback")"), HasSubstr(R"("operation":"refund")"))
    );
}

TEST_F(WorkerRound, GoesAnotherWayAfterARefusalThatTheFlowUnderstands) {
    const AccountId empty = world.given_card(2'999);

    const RunId id = world.begin(world.composite(world.new_order(), empty));

    EXPECT_EQ(status_of(id), "failed");
    EXPECT_THAT(world.alarms, IsEmpty());
    EXPECT_EQ(world.value("SELECT failure_code FROM sluice.payment"), "insufficient_balance");
}

TEST_F(WorkerRound, TellsOnceForACommitWithEventsAndOnlyWhenTheyAreThere) {
    std::vector<std::string> events_when_told;
    world.services.events_written = [&] {
        events_when_told.push_back(world.value("SELECT count(*) FROM sluice.event"));
    };
    std::vector<Input> paid;
    for (int i = 0; i < 2; ++i) {
        world.begin(world.composite(world.new_order(), card));
        paid.push_back(world.answer(world.paid()));
    }
    EXPECT_THAT(events_when_told, IsEmpty()) << "nothing has ended";

    ASSERT_TRUE(world.process(std::move(paid)).has_value());

    EXPECT_THAT(events_when_told, ElementsAre("2"));
}

TEST_F(WorkerRound, TellsNobodyOfEventsThatWereNotWritten) {
    int told = 0;
    world.services.events_written = [&] { ++told; };
    world.begin(world.composite(world.new_order(), card));
    given_commits_that_are_rolled_back();

    EXPECT_TRUE(take(world.answer(world.paid())));

    EXPECT_EQ(told, 0);
    given_commits_that_work_again();
    world.clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(world.process(world.due()).has_value());
    EXPECT_EQ(told, 1);
}

/// Starts so many payments in one round and says in how many commits they were written.
std::string commits_for(RoundWorld& world, int payments) {
    const AccountId card = world.given_card(100'000);
    std::vector<Input> inputs;
    for (int i = 0; i < payments; ++i) {
        inputs.push_back(world.start_of(world.composite(world.new_order(), card)));
    }
    EXPECT_TRUE(world.process(std::move(inputs)).has_value());
    EXPECT_EQ(world.answers.size(), static_cast<std::size_t>(payments));
    EXPECT_THAT(world.database.unsound(), IsEmpty());
    return world.value("SELECT count(DISTINCT xmin::text) FROM sluice.flow_journal");
}

TEST(BatchLimits, LetAUsualRoundBeOneCommit) {
    RoundWorld world;
    EXPECT_EQ(commits_for(world, 3), "1");
}

TEST(BatchLimits, PutWhatIsTooMuchForOneCommitIntoTheNext) {
    RoundWorld small({.body_bytes = 1});
    EXPECT_EQ(commits_for(small, 3), "3");
    RoundWorld quick({.lua = std::chrono::microseconds{0}});
    EXPECT_EQ(commits_for(quick, 3), "3");
}

TEST_F(WorkerRound, TellsEveryCallerWhenItsSessionDiesInTheMiddle) {
    const payment::Order order = world.new_order();
    const RunId first = world.begin(world.composite(order, card));
    std::vector<Input> inputs;
    // Each needs the database once more after the commit: a repeat of an order with its payment's
    // look-up, and a wait for a payment that is not live here.
    inputs.push_back(world.start_of(world.composite(order, card)));
    inputs.push_back(world.start_of(world.composite(order, card)));
    Input wait;
    wait.kind = Input::Kind::wait;
    wait.run_id = RunId(Id128{7, 7});
    wait.on_picture = inputs.front().on_picture;
    inputs.push_back(std::move(wait));
    ASSERT_NE(first, inputs.front().run_id);
    world.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    );
    world.answers.clear();

    EXPECT_FALSE(world.process(std::move(inputs)).has_value());

    ASSERT_THAT(world.answers, SizeIs(3)) << "somebody waits for nothing";
    for (const auto& answer : world.answers) {
        EXPECT_FALSE(answer.has_value());
    }
}

}  // namespace
}  // namespace sluice::testing
