// Tasks over the API: who sees them, who may vote, what a vote must say.
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using payment::TaskField;
using payment::TaskStatus;
using payment::Verdict;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kOperator = "op_li";
constexpr std::string_view kOther = "op_han";
constexpr std::string_view kOfAll = "op_all";

/// Operators of the merchant "alpha" and of all merchants, and two tasks.
class Tasks : public GatewayFixture {
  protected:
    Tasks() {
        add_operator("alpha", kOperator, "li.lei", {"finance"});
        add_operator("alpha", "op_li_too", "li.lei", {"finance"});
        add_operator("alpha", kOther, "han.meimei", {"operations", "finance"});
        add_operator("*", kOfAll, "wang.wei", {"operations"});
        intake.on_vote = [this](const payment::TaskVote& vote) {
            for (auto& row : tasks.rows) {
                if (row.task.id == vote.task) {
                    row.task.votes.push_back(vote);
                    row.task.votes.back().at = clock.now();
                }
            }
        };
    }

    void add_operator(
        const std::string& merchant,
        std::string_view key,
        const std::string& name,
        std::vector<std::string> roles
    ) {
        gateway::ApiKey made{merchant, Secret<std::string>(std::string(key))};
        made.operator_name = name;
        made.roles = std::move(roles);
        settings.keys.push_back(made);
    }

    gateway::StoredTask& given_task(const std::string& merchant = "alpha") {
        gateway::StoredTask stored;
        stored.run = RunId::generate(clock.now(), Bucket{5}, random);
        stored.service = payment::Service::payout;
        stored.merchant_id = merchant;
        auto& task = stored.task;
        task.id = TaskId(stored.run.raw().derive(1, 3));
        task.kind = "approve";
        task.title = {"Approve a payout", "审批付款"};
        task.role = "finance";
        task.needed = 2;
        task.amount = Money{60'000'000, *Currency::parse("CNY")};
        task.opened_at = clock.now();
        task.due_at = clock.now() + std::chrono::days(3);
        tasks.rows.push_back(std::move(stored));
        return tasks.rows.back();
    }

    gateway::StoredTask& given_doubt() {
        auto& stored = given_task();
        stored.task.kind = "resolve";
        stored.task.role = "operations";
        stored.task.form = payment::resolve_form();
        stored.task.about = InstructionId(stored.task.id.raw());
        return stored;
    }

    static std::string address(const gateway::StoredTask& stored) {
        return "/v1/tasks/" + stored.task.id.to_string();
    }

    http::Response vote(
        const gateway::StoredTask& stored,
        std::string_view key,
        const std::string& body = R"({"verdict":"approve"})"
    ) {
        return send(
            {.method = "POST", .target = address(stored) + "/votes", .body = body, .key = key}
        );
    }
    http::Response read(const std::string& target, std::string_view key = kOperator) {
        return send({.target = target, .key = key});
    }
    std::size_t listed(const std::string& query, std::string_view key = kOperator) {
        const auto body = parsed(read("/v1/tasks" + query, key));
        return body.find("tasks")->as_array()->size();
    }
};

TEST_F(Tasks, AreShownToTheirMerchantAndItsOperators) {
    const auto task = given_task();

    for (const std::string_view key : {kMerchantKey, kOperator, kOfAll}) {
        const auto response = read(address(task), key);
        EXPECT_EQ(response.status, 200) << key;
        EXPECT_EQ(text_of(response, "id"), task.task.id.to_string());
        EXPECT_THAT(text_of(response, "object_id"), ::testing::StartsWith("out_"));
        EXPECT_EQ(int_of(response, "amount"), 60'000'000);
        EXPECT_EQ(int_of(response, "needed"), 2);
    }
    EXPECT_EQ(summary(read(address(task), kOtherKey)), "404 not_found");
}

TEST_F(Tasks, AreListedByWhatIsWanted) {
    given_task();
    given_doubt();
    given_task("beta");
    tasks.rows.front().task.status = TaskStatus::denied;

    EXPECT_EQ(listed(""), 2U);
    EXPECT_EQ(listed("?status=open"), 1U);
    EXPECT_EQ(listed("?status=denied"), 1U);
    EXPECT_EQ(listed("?role=operations"), 1U);
    EXPECT_EQ(listed("?kind=resolve"), 1U);
    EXPECT_EQ(listed("", kOfAll), 3U) << "everybody's work";
    EXPECT_EQ(listed("?merchant_id=beta", kOfAll), 1U);
    EXPECT_EQ(summary(read("/v1/tasks?merchant_id=beta")), "404 not_found");
    EXPECT_EQ(summary(read("/v1/tasks?status=done")), "400 invalid_request status");
    EXPECT_EQ(summary(read("/v1/tasks?cursor=x")), "400 invalid_request cursor");
}

TEST_F(Tasks, AreDecidedByOperators) {
    const auto task = given_task();

    const auto response = vote(task, kOperator, R"({"verdict":"deny","note":"No invoice."})");

    EXPECT_EQ(response.status, 200) << response.body;
    ASSERT_THAT(intake.votes, SizeIs(1));
    EXPECT_EQ(intake.voted_runs[0], task.run);
    EXPECT_EQ(intake.votes[0].actor, "li.lei");
    EXPECT_EQ(intake.votes[0].roles, std::vector<std::string>{"finance"});
    EXPECT_EQ(intake.votes[0].verdict, Verdict::deny);
    EXPECT_EQ(intake.votes[0].note, "No invoice.");
    const Value body = parsed(response);
    const Value& shown = body.find("votes")->as_array()->front();
    EXPECT_EQ(shown.text_or_empty("actor"), "li.lei");
}

TEST_F(Tasks, AreDecidedByNoBusinessSystem) {
    const auto task = given_task();
    gateway::ApiKey key{"alpha", Secret<std::string>("sk_with_tasks")};
    key.scopes = gateway::Scopes().add(gateway::Scope::tasks);
    settings.keys.push_back(key);

    EXPECT_EQ(summary(vote(task, kMerchantKey)), "403 forbidden");
    const auto with_scope = vote(task, "sk_with_tasks");

    EXPECT_EQ(summary(with_scope), "403 forbidden");
    EXPECT_THAT(text_of(with_scope, "detail"), HasSubstr("wanted an operator's"));
    EXPECT_THAT(intake.votes, IsEmpty());
}

TEST_F(Tasks, AreDecidedByTheRoleTheyAskFor) {
    auto& task = given_task();

    const auto refused = vote(task, kOfAll);
    EXPECT_EQ(summary(refused), "403 forbidden");
    EXPECT_THAT(
        text_of(refused, "detail"), HasSubstr("wang.wei has not the role finance that tsk_")
    );
    EXPECT_THAT(intake.votes, IsEmpty());

    task.task.escalate_role = "operations";
    EXPECT_EQ(summary(vote(task, kOfAll)), "403 forbidden") << "not escalated yet";
    task.task.escalated = true;
    EXPECT_EQ(vote(task, kOfAll).status, 200);
}

TEST_F(Tasks, OfAnotherMerchantDoNotExist) {
    const auto task = given_task("beta");

    EXPECT_EQ(summary(vote(task, kOperator)), "404 not_found");
    EXPECT_EQ(summary(read(address(task))), "404 not_found");
    EXPECT_EQ(summary(read("/v1/tasks/tsk_1")), "404 not_found");
    EXPECT_EQ(summary(read("/v1/tasks/" + task.run.to_string())), "404 not_found");
}

TEST_F(Tasks, CountAPersonOnceHoweverManyKeysThereAre) {
    const auto task = given_task();
    EXPECT_EQ(vote(task, kOperator).status, 200);

    const auto again = vote(task, "op_li_too");
    const auto changed = vote(task, "op_li_too", R"({"verdict":"deny"})");

    EXPECT_EQ(again.status, 200) << "the same again is answered as it is";
    EXPECT_EQ(summary(changed), "409 already_voted");
    EXPECT_THAT(intake.votes, SizeIs(1));
    EXPECT_EQ(vote(task, kOther).status, 200);
    EXPECT_THAT(intake.votes, SizeIs(2));
}

TEST_F(Tasks, ThatAreOverTakeNoVote) {
    auto& task = given_task();
    for (const auto status :
         {TaskStatus::approved, TaskStatus::denied, TaskStatus::expired, TaskStatus::cancelled}) {
        task.task.status = status;
        const auto response = vote(task, kOperator);
        EXPECT_EQ(summary(response), "409 task_over");
        EXPECT_THAT(text_of(response, "detail"), HasSubstr(to_string(status)));
    }
    EXPECT_THAT(intake.votes, IsEmpty());
}

TEST_F(Tasks, TellWhatTheRunSaysOfTheVote) {
    const auto task = given_task();
    const auto told = [&](const Error& error) {
        intake.next_error = error;
        return summary(vote(task, kOperator));
    };

    EXPECT_EQ(told({ErrorCode::conflict, "over", "task_over"}), "409 task_over");
    EXPECT_EQ(told({ErrorCode::conflict, "twice", "already_voted"}), "409 already_voted");
    EXPECT_EQ(told({ErrorCode::forbidden, "no", {}}), "403 forbidden");
    EXPECT_EQ(told({ErrorCode::unavailable, "no", {}}), "503 unavailable");
    EXPECT_EQ(told({ErrorCode::unknown, "no", {}}), "503 outcome_unknown");
}

TEST_F(Tasks, SayWhichFieldOfTheFormIsWrong) {
    const auto task = given_doubt();
    const auto told = [&](const std::string& body) { return summary(vote(task, kOther, body)); };

    EXPECT_EQ(
        told(R"({"verdict":"maybe"})"),
        "400 invalid_request /verdict /values/outcome "
        "/values/evidence"
    );
    EXPECT_EQ(
        told(R"({"verdict":"approve"})"), "400 invalid_request /values/outcome /values/evidence"
    );
    EXPECT_EQ(
        told(R"({"verdict":"approve","values":{"outcome":"lost","evidence":"x"}})"),
        "400 invalid_request /values/outcome"
    );
    EXPECT_EQ(
        told(R"({"verdict":"approve","values":{"outcome":"refused","evidence":1}})"),
        "400 invalid_request /values/evidence"
    );
    EXPECT_EQ(
        told(R"({"verdict":"approve","values":{"outcome":"refused","evidence":"x","more":"y"}})"),
        "400 invalid_request /values/more"
    );
    EXPECT_EQ(
        told(R"({"verdict":"approve","values":[]})"),
        "400 invalid_request /values /values/outcome /values/evidence"
    );
    EXPECT_EQ(
        told(R"({"verdict":"deny","values":{"outcome":"refused","evidence":"x"}})"),
        "400 invalid_request /values"
    );
    EXPECT_EQ(told(R"({"verdict":"deny","extra":1})"), "400 invalid_request /extra");
    EXPECT_THAT(intake.votes, IsEmpty());
    EXPECT_EQ(
        vote(
            task,
            kOther,
            R"({"verdict":"approve","values":{"evidence":"statement 7","outcome":"refused"}})"
        )
            .status,
        200
    );
    ASSERT_THAT(intake.votes, SizeIs(1));
    EXPECT_EQ(to_json(intake.votes[0].values), R"({"outcome":"refused","evidence":"statement 7"})");
}

TEST_F(Tasks, OfAnotherNodeAreDecidedThere) {
    const auto task = given_task();
    std::string sent_to;
    forwarder = [&](const std::string& to, const http::Request&, const gateway::ForwardDone& done) {
        sent_to = to;
        done(fail(ErrorCode::unknown, "cut"));
    };
    intake.owner = "10.0.0.2:80";

    EXPECT_EQ(summary(vote(task, kOperator)), "503 outcome_unknown");

    EXPECT_EQ(sent_to, "10.0.0.2:80");
    EXPECT_THAT(intake.votes, IsEmpty());
}

TEST_F(Tasks, AreToldUnknownWhenTheRunIsSilent) {
    const auto task = given_task();
    settings.engine_grace = std::chrono::milliseconds(50);
    intake.silent = true;

    EXPECT_EQ(summary(vote(task, kOperator)), "503 outcome_unknown");
}

}  // namespace
}  // namespace sluice::testing
