// What runs are rebuilt from, read for many at once, and how an owner takes up what another left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"
#include "json/json.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using worker::Input;
using worker::RunHistory;

std::string uuid_of(RunId id) { return "'" + id.raw().to_uuid() + "'"; }

std::vector<RunId> runs_of(const std::vector<RunId>& payments) {
    std::vector<RunId> runs;
    for (const RunId id : payments) {
        runs.emplace_back(id.raw());
    }
    return runs;
}

/// Everything of a history that could differ, as text.
std::string told(const Result<std::optional<RunHistory>>& history) {
    if (!history) {
        return std::string(to_string(history.error().code)) + " " + history.error().message;
    }
    if (!*history) {
        return "not live";
    }
    const RunHistory& run = **history;
    std::string text = RunId(run.row.id).to_string() + " seq " + std::to_string(run.row.seq) +
                       " pending " + std::to_string(run.row.pending) + " of " +
                       run.row.release.to_string();
    text += run.row.wake_at ? " wakes" : " sleeps";
    text += " pays " + run.start.subject.amount.describe() + " of " +
            run.start.order.merchant_order_number + " in " + std::to_string(run.start.legs.size()) +
            " legs";
    for (const auto& entry : run.journal) {
        text += "\n" + std::to_string(entry.seq) + " " +
                std::to_string(entry.at.time_since_epoch().count()) + " " +
                std::to_string(entry.effects_hash.high) + " " + to_json(entry.body);
    }
    return text;
}

class RunHistories : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    RunId given_payment_in_flight() {
        return world.begin(world.composite(world.new_order(), card));
    }
    RunId given_payment_that_was_asked_for() {
        const RunId id = given_payment_in_flight();
        payment::Outcome code = RoundWorld::outcome(payment::OutcomeKind::pending);
        code.next_action.set("type", "qr_code");
        EXPECT_TRUE(take(world.answer(std::move(code))));
        world.clock.advance(RoundWorld::kFirstQuestion);
        EXPECT_TRUE(world.process(world.due()).has_value());
        return id;
    }
    RunId given_payment_that_ended() {
        const RunId id = given_payment_in_flight();
        EXPECT_TRUE(take(world.answer(world.paid())));
        return id;
    }
    bool take(Input input) { return world.process(inputs_of(std::move(input))).has_value(); }
    static std::vector<Input> inputs_of(Input input) {
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        return inputs;
    }
    static Input close_of(RunId id) {
        Input input;
        input.run_id = id;
        input.fact.kind = flow::Fact::Kind::close_requested;
        return input;
    }
    void given_journal_that_cannot_be_read(RunId id) {
        world.run(
            "UPDATE sluice.flow_journal SET body = '\\x09' WHERE run_id = " + uuid_of(id) +
            " AND seq = 1"
        );
    }
    /// What the channels were asked since, by payment.
    std::vector<std::pair<RunId, payment::Operation>> asked_since(std::size_t before) {
        std::vector<std::pair<RunId, payment::Operation>> asked;
        for (std::size_t i = before; i < world.sent.size(); ++i) {
            asked.emplace_back(RunId(world.sent[i].run.raw()), world.sent[i].operation);
        }
        return asked;
    }

    RoundWorld world;
    AccountId card = world.given_card(100'000);
};

/// Another owner of the same buckets: it knows of the runs what the database tells.
class NextOwner {
  public:
    explicit NextOwner(RoundWorld& world)
        : runs_(world.release),
          round_({world.connection, runs_, waiters_, *world.policies, batch_, world.services}) {
        const auto live = worker::RunStore(world.connection).live_runs({Bucket{3}});
        for (const auto& row : live.value()) {
            runs_.note(row);
        }
    }

    worker::Round& round() { return round_; }

  private:
    worker::LiveRuns runs_;
    worker::Waiters waiters_;
    worker::Batch batch_;
    worker::Round round_;
};

TEST_F(RunHistories, OfManyAtOnceAreWhatEachIsAlone) {
    const std::vector<RunId> payments{
        given_payment_that_was_asked_for(),
        given_payment_in_flight(),
        given_payment_that_ended(),
        RunId(Id128{1, 2}),
        given_payment_in_flight(),
        given_payment_in_flight()
    };
    given_journal_that_cannot_be_read(payments[4]);
    worker::RunStore ahead(world.connection);

    ASSERT_TRUE(ahead.read_ahead(runs_of(payments)).has_value());

    std::vector<std::string> alone;
    for (const RunId id : payments) {
        alone.push_back(told(worker::RunStore(world.connection).history(id)));
        EXPECT_EQ(told(ahead.history(id)), alone.back());
    }
    EXPECT_THAT(alone[0], HasSubstr("\n3 ")) << "it has three activations";
    EXPECT_THAT(alone[1], HasSubstr("seq 1 pending 1"));
    EXPECT_EQ(alone[2], "not live");
    EXPECT_EQ(alone[3], "not live");
    EXPECT_THAT(alone[4], HasSubstr("corrupt journal body cannot be read"));
}

TEST_F(RunHistories, ReadAheadAreGivenOutOnce) {
    const RunId id = given_payment_in_flight();
    worker::RunStore store(world.connection);
    ASSERT_TRUE(store.read_ahead(runs_of({id})).has_value());
    world.run("UPDATE sluice.flow_run SET seq = 9 WHERE run_id = " + uuid_of(id));

    const auto first = store.history(id);
    const auto second = store.history(id);

    EXPECT_EQ(first.value()->row.seq, 1U);
    EXPECT_EQ(second.value()->row.seq, 9U) << "what was read ahead is old by now";
}

TEST_F(RunHistories, ReadAheadDoNotOutliveTheNextReading) {
    const RunId id = given_payment_in_flight();
    worker::RunStore store(world.connection);
    ASSERT_TRUE(store.read_ahead(runs_of({id})).has_value());
    world.run("UPDATE sluice.flow_run SET seq = 9 WHERE run_id = " + uuid_of(id));

    ASSERT_TRUE(store.read_ahead({}).has_value());

    EXPECT_EQ(store.history(id).value()->row.seq, 9U);
}

TEST_F(RunHistories, ThatCannotBeReadParkTheirOwnRunOnly) {
    const std::vector<RunId> payments{
        given_payment_in_flight(), given_payment_in_flight(), given_payment_in_flight()
    };
    given_journal_that_cannot_be_read(payments[1]);
    const std::size_t before = world.sent.size();

    ASSERT_TRUE(NextOwner(world).round().recover(runs_of(payments)).has_value());

    EXPECT_THAT(world.alarms, ElementsAre(HasSubstr("run_quarantined")));
    EXPECT_EQ(
        world.value("SELECT run_id FROM sluice.flow_run WHERE state = 'quarantined'"),
        payments[1].raw().to_uuid()
    );
    world.clock.advance(std::chrono::seconds(1));
    EXPECT_THAT(asked_since(before), IsEmpty()) << "what may not be sent again was sent again";
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.instruction WHERE status = 'unknown'"), "2");
}

TEST_F(RunHistories, OfAnInterruptedRunAreTakenUpBeforeAnInput) {
    const RunId id = given_payment_in_flight();
    const std::size_t before = world.sent.size();
    NextOwner owner(world);

    ASSERT_TRUE(take_to_end(owner.round(), inputs_of(close_of(id))).has_value());
    const auto asked = asked_since(before);
    ASSERT_TRUE(owner.round().recover(runs_of({id})).has_value());

    EXPECT_THAT(asked, ElementsAre(std::pair(id, payment::Operation::close)));
    EXPECT_EQ(asked_since(before), asked) << "what is on its way was taken for lost";
    EXPECT_EQ(
        world.value("SELECT status FROM sluice.instruction WHERE kind = 'external'"), "unknown"
    ) << "the lost answer was forgotten";
}

TEST_F(RunHistories, AreNotTakenUpTwice) {
    const RunId id = given_payment_in_flight();
    world.services.resend = [](const payment::Instruction&, payment::Operation) {
        return channel::Resend::idempotent;
    };
    const std::size_t before = world.sent.size();
    NextOwner owner(world);

    ASSERT_TRUE(owner.round().recover(runs_of({id})).has_value());
    ASSERT_TRUE(owner.round().recover(runs_of({id})).has_value());

    EXPECT_THAT(asked_since(before), ElementsAre(std::pair(id, payment::Operation::collect)));
}

TEST_F(RunHistories, OfARunThatWasAnsweredAreNotAskedFor) {
    const RunId id = given_payment_in_flight();
    payment::Outcome code = RoundWorld::outcome(payment::OutcomeKind::pending);
    code.next_action.set("type", "qr_code");
    ASSERT_TRUE(take(world.answer(std::move(code))));
    const std::size_t before = world.sent.size();

    ASSERT_TRUE(NextOwner(world).round().recover(runs_of({id})).has_value());

    EXPECT_THAT(asked_since(before), IsEmpty());
    EXPECT_EQ(world.value("SELECT max(seq) FROM sluice.flow_journal"), "2");
}

TEST_F(RunHistories, AreLostWithTheirSession) {
    const RunId id = given_payment_in_flight();
    NextOwner owner(world);
    world.run(
        "SELECT pg_terminate_backend(" + std::to_string(world.connection.backend_pid()) + ", 5000)"
    );

    EXPECT_FALSE(owner.round().recover(runs_of({id})).has_value());
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.quarantine"), "0");
}

}  // namespace
}  // namespace sluice::testing
