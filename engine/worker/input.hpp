#pragma once

#include <memory>
#include <utility>

#include "core/id.hpp"
#include "flow/fact.hpp"
#include "worker/intake.hpp"

namespace sluice::worker {

/// One thing that waits in front of a worker. Exactly one of start, callback, fact or wait is
/// meant, or a moment of a run that is over: the deadline or escalation of what people are asked;
/// the replies are given once, by whoever takes the input to its end.
struct Input {
    enum class Kind { start, callback, fact, wait, moment };
    Kind kind = Kind::fact;
    RunId run_id;                              ///< nil for callbacks until it is looked up
    std::unique_ptr<StartRun> start;           ///< start
    CallbackFact callback;                     ///< callback
    flow::Fact fact;                           ///< fact
    Id128 tenure;                              ///< outcome: in which its exchange was sent
    WaitFor wait_for = WaitFor::final_status;  ///< wait
    Time deadline{};                           ///< wait
    PictureReply on_picture;
    DoneReply on_done;
    int tries = 0;  ///< definite failures of the database it has survived

    void refuse(const Error& error) {
        if (on_picture) {
            std::exchange(on_picture, nullptr)(fail(error));
        }
        if (on_done) {
            std::exchange(on_done, nullptr)(fail(error));
        }
    }
};

/// What a callback or fact tells a run. The input keeps it: the activation may have to run again.
[[nodiscard]] flow::Fact fact_of(const Input& input);

}  // namespace sluice::worker
