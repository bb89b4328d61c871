#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/hash.hpp"
#include "flow/kernel.hpp"
#include "lua/vm.hpp"

namespace sluice::flow {

/// The compiled scripts of one release that a run is pinned to. Immutable, shared.
struct FlowScripts {
    Id128 release;  ///< content address of the whole release
    std::vector<lua::ProgramPtr> libraries;
    lua::ProgramPtr flow;
};
using FlowScriptsPtr = std::shared_ptr<const FlowScripts>;

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

/// One execution of a flow: a script, its kernel, and nothing else. Pure; owned by one worker, one
/// thread at a time. After an error (of `script` or `nondeterminism`) it must be thrown away: a
/// coroutine cannot be rolled back.
class Run {
  public:
    /// A run that has taken no activation yet. `picture` is the payment as it was committed at its
    /// start: order, legs, no instructions.
    static Result<std::unique_ptr<Run>> create(
        FlowScriptsPtr scripts, payment::PaymentPicture picture
    );

    /// Takes the facts and goes on until the script waits or ends. `known` are results recorded
    /// before for this very activation (decisions, refusals by the database).
    Result<Step> activate(Kernel::Activation activation);

    /// Runs an activation of the journal again. `nondeterminism` when the script asks for other
    /// effects than the journal says; the message shows expected and actual.
    Result<Step> replay(const JournalEntry& entry);

    [[nodiscard]] const Kernel& kernel() const { return *kernel_; }
    [[nodiscard]] Id128 release() const { return scripts_->release; }
    [[nodiscard]] std::uint32_t next_seq() const { return next_seq_; }
    [[nodiscard]] std::optional<Time> wake_at() const { return wake_at_; }
    [[nodiscard]] std::size_t memory_bytes() const { return vm_->memory_bytes(); }
    void collect_garbage() { vm_->collect(); }

  private:
    Run(FlowScriptsPtr scripts, payment::PaymentPicture picture);
    Result<void> read_stages();
    Result<void> drive(bool first);

    FlowScriptsPtr scripts_;
    std::unique_ptr<Kernel> kernel_;
    std::unique_ptr<lua::Vm> vm_;
    std::uint32_t next_seq_ = 1;
    std::optional<Time> wake_at_;
    bool ended_ = false;
};

}  // namespace sluice::flow
