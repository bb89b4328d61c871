#pragma once

#include <string>

#include "flows/flow_driver.hpp"
#include "payment/task.hpp"

namespace sluice::testing {

/// The newest task of the run as its last turn left it; there must be one.
payment::Task newest_task(const FlowDriver& driver);
/// "opened", "voted"..., of all tasks in order.
std::vector<std::string> turns_of(const FlowDriver& driver);

/// What one person says to the newest task. `values` is JSON.
struct Say {
    std::string actor;
    payment::Verdict verdict = payment::Verdict::approve;
    std::string values{};
    std::string role = "finance";
};
flow::Fact vote_fact(const FlowDriver& driver, const Say& say);
/// Hands it to the run. Why it does not count, as its context or else its message; empty when it
/// does.
std::string vote(FlowDriver& driver, const Say& say);

/// Says `{"outcome":...}` with evidence, as somebody of operations.
Say found_out(const std::string& actor, const std::string& outcome);

/// Says how money goes back that no way takes, as somebody of finance; `more` is JSON behind it.
Say give_it(const std::string& actor, const std::string& how, const std::string& more = {});
/// How many cases the run closed.
std::size_t closed_cases(const FlowDriver& driver);

/// The channel tells nothing until people are asked.
void tell_nothing(FlowDriver& driver, payment::Operation query);

}  // namespace sluice::testing
