#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/hash.hpp"
#include "flow/interpreter.hpp"
#include "flow/kernel.hpp"

namespace sluice::flow {

/// What the journal keeps of one activation. Enough to run it again.
struct JournalRow {
    std::uint32_t seq = 0;
    Time at{};
    std::string body;  ///< JSON {"facts":[...],"recorded":[...],"effects":[...]}
    Hash128 effects_hash;
};

/// The same row read back: its body parsed by the caller (flow has no JSON parser).
struct JournalEntry {
    std::uint32_t seq = 0;
    Time at{};
    Value body;
    Hash128 effects_hash;
};

/// The journal row of a step.
[[nodiscard]] JournalRow journal_row(std::uint32_t seq, Time at, const Step& step);

/// One execution of a flow: a script at work in an interpreter, its kernel, and nothing else. Pure;
/// owned by one worker, one thread at a time. After an error (of `script` or `nondeterminism`) it
/// must be thrown away: a coroutine cannot be rolled back. The same when its interpreter is no
/// longer usable because of another run; its kernel can then still be read.
class Run {
  public:
    /// A run that has taken no activation yet. `picture` is the payment as it was committed at its
    /// start: order, legs, no instructions.
    static Result<std::unique_ptr<Run>> create(
        std::shared_ptr<Interpreter> interpreter, payment::Picture picture
    );
    /// The same in an interpreter of its own.
    static Result<std::unique_ptr<Run>> create(FlowScriptsPtr scripts, payment::Picture picture);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// Takes the facts and goes on until the script waits or ends. `known` are results recorded
    /// before for this very activation (decisions, refusals by the database).
    Result<Step> activate(Kernel::Activation activation);

    /// Runs an activation of the journal again. `nondeterminism` when the script asks for other
    /// effects than the journal says; the message shows expected and actual.
    Result<Step> replay(const JournalEntry& entry);

    [[nodiscard]] const Kernel& kernel() const { return kernel_; }
    [[nodiscard]] const Interpreter& interpreter() const { return *interpreter_; }
    /// Whether it should not share an interpreter: what it keeps is unusually much.
    [[nodiscard]] bool has_outgrown() const { return outgrown_; }
    [[nodiscard]] Id128 release() const { return interpreter_->scripts()->release; }
    [[nodiscard]] std::uint32_t next_seq() const { return next_seq_; }
    [[nodiscard]] std::optional<Time> wake_at() const { return wake_at_; }

  private:
    Run(std::shared_ptr<Interpreter> interpreter, payment::Picture picture);
    Result<void> drive(bool first);
    Result<void> take(const lua::Progress& progress);

    std::shared_ptr<Interpreter> interpreter_;
    std::unique_ptr<lua::Coroutine> coroutine_;
    Kernel kernel_;
    std::uint32_t next_seq_ = 1;
    bool ended_ = false;
    bool outgrown_ = false;
    std::optional<Time> wake_at_;
};

}  // namespace sluice::flow
