// Tasks on a real database: what is written when, votes that come together or twice, runs that
// leave memory while people think, and what the API and events read of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"
#include "gateway/event_objects.hpp"
#include "gateway/task_store.hpp"
#include "json/json.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using payment::TaskStatus;
using payment::TaskVote;
using payment::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using worker::Input;

constexpr std::int64_t kForTwo = 60'000'000;

class Tasks : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    RunId given_payout(std::int64_t amount_minor) {
        auto start = std::make_unique<worker::StartRun>();
        auto& subject = start->picture.subject;
        subject.id = RunId::generate(world.clock.now(), Bucket{3}, world.random);
        subject.service = payment::Service::payout;
        subject.merchant_id = "shop";
        subject.number = "P-" + std::to_string(++payouts_);
        subject.flow = "payout";
        subject.amount = Money{amount_minor, cny()};
        payment::Payout payout;
        payout.from = {card, "2002"};
        payout.fee = Money{0, cny()};
        payout.method = "bank_card";
        payout.payee.set("name", "Zhang San");
        start->picture.details = std::move(payout);
        return world.begin(std::move(start));
    }

    TaskId task() { return TaskId(*Id128::parse_uuid(world.value("SELECT id FROM sluice.task"))); }

    Input vote_of(RunId run, const std::string& actor, Verdict verdict = Verdict::approve) {
        return vote_of(run, TaskVote{task(), actor, {"finance", "operations"}, verdict});
    }
    Input vote_of(RunId run, TaskVote vote) {
        Input input;
        input.run_id = run;
        input.fact.kind = flow::Fact::Kind::task_vote;
        input.fact.vote = std::make_shared<const TaskVote>(std::move(vote));
        input.on_done = [this](const Result<void>& counted) {
            told.push_back(counted ? "counted" : told_of(counted.error()));
        };
        return input;
    }
    static std::string told_of(const Error& error) {
        return error.context.empty() ? error.message : error.context;
    }
    bool take(Input input) {
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        return world.process(std::move(inputs)).has_value();
    }
    void pass_to_the_next_moment() {
        ASSERT_TRUE(world.round.next_due().has_value());
        world.clock.advance(*world.round.next_due() - world.clock.now());
        ASSERT_TRUE(world.process(world.due()).has_value());
    }
    std::string all(const std::string& column, const std::string& from) {
        return world.value(
            "SELECT coalesce(string_agg(" + column + ", ' ' ORDER BY " + column + "), '') FROM " +
            from
        );
    }
    std::string events() { return all("type", "sluice.event"); }
    std::string status() { return world.value("SELECT status FROM sluice.task"); }
    std::string payout_status() { return world.value("SELECT status FROM sluice.payout"); }

    RoundWorld world;
    AccountId card = world.given_card(100'000'000);
    std::vector<std::string> told;

  private:
    int payouts_ = 0;
};

TEST_F(Tasks, AreWrittenWithTheActivationThatAsks) {
    given_payout(kForTwo);

    EXPECT_EQ(status(), "open");
    EXPECT_EQ(
        world.value("SELECT service || ' ' || kind || ' ' || role || ' ' || needed || ' ' || "
                    "amount || ' ' || currency || ' ' || merchant_id FROM sluice.task"),
        "payout approve finance 2 60000000 CNY shop"
    );
    EXPECT_EQ(
        world.value("SELECT t.escalates_at = r.wake_at FROM sluice.task t, sluice.flow_run r"), "t"
    ) << "the kernel wakes it, whatever the script waits for";
    EXPECT_EQ(events(), "task.opened");
    EXPECT_EQ(world.value("SELECT merchant_id FROM sluice.owned_event"), "shop");
    EXPECT_THAT(world.sent, IsEmpty());
}

TEST_F(Tasks, CountTwoPeopleWhoVoteTogetherAndNobodyTwice) {
    const RunId run = given_payout(kForTwo);
    std::vector<Input> inputs;
    inputs.push_back(vote_of(run, "li.lei"));
    inputs.push_back(vote_of(run, "li.lei"));
    inputs.push_back(vote_of(run, "li.lei", Verdict::deny));
    inputs.push_back(vote_of(run, "han.meimei"));
    inputs.push_back(vote_of(run, "wang.wei"));

    ASSERT_TRUE(world.process(std::move(inputs)).has_value());

    EXPECT_THAT(told, ElementsAre("counted", "counted", "already_voted", "counted", "task_over"));
    EXPECT_EQ(status(), "approved");
    EXPECT_EQ(all("actor", "sluice.task_vote"), "han.meimei li.lei");
    EXPECT_THAT(world.sent, SizeIs(1)) << "the money leaves once";
    EXPECT_EQ(events(), "task.decided task.opened");
}

TEST_F(Tasks, RememberVotesWhenTheProcessDiesBeforeItAnswers) {
    const RunId run = given_payout(kForTwo);
    ASSERT_TRUE(take(vote_of(run, "li.lei")));
    world.reopen();
    told.clear();

    ASSERT_TRUE(take(vote_of(run, "li.lei")));
    EXPECT_THAT(told, ElementsAre("counted")) << "the same again is the same";
    EXPECT_THAT(world.sent, IsEmpty());
    world.reopen();
    ASSERT_TRUE(take(vote_of(run, "han.meimei")));
    world.reopen();
    ASSERT_TRUE(take(world.answer(world.paid())));

    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.task_vote"), "2");
    EXPECT_EQ(payout_status(), "succeeded");
    EXPECT_THAT(world.sent, SizeIs(1));
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(Tasks, TellWhoVotedThatNothingWasWritten) {
    const RunId run = given_payout(kForTwo);
    world.run(
        "CREATE FUNCTION sluice.roll_back() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'rolled back' USING ERRCODE = '40P01'; END $$"
    );
    world.run(
        "CREATE TRIGGER fails BEFORE INSERT ON sluice.task_vote FOR EACH STATEMENT "
        "EXECUTE FUNCTION sluice.roll_back()"
    );

    EXPECT_TRUE(take(vote_of(run, "li.lei")));
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_NE(told[0], "counted");
    world.run("DROP TRIGGER fails ON sluice.task_vote");
    told.clear();
    EXPECT_TRUE(take(vote_of(run, "li.lei")));

    EXPECT_THAT(told, ElementsAre("counted"));
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.task_vote"), "1");
}

TEST_F(Tasks, AreOverWithTheRunThatAsked) {
    const RunId run = given_payout(kForTwo);
    ASSERT_TRUE(take(vote_of(run, "li.lei", Verdict::deny)));
    EXPECT_EQ(payout_status(), "failed");
    EXPECT_EQ(status(), "denied");

    ASSERT_TRUE(take(vote_of(run, "han.meimei")));

    EXPECT_THAT(told, ElementsAre("counted", "task_over"));
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.task_vote"), "1");
    EXPECT_EQ(events(), "payout.failed task.decided task.opened");
}

TEST_F(Tasks, EscalateAndExpireAlthoughTheRunLeftMemory) {
    given_payout(kForTwo);
    world.reopen();

    pass_to_the_next_moment();
    EXPECT_EQ(world.value("SELECT escalated FROM sluice.task"), "t");
    EXPECT_EQ(status(), "open");
    world.reopen();
    pass_to_the_next_moment();

    EXPECT_EQ(status(), "expired");
    EXPECT_EQ(world.value("SELECT failure_code FROM sluice.payout"), "approval_expired");
    EXPECT_EQ(events(), "payout.failed task.decided task.escalated task.opened");
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(Tasks, CloseTheCaseOfMoneyThatPeopleFoundOutAbout) {
    const RunId run = given_payout(50'000);
    ASSERT_TRUE(take(world.answer(RoundWorld::outcome(OutcomeKind::unknown))));
    for (int turn = 0; turn < 30 && world.value("SELECT count(*) FROM sluice.task") == "0";
         ++turn) {
        const std::size_t before = world.sent.size();
        pass_to_the_next_moment();
        if (world.sent.size() > before) {
            ASSERT_TRUE(take(world.answer(RoundWorld::outcome(OutcomeKind::unknown))));
        }
    }
    EXPECT_EQ(all("kind || ' ' || status", "sluice.money_case"), "needs_operator open");
    TaskVote vote{task(), "li.lei", {"operations"}};
    vote.values = json::parse(R"({"outcome":"succeeded","evidence":"statement 7"})").value();

    ASSERT_TRUE(take(vote_of(run, vote)));

    EXPECT_THAT(told, ElementsAre("counted"));
    EXPECT_EQ(payout_status(), "succeeded");
    EXPECT_EQ(
        world.value("SELECT status || ' ' || (resolved_at IS NOT NULL) FROM sluice.money_case"),
        "closed true"
    );
    EXPECT_EQ(world.value("SELECT outcome_code FROM sluice.instruction"), "resolved_by_hand");
    EXPECT_THAT(world.value("SELECT vote_values FROM sluice.task_vote"), HasSubstr("statement 7"));
}

/// What the gateway reads.
class StoredTasks : public Tasks {
  protected:
    db::Pool pool{world.database.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::TaskStore> store = gateway::make_task_store(pool);

    std::size_t listed(gateway::TaskQuery query) {
        query.window.before = {~std::uint64_t{0}, ~std::uint64_t{0}};
        const auto page = store->list(query);
        EXPECT_TRUE(page.has_value()) << page.error().message;
        return page->tasks.size();
    }
};

TEST_F(StoredTasks, AreReadAsTheyWereWritten) {
    const RunId run = given_payout(kForTwo);
    ASSERT_TRUE(take(vote_of(run, "li.lei")));

    const auto found = store->find(task());
    ASSERT_TRUE(found.has_value()) << found.error().message;
    ASSERT_TRUE(found->has_value());
    const gateway::StoredTask& stored = **found;

    EXPECT_EQ(stored.run, run);
    EXPECT_EQ(stored.service, payment::Service::payout);
    EXPECT_EQ(stored.merchant_id, "shop");
    EXPECT_EQ(stored.task.title.zh, "审批付款");
    EXPECT_EQ(stored.task.amount, (Money{kForTwo, cny()}));
    EXPECT_EQ(stored.task.due_at, stored.task.opened_at + std::chrono::days(3));
    EXPECT_EQ(stored.task.status, TaskStatus::open);
    ASSERT_THAT(stored.task.votes, SizeIs(1));
    EXPECT_EQ(stored.task.votes[0].actor, "li.lei");
    EXPECT_FALSE(store->find(TaskId(run.raw()))->has_value());
}

TEST_F(StoredTasks, AreListedByWhatIsWanted) {
    const RunId first = given_payout(kForTwo);
    ASSERT_TRUE(take(vote_of(first, "li.lei", Verdict::deny)));
    world.clock.advance(std::chrono::seconds(1));
    given_payout(kForTwo);

    EXPECT_EQ(listed({}), 2U);
    EXPECT_EQ(listed({.status = TaskStatus::open}), 1U);
    EXPECT_EQ(listed({.status = TaskStatus::denied}), 1U);
    EXPECT_EQ(listed({.merchant_id = "shop", .status = TaskStatus::open}), 1U);
    EXPECT_EQ(listed({.merchant_id = "other"}), 0U);
    EXPECT_EQ(listed({.role = "finance"}), 2U);
    EXPECT_EQ(listed({.role = "management"}), 0U) << "before it is escalated";
    EXPECT_EQ(listed({.kind = "resolve"}), 0U);
    gateway::TaskQuery page;
    page.window.limit = 1;
    page.window.before = {~std::uint64_t{0}, ~std::uint64_t{0}};
    const auto newest = store->list(page);
    ASSERT_THAT(newest->tasks, SizeIs(1));
    ASSERT_TRUE(newest->next_after.has_value());
    page.window.before = *newest->next_after;
    const auto oldest = store->list(page);
    ASSERT_THAT(oldest->tasks, SizeIs(1));
    EXPECT_EQ(oldest->tasks[0].run, first);
    EXPECT_FALSE(oldest->next_after.has_value());
}

TEST_F(StoredTasks, AreWhatTheirEventsTell) {
    given_payout(kForTwo);
    notify::Event event;
    event.type = "task.opened";
    event.object = task().raw();

    const auto objects = gateway::render_event_objects(world.connection, {&event, 1});

    ASSERT_TRUE(objects[0].has_value()) << objects[0].error().message;
    EXPECT_THAT(*objects[0], HasSubstr(R"("merchant_id":"shop")"));
    EXPECT_THAT(*objects[0], HasSubstr(R"("status":"open")"));
}

}  // namespace
}  // namespace sluice::testing
