// Tasks of runs that are over, on a real database: votes count without any script, through lost
// sessions, once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using payment::TaskVote;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using worker::Input;

constexpr std::int64_t kForTwo = 2'000'000;

class LateTasks : public ::testing::Test {
  protected:
    LateTasks() {
        auto start = std::make_unique<worker::StartRun>();
        auto& subject = start->picture.subject;
        subject.id = RunId::generate(world.clock.now(), Bucket{3}, world.random);
        subject.service = payment::Service::payout;
        subject.merchant_id = "shop";
        subject.number = "P-1";
        subject.flow = "payout";
        subject.amount = Money{kForTwo, cny()};
        payment::Payout payout;
        payout.from = {card, "2002"};
        payout.fee = Money{0, cny()};
        payout.method = "bank_card";
        payout.payee.set("name", "Zhang San");
        start->picture.details = std::move(payout);
        run = world.begin(std::move(start));
        out = world.sent.back().instruction;
        take(world.answer(RoundWorld::outcome(OutcomeKind::refused)));
        EXPECT_EQ(world.value("SELECT status FROM sluice.payout"), "failed");
        take(told_of(OutcomeKind::succeeded));
    }
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    Input told_of(OutcomeKind kind) const {
        payment::Outcome outcome = RoundWorld::outcome(kind);
        outcome.number = out.id.raw().to_string();
        outcome.merchant = out.merchant;
        outcome.amount = out.amount;
        Input input;
        input.kind = Input::Kind::callback;
        input.callback = RoundWorld::told(out, std::move(outcome));
        return input;
    }
    Input vote_of(const std::string& actor, const std::string& how, const std::string& task = {}) {
        TaskVote vote;
        vote.task = TaskId(
            *Id128::parse_uuid(task.empty() ? world.value("SELECT id FROM sluice.task") : task)
        );
        vote.actor = actor;
        vote.roles = {"finance"};
        vote.values.set("how", how);
        vote.values.set("evidence", "seen by " + actor);
        Input input;
        input.run_id = run;
        input.fact.kind = flow::Fact::Kind::task_vote;
        input.fact.vote = std::make_shared<const TaskVote>(std::move(vote));
        input.on_done = [this](const Result<void>& counted) {
            told.push_back(counted ? "counted" : counted.error().context);
        };
        return input;
    }
    void take(std::vector<Input> inputs) {
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    void take(Input input) {
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        take(std::move(inputs));
    }
    /// What the worker does from time to time.
    void look_for_moments() {
        const auto due = worker::RunStore(world.connection)
                             .ended_with_due_tasks({Bucket{3}}, world.clock.now(), 10);
        ASSERT_TRUE(due.has_value()) << due.error().message;
        found = due->size();
        ASSERT_TRUE(world.round.pass_moments(*due).has_value());
        ASSERT_TRUE(world.round.drain().has_value());
    }
    std::string tasks() {
        return world.value(
            "SELECT string_agg(status || ' ' || escalated, ', ' ORDER BY opened_at, id) "
            "FROM sluice.task"
        );
    }
    std::string booked(const std::string& gl) {
        return world.value(
            "SELECT coalesce(sum(e.side * e.amount), 0)::text FROM sluice.entry e "
            "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '" +
            gl + "'"
        );
    }
    std::string ends() {
        return world.value(
            "SELECT string_agg(c.kind || ' ' || c.status || ' ' || t.status, ', ' ORDER BY t.id) "
            "FROM sluice.money_case c JOIN sluice.task t ON t.case_id = c.id"
        );
    }

    RoundWorld world;
    AccountId card = world.given_card(100'000'000);
    RunId run;
    payment::Instruction out;
    std::vector<std::string> told;
    std::size_t found = 0;  ///< runs that the last look found
};

TEST_F(LateTasks, AreAskedWithTheCaseOfARunThatIsOver) {
    EXPECT_EQ(ends(), "late_success open open");
    EXPECT_EQ(booked("1202"), "2000000");
    EXPECT_EQ(
        world.value("SELECT kind || ' ' || role || ' ' || needed || ' ' || service FROM sluice.task"
        ),
        "settle finance 2 payout"
    );
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.event WHERE type = 'task.opened'"), "1");
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.flow_run"), "0") << "nothing waits for it";
}

TEST_F(LateTasks, CountTheVotesOfTwoPeopleThroughALostSession) {
    take(vote_of("zhao.min", "written_off"));
    world.reopen();
    take(vote_of("zhao.min", "written_off"));
    EXPECT_EQ(ends(), "late_success open open") << "one person has one vote";
    const std::string task = world.value("SELECT id FROM sluice.task");
    world.reopen();

    take(vote_of("sun.li", "written_off"));

    EXPECT_THAT(told, ElementsAre("counted", "counted", "counted"));
    EXPECT_EQ(ends(), "late_success closed approved");
    EXPECT_EQ(booked("1202"), "0");
    EXPECT_EQ(booked("5901"), "2000000");
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.task_vote"), "2");
    take(vote_of("wang.wei", "written_off", task));
    EXPECT_EQ(told.back(), "task_over");
    EXPECT_EQ(booked("5901"), "2000000");
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(LateTasks, GoToAnotherRoleAfterADayAlthoughNoRunWaits) {
    take(vote_of("zhao.min", "written_off"));
    world.clock.advance(std::chrono::hours(23));
    look_for_moments();
    EXPECT_EQ(found, 0U);
    EXPECT_EQ(tasks(), "open false");
    world.clock.advance(std::chrono::hours(2));

    look_for_moments();

    EXPECT_EQ(tasks(), "open true");
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.event WHERE type = 'task.escalated'"), "1");
    look_for_moments();
    EXPECT_EQ(found, 0U) << "once";
    world.reopen();
    Input vote = vote_of("zhou.yu", "written_off");
    auto said = std::make_shared<TaskVote>(*vote.fact.vote);
    said->roles = {"management"};
    vote.fact.vote = std::move(said);
    take(std::move(vote));
    EXPECT_THAT(told, ElementsAre("counted", "counted"));
    EXPECT_EQ(ends(), "late_success closed approved");
    EXPECT_EQ(booked("5901"), "2000000");
}

TEST_F(LateTasks, AreAskedAnewAfterTheirDeadline) {
    world.run("UPDATE sluice.task SET due_at = opened_at + interval '2 days'");
    world.clock.advance(std::chrono::hours(49));

    look_for_moments();

    EXPECT_EQ(tasks(), "expired false, open false");
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.money_case WHERE status = 'open'"), "1");
    EXPECT_EQ(
        world.value("SELECT (due_at = opened_at + interval '2 days')::text FROM sluice.task "
                    "WHERE status = 'open'"),
        "true"
    );
    look_for_moments();
    EXPECT_EQ(found, 0U);
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(LateTasks, OfARunThatLivesAreItsOwnTimers) {
    world.run(
        "INSERT INTO sluice.flow_run (bucket, run_id, seq, state, pending, release_id) "
        "SELECT 3, run_id, 1, 'quarantined', 0, (SELECT id FROM sluice.release) FROM sluice.task"
    );
    world.clock.advance(std::chrono::hours(49));

    look_for_moments();

    EXPECT_EQ(found, 0U);
    world.run("DELETE FROM sluice.flow_run");
}

TEST_F(LateTasks, CountVotesThatComeTogetherOnce) {
    std::vector<Input> inputs;
    inputs.push_back(vote_of("zhao.min", "recovered_by_bank"));
    inputs.push_back(vote_of("zhao.min", "written_off"));
    inputs.push_back(vote_of("sun.li", "recovered_by_bank"));
    inputs.push_back(vote_of("wang.wei", "recovered_by_bank"));

    take(std::move(inputs));

    EXPECT_THAT(told, ElementsAre("counted", "already_voted", "counted", "task_over"));
    EXPECT_EQ(ends(), "late_success closed approved");
    EXPECT_EQ(booked("1202"), "0");
    EXPECT_EQ(booked("1001"), "102000000") << "beside what the card was topped up with";
}

TEST_F(LateTasks, AreCancelledWhenTheMoneyComesBackInTheSameMoment) {
    take(vote_of("zhao.min", "written_off"));
    std::vector<Input> inputs;
    inputs.push_back(told_of(OutcomeKind::returned));
    inputs.push_back(vote_of("sun.li", "written_off"));

    take(std::move(inputs));

    EXPECT_EQ(ends(), "late_success closed cancelled");
    EXPECT_EQ(booked("1202"), "0");
    EXPECT_EQ(booked("5901"), "0");
    EXPECT_EQ(told.back(), "task_over");
}

}  // namespace
}  // namespace sluice::testing
