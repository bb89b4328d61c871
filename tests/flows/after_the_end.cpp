#include "flows/after_the_end.hpp"

#include <algorithm>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::testing {

using ::testing::IsEmpty;

AfterTheEnd::AfterTheEnd(const FlowDriver& over)
    : picture_(over.picture()), seq_(over.run().next_seq()), now_(over.now()) {
    EXPECT_TRUE(payment::is_final(over.status())) << over.error();
}

bool AfterTheEnd::hears(std::vector<flow::Fact> facts) {
    auto kernel = flow::Kernel::ended(picture_, {contested_, tasks_});
    flow::Kernel::Activation activation;
    activation.seq = seq_;
    activation.now = now_;
    activation.facts = std::move(facts);
    activation.known = refused;
    const flow::Decider decider = [this](std::string_view, const Value&) -> Result<Value> {
        return policy;
    };
    activation.decider = policy.is_null() ? nullptr : &decider;
    EXPECT_TRUE(kernel.begin(std::move(activation)).has_value());
    step = kernel.take_step();
    check();
    if (step.effects.is_empty()) {
        return false;
    }
    ++seq_;
    picture_ = kernel.picture();
    for (const auto& opened : step.cases) {
        if (opened.kind == "conflicted") {
            contested_.push_back(opened.instruction);
        }
    }
    for (const auto& turn : step.task_turns) {
        std::erase_if(tasks_, [&](const auto& task) { return task.id == turn.task.id; });
        if (turn.task.status == payment::TaskStatus::open) {
            tasks_.push_back(turn.task);
        }
    }
    return true;
}

bool AfterTheEnd::waits(std::chrono::seconds time) {
    now_ += time;
    flow::Fact moment;
    moment.kind = flow::Fact::Kind::timer;
    return hears({moment});
}

bool AfterTheEnd::hears(const std::string& actor, const std::string& how, const std::string& role) {
    payment::TaskVote vote;
    vote.task = task().id;
    vote.actor = actor;
    vote.roles = {role};
    vote.values.set("how", how);
    vote.values.set("evidence", "seen by " + actor);
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::task_vote;
    fact.vote = std::make_shared<const payment::TaskVote>(std::move(vote));
    return hears({fact});
}

payment::Task AfterTheEnd::task() const {
    EXPECT_EQ(tasks_.size(), 1U);
    return tasks_.empty() ? payment::Task{} : tasks_.front();
}

void AfterTheEnd::check() const {
    std::int64_t sum = 0;
    for (const auto& line : step.lines) {
        sum += line.side == flow::Side::debit ? line.amount.minor() : -line.amount.minor();
    }
    EXPECT_EQ(sum, 0);
    EXPECT_FALSE(step.wake_at.has_value());
    EXPECT_THAT(step.exchanges, IsEmpty());
    if (step.effects.is_empty()) {
        EXPECT_THAT(step.lines, IsEmpty());
        EXPECT_THAT(step.cases, IsEmpty());
        EXPECT_THAT(step.touched, IsEmpty());
    }
}

flow::Fact AfterTheEnd::told(const payment::Instruction& about, const payment::Outcome& outcome) {
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::callback;
    fact.source = payment::Source::callback;
    fact.instruction = about.id;
    fact.operation = payment::moving(about.purpose);
    fact.outcome = outcome;
    return fact;
}

const payment::Instruction& AfterTheEnd::first(payment::Purpose purpose) const {
    const auto found =
        std::ranges::find(picture_.instructions, purpose, &payment::Instruction::purpose);
    EXPECT_NE(found, picture_.instructions.end());
    return *found;
}

const payment::Instruction& AfterTheEnd::external() const {
    const auto found = std::ranges::find(
        picture_.instructions, payment::LegKind::external, &payment::Instruction::kind
    );
    EXPECT_NE(found, picture_.instructions.end());
    return *found;
}

std::vector<std::string> AfterTheEnd::postings() const {
    std::vector<std::string> all;
    for (const auto& line : step.lines) {
        all.push_back(describe(line));
    }
    return all;
}

std::vector<std::string> AfterTheEnd::claims() const {
    std::vector<std::string> all;
    for (const auto& claim : step.claims) {
        all.push_back(describe(claim));
    }
    return all;
}

std::vector<std::string> AfterTheEnd::cases() const {
    std::vector<std::string> all;
    for (const auto& opened : step.cases) {
        all.push_back(opened.kind + " " + std::to_string(opened.amount.minor()));
    }
    return all;
}

}  // namespace sluice::testing
