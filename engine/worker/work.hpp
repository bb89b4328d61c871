#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "flow/run.hpp"
#include "worker/input.hpp"
#include "worker/uncommitted.hpp"

namespace sluice::worker {

/// One run with what it takes in a round, and what became of that so far. Owned by the round.
struct Work {
    RunId run_id;
    Uncommitted::Entry entry;
    std::vector<Input> inputs;
    std::unique_ptr<StartRun> start;
    std::vector<flow::Recorded> known;
    std::unique_ptr<flow::Run> run;
    std::unique_ptr<flow::Kernel> ended;  ///< instead of a run that is over
    flow::Step step;
    flow::JournalRow row;
    Time now{};
    int refusals = 0;            ///< how often the database sent this activation back
    std::optional<Error> parks;  ///< why it goes to a person as soon as the session is free

    [[nodiscard]] const flow::Kernel& kernel() const {
        return ended != nullptr ? *ended : run->kernel();
    }
    /// What it asks for must be found out anew.
    void start_over() {
        run.reset();
        ended.reset();
    }
};

}  // namespace sluice::worker
