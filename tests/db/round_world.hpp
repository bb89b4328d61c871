#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "decision/policies.hpp"
#include "support/test_database.hpp"
#include "worker/round.hpp"

namespace sluice::testing {

/// Commits the inputs and what becomes of them; like the worker when the session is lost.
Result<void> take_to_end(worker::Round& round, std::vector<worker::Input> inputs);

/// A round of the worker on a real database, without the worker's thread: the test is the clock,
/// the channels and the callers. Everything lies in one bucket. One thread.
class RoundWorld {
  public:
    /// After which the channel of a payer who acts is asked (scripts/lib/10_ladder.lua).
    static constexpr std::chrono::seconds kFirstQuestion{5};

    /// Only size ends a batch: how long Lua takes is the machine's affair.
    static constexpr worker::BatchLimits kUntimed{.lua = std::chrono::hours{1}};
    explicit RoundWorld(worker::BatchLimits limits = kUntimed);

    /// A prepaid card with money on it.
    AccountId given_card(std::int64_t amount_minor);
    /// An order of 100.00 that is not stored yet.
    [[nodiscard]] payment::Order new_order();
    /// A wish to pay the whole order: 30.00 from the card, 70.00 by a code.
    [[nodiscard]] std::unique_ptr<worker::StartRun> composite(
        const payment::Order& order, AccountId card
    );

    /// Its reply is kept in `answers`.
    [[nodiscard]] worker::Input start_of(std::unique_ptr<worker::StartRun> start);
    /// Takes the start through one round.
    RunId begin(std::unique_ptr<worker::StartRun> start);
    Result<void> process(std::vector<worker::Input> inputs);
    /// What the worker's loop would take now: what is due.
    [[nodiscard]] std::vector<worker::Input> due();
    /// The answer of the channel to the last exchange that was sent.
    [[nodiscard]] worker::Input answer(payment::Outcome outcome) const;
    [[nodiscard]] static worker::Input answer_to(
        const channel::ExchangeOrder& order, payment::Outcome outcome
    );
    [[nodiscard]] payment::Outcome paid() const;
    [[nodiscard]] static payment::Outcome outcome(payment::OutcomeKind kind);
    /// What the instruction's account at the channel tells unasked.
    [[nodiscard]] static worker::CallbackFact told(
        const payment::Instruction& about, payment::Outcome outcome
    );

    /// The one channel account that routing knows.
    [[nodiscard]] static Value candidates();

    /// A new session after the old one was lost, with nothing in memory but which runs are live.
    /// The bucket's new tenure begins.
    void reopen();

    /// The one value of a statement of the schema's owner; throws when it is refused.
    std::string value(const std::string& sql);
    void run(const std::string& sql);

    TestDatabase database;
    ManualClock clock{Time{std::chrono::seconds(1'767'225'600)}};
    SeededRandom random{7};
    std::vector<channel::ExchangeOrder> sent;
    std::vector<std::string> alarms;
    std::vector<Result<payment::Picture>> answers;

    script::ReleasePtr release;
    db::Connection owner;
    db::Connection connection;
    worker::LiveRuns runs;
    worker::Waiters waiters;
    std::unique_ptr<decision::Policies> policies;
    worker::Batch batch;
    worker::WorkerServices services;
    worker::Round round;

  private:
    int orders_ = 0;
    std::uint64_t tenures_ = 0;
};

}  // namespace sluice::testing
