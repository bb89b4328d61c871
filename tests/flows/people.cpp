#include "flows/people.hpp"

#include <gtest/gtest.h>

#include "json/json.hpp"

namespace sluice::testing {

payment::Task newest_task(const FlowDriver& driver) {
    payment::Task newest;
    for (const auto& step : driver.steps()) {
        for (const auto& turn : step.task_turns) {
            newest = turn.task;
        }
    }
    EXPECT_FALSE(newest.id.is_nil()) << "the run asks nobody";
    return newest;
}

std::vector<std::string> turns_of(const FlowDriver& driver) {
    std::vector<std::string> turns;
    for (const auto& step : driver.steps()) {
        for (const auto& turn : step.task_turns) {
            const bool is_end = turn.kind == flow::TaskTurn::Kind::decided;
            turns.emplace_back(
                is_end ? payment::to_string(turn.task.status) : flow::to_string(turn.kind)
            );
        }
    }
    return turns;
}

flow::Fact vote_fact(const FlowDriver& driver, const Say& say) {
    payment::TaskVote vote;
    vote.task = newest_task(driver).id;
    vote.actor = say.actor;
    vote.roles = {say.role};
    vote.verdict = say.verdict;
    if (!say.values.empty()) {
        vote.values = json::parse(say.values).value();
    }
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::task_vote;
    fact.vote = std::make_shared<const payment::TaskVote>(std::move(vote));
    return fact;
}

std::string vote(FlowDriver& driver, const Say& say) {
    const flow::Fact fact = vote_fact(driver, say);
    driver.feed({fact});
    for (const auto& refused : driver.last().refused_votes) {
        if (refused.vote == fact.vote) {
            return refused.why.context.empty() ? refused.why.message : refused.why.context;
        }
    }
    return {};
}

Say found_out(const std::string& actor, const std::string& outcome) {
    return {
        actor,
        payment::Verdict::approve,
        R"({"outcome":")" + outcome + R"(","evidence":"seen by )" + actor + R"("})",
        "operations"
    };
}

Say give_it(const std::string& actor, const std::string& how, const std::string& more) {
    return {
        actor,
        payment::Verdict::approve,
        R"({"how":")" + how + R"(")" + (more.empty() ? "" : "," + more) + "}"
    };
}

std::size_t closed_cases(const FlowDriver& driver) {
    std::size_t closed = 0;
    for (const auto& step : driver.steps()) {
        closed += step.closed_cases.size();
    }
    return closed;
}

void tell_nothing(FlowDriver& driver, payment::Operation query) {
    constexpr int kTurnsMax = 60;
    for (int turn = 0; turn < kTurnsMax && turns_of(driver).empty(); ++turn) {
        driver.wake();
        if (driver.open_exchange(query)) {
            driver.answer(query, says(payment::OutcomeKind::unknown));
        }
    }
    ASSERT_FALSE(turns_of(driver).empty()) << "nobody was asked";
}

}  // namespace sluice::testing
