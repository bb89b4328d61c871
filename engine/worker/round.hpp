#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "channel/exchange_message.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "decision/policies.hpp"
#include "flow/run.hpp"
#include "worker/batch.hpp"
#include "worker/input.hpp"
#include "worker/live_runs.hpp"
#include "worker/waiters.hpp"

namespace sluice::worker {

/// What a worker needs of the rest of the process. All of it outlives the worker.
struct WorkerServices {
    const Clock* clock = nullptr;
    /// Hands a committed effect to the channels. Quick, any thread.
    std::function<void(channel::ExchangeOrder)> send;
    /// What binds us at a channel account; asked once for each instruction, then journaled.
    flow::TermsSource terms;
    /// What may be done with an effect whose answer was lost.
    std::function<channel::Resend(const payment::Instruction&, payment::Operation)> resend;
    /// A person must look: logged and counted.
    std::function<void(std::string_view event, const std::string& text)> alarm;
};

/// What one commit may hold beside its number of activations; what is over waits for the next one.
/// A batch of slow scripts must not keep the others waiting, nor a large one the connection.
struct BatchLimits {
    std::size_t body_bytes = 1U << 20U;    ///< of journal bodies, before they are compressed
    std::chrono::microseconds lua{5'000};  ///< wall time of all activations
};

/// Takes what gathered to its end: resumes the runs concerned, commits everything in one statement,
/// and only then sends effects and answers callers. One worker, one thread, one session.
class Round {
  public:
    struct Parts {
        db::Connection& connection;
        LiveRuns& runs;
        Waiters& waiters;
        decision::Policies& policies;
        Batch& batch;
        const WorkerServices& services;
        BatchLimits limits{};
    };
    explicit Round(Parts parts);

    /// An error means that the session can no longer be trusted: drop everything and begin anew.
    /// The callers of this round have been told already. Inputs that must wait for the next round
    /// (the same order twice) are returned.
    Result<std::vector<Input>> process(std::vector<Input> inputs);

    /// What nobody sends again and whose moment has come, at most `most`: timers of runs, and
    /// answers of channels that could not be written when they came.
    std::vector<Input> take_due(std::size_t most);
    [[nodiscard]] std::optional<Time> next_due() const;

    /// After a takeover: asks again what may never have been answered; some hundred runs at once.
    /// Skips those that were interrupted no longer: process() recovers whom it has an input for.
    Result<void> recover(std::span<const RunId> runs);

  private:
    /// One run with what it takes in this round.
    struct Work {
        PaymentId payment;
        std::vector<Input> inputs;
        std::unique_ptr<StartPayment> start;
        std::vector<flow::Fact> facts;
        std::vector<flow::Recorded> known;
        std::unique_ptr<flow::Run> run;
        flow::Step step;
        flow::JournalRow row;
        Time now{};
        int refusals = 0;  ///< how often the database sent this activation back
    };
    using Works = std::vector<Work>;

    /// What a round was given, by what becomes of it.
    struct Gathered {
        Works works;
        std::vector<Input> waits;    ///< answered after the works, from what they left behind
        std::vector<Input> repeats;  ///< of an order or key whose first is among the works
    };

    Result<Gathered> gather(std::vector<Input> inputs);
    Result<void> resolve_callbacks(std::vector<Input>& inputs);
    Result<void> settle(Works works);
    Result<void> bring_back(Works& works);
    Result<void> read_ahead(const Works& works);
    Result<bool> prepare(Work& work);
    Result<bool> activate(Work& work);
    Result<Works> commit(Works works);
    Result<Works> activate_some(Works& works, Works& left);
    Result<Works> answer_all(Works& ready, const std::vector<Refusal>& refusals);
    Result<Works> commit_failed(Works works, Error error);
    [[nodiscard]] bool session_lost(const Error& error) const;
    void give_up(Work& work, const Error& error);
    Result<void> take_refusal(Work& work, const Refusal& refusal, Works& again);
    Result<void> park_refused(Work& work, const Refusal& refusal);
    void committed(Work& work);
    void answer_start(Work& work, Input& input, const payment::PaymentPicture& picture);
    Result<void> answer_existing(Work& work, const Refusal& refusal);
    Result<void> take_late(Work& work);
    Result<bool> ask_again(Work& work);
    Result<void> quarantine(Work& work, const Error& error);
    void refuse(Work& work, const Error& error);
    void refuse_all(Works& works, const Error& error);
    Result<void> answer_wait(Input input);
    void send(const flow::Run& run, const flow::SendExchange& effect, bool resent);

    Parts parts_;
    RunStore store_;
    flow::Decider decider_;
    std::chrono::steady_clock::duration lua_spent_{};  ///< by the batch in preparation
    std::multimap<Time, Input> later_;                 ///< inputs by the moment of their next try
};

}  // namespace sluice::worker
