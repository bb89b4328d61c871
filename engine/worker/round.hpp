#pragma once

#include <bitset>
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
#include "worker/uncommitted.hpp"
#include "worker/waiters.hpp"
#include "worker/work.hpp"

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
    /// What routing may choose from now; another pointer when it is another list. Any thread; may
    /// be empty: then what the worker was made with stays.
    std::function<std::shared_ptr<const Value>()> candidates;
    std::function<void()> events_written;  ///< a commit had some; quick, any thread; may be empty
};

/// Takes inputs to their end, a batch at a time: resumes the runs concerned, commits everything in
/// one statement, and only then sends effects and answers callers. While one commit is under way
/// the next batch is prepared, from memory alone: the session answers nothing else meanwhile. What
/// needs the session waits for the answer, and so does what is for a run or a key that lies in a
/// batch of unknown fate. One worker, one thread, one session.
///
/// An error of any function means that the session can no longer be trusted: abandon() what is
/// left, drop everything and begin anew.
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

    /// What becomes of the session when an answer has come.
    enum class Then {
        send_next,  ///< it takes the batch in preparation as soon as nothing else needs it
        stay_free   ///< its owner has a use for it
    };

    /// Runs for the next batch what can run now; the rest waits in here.
    Result<void> take(std::vector<Input> inputs);
    /// Sends the batch in preparation, unless one is under way or there is nothing in it.
    Result<void> send();
    /// Takes the answer of the commit under way (blocks), acts on it and goes on with what waited.
    Result<void> finish(Then then);
    /// Commits until nothing is under way, prepared or waiting.
    Result<void> drain();
    /// Tells the callers of everything in here that nothing more will become of it.
    void abandon(const Error& error);

    [[nodiscard]] bool is_under_way() const { return !under_way_.empty(); }
    [[nodiscard]] std::size_t prepared() const { return prepared_.size(); }
    /// Whatever is in here and not sent.
    [[nodiscard]] std::size_t held() const {
        return prepared_.size() + left_.size() + waiting_.size();
    }
    /// Whether the batch in preparation takes no more.
    [[nodiscard]] bool is_full() const;

    struct Sent {
        std::uint64_t batches = 0;
        std::uint64_t activations = 0;
        std::size_t last_batch = 0;  ///< activations of the newest
    };
    [[nodiscard]] Sent sent() const { return sent_; }

    /// At most `most` whose moment has come and that nobody sends again: timers, unwritten answers.
    std::vector<Input> take_due(std::size_t most);
    [[nodiscard]] std::optional<Time> next_due() const;

    /// After a takeover, while nothing is under way: asks again what may never have been answered.
    /// Skips those that were interrupted no longer: whom an input comes for is recovered first.
    Result<void> recover(std::span<const RunId> runs);
    /// Begins the refunds that are missing. Only while nothing is under way.
    Result<void> refund_surpluses(const std::vector<OpenSurplus>& open);
    /// Expires and escalates what runs that are over asked people. As above.
    Result<void> pass_moments(const std::vector<RunId>& runs);

  private:
    using Works = std::vector<Work>;
    using Places = std::map<RunId, std::size_t>;
    /// What becomes of a work that was tried with memory alone.
    enum class Fate { ready, needs_session, over };

    // With memory alone (round.cpp).
    void judge_superseded(std::vector<Input>& inputs) const;
    void gather(std::vector<Input> inputs);
    void gather_one(Input input, Places& places);
    [[nodiscard]] bool must_wait(const Input& input) const;
    [[nodiscard]] bool is_void_timer(const Input& input);
    bool answer_from_memory(Input& input);
    Fate prepare(Work& work);
    Fate activate(Work& work);
    void run_some(Works& works);
    void add_to_batch(const Work& work);

    // While the session is free (round_session.cpp).
    Result<void> go_on(Then then);
    Result<void> serve();
    Result<void> resolve_callbacks();
    Result<void> answer_waits();
    Result<void> bring_back();
    Result<void> bring_all(Works& works);
    Result<bool> bring(Work& work);
    Result<bool> rebuild(Work& work);
    Result<void> read_ahead(const Works& works);
    Result<void> ask_interrupted(std::span<const RunId> runs);
    Result<bool> ask_again(Work& work);

    // Money after the end (round_late.cpp).
    Result<bool> take_late(Work& work);
    Result<bool> read_ended(Work& work);
    Result<void> take_evidence(Work& work, Unbooked unbooked);
    void refund_surplus(const Work& work);
    void begin_surplus_refund(
        const payment::Picture& paid, const payment::Instruction& instruction, int before
    );

    // Batches (round_commit.cpp). What is to be run again comes to the front of `again`.
    Result<void> send_prepared();
    Result<void> write(Works& again);
    Result<void> take_answer(Then then, Works& again);
    Result<void> flush();
    Result<void> settle(Works works);
    Result<void> answer_all(Works& ready, const std::vector<Refusal>& refusals, Works& again);
    void committed(Work& work);
    void answer_start(Work& work, Input& input, const payment::Picture& picture);
    void send(const flow::Run& run, const flow::SendExchange& effect, bool resent);

    // What was not committed (round_trouble.cpp).
    Result<void> not_committed(Works works, Error error, Works& again);
    Result<Works> commit_failed(Works works, Error error);
    [[nodiscard]] bool session_lost(const Error& error) const;
    void give_up(Work& work, const Error& error);
    Result<void> take_refusal(Work& work, const Refusal& refusal, Works& again);
    Result<void> park_refused(Work& work, const Refusal& refusal);
    void not_begun(Work& work, const Error& error);

    // What is told (round_answers.cpp).
    Result<void> answer_existing(Work& work, const Refusal& refusal);
    Result<void> answer_wait(Input input);
    Result<void> quarantine(Work& work, const Error& error);
    void refuse(Work& work, const Error& error);
    void refuse_all(Works& works, const Error& error);

    Parts parts_;
    RunStore store_;
    flow::Decider decider_;
    Uncommitted uncommitted_;
    Works under_way_;
    Works prepared_;              ///< their rows are in the batch
    Works left_;                  ///< to be run: the batch was full, or they need the session
    std::size_t body_bytes_ = 0;  ///< of the batch in preparation
    std::chrono::steady_clock::duration lua_spent_{};  ///< by the batch in preparation
    std::vector<Input> waiting_;                       ///< for an answer, in the order they came
    std::bitset<kBucketCount> callbacks_wait_;         ///< of which payments is not known yet
    bool wants_session_ = false;                       ///< somebody in left_ or waiting_ needs it
    bool has_freed_ = false;            ///< a work was over: who waits for its run or key may go on
    std::multimap<Time, Input> later_;  ///< inputs by the moment of their next try
    Sent sent_;
};

}  // namespace sluice::worker
