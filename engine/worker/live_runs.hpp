#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "flow/interpreter_pool.hpp"
#include "flow/run.hpp"
#include "script/release.hpp"
#include "worker/run_store.hpp"

namespace sluice::worker {

/// The live runs of the buckets a worker owns: for each the little that must stay in memory, and
/// the script's state while it is warm. One worker, one thread. Whatever it holds can be thrown
/// away at any moment and read again from the database.
class LiveRuns {
  public:
    struct Slot {
        std::unique_ptr<flow::Run> run;  ///< null while dehydrated
        std::optional<Time> wake_at;
        /// The moment of the one timer that stands for the run; none while it is being taken.
        std::optional<Time> armed_at;
        Time used_at{};
        /// From when on its script's state is looked at; none while nobody looks after it.
        std::optional<Time> look_from;
        bool quarantined = false;
        /// What it asked for may have been lost with the last owner: to be asked again before the
        /// run takes anything.
        bool interrupted = false;
        bool alone = false;  ///< it was a bad neighbour: rebuild it in an interpreter of its own
    };

    /// Of the runs that nothing uses, those that wait for a moment not far off keep their script's
    /// state: to build it again is dearer than all that is done then.
    struct Staying {
        std::size_t most = 0;  ///< runs with a script state, above which unused ones lose theirs
        std::chrono::seconds soon{60};
    };

    explicit LiveRuns(script::ReleasePtr release) : LiveRuns(std::move(release), Staying{}) {}
    LiveRuns(script::ReleasePtr release, const Staying& staying) : staying_(staying) {
        adopt(std::move(release));
    }

    /// New runs begin with this release from now on.
    void adopt(script::ReleasePtr release);
    [[nodiscard]] const script::ReleasePtr& release() const { return release_; }

    [[nodiscard]] Slot* find(RunId id);
    [[nodiscard]] std::size_t size() const { return slots_.size(); }
    [[nodiscard]] std::size_t warm() const { return warm_; }

    /// Remembers a run that is live in the database, without its script state.
    void note(const RunRow& row);
    /// Keeps a run after its commit. Its script's state is dropped at once when its interpreter is
    /// no longer usable or it has outgrown the one it shares. A run that waits for a moment is
    /// woken at it, also when its last timer was for the same.
    void keep(RunId id, std::unique_ptr<flow::Run> run, Time now);
    /// Takes the state out for an activation; the caller keeps it after the commit, drops it, or
    /// gives it to failed(). nullptr when there is none, or none that can go on.
    std::unique_ptr<flow::Run> take(RunId id);
    /// Drops a run whose script went wrong. One that was stopped by a meter leaves the runs it
    /// shared an interpreter with to be rebuilt, and is kept apart from others from now on.
    void failed(RunId id, std::unique_ptr<flow::Run> run);
    void forget(RunId id);
    void forget_bucket(Bucket bucket);
    void forget_all();

    /// The buckets are taken: from now on this name, which no other time has that any worker of the
    /// process holds them, tells what is sent since from what was sent before.
    void begin_tenure(std::span<const Bucket> buckets, Id128 tenure);
    [[nodiscard]] Id128 tenure_of(Bucket bucket) const {
        return tenures_[static_cast<std::uint8_t>(bucket)];
    }

    /// A run at its beginning, in the live release.
    Result<std::unique_ptr<flow::Run>> begin(const payment::Picture& picture);
    /// The run as its journal tells it. nullptr when it is not live. `nondeterminism`, `script` or
    /// `corrupt` mean it must be quarantined.
    Result<std::unique_ptr<flow::Run>> rebuild(RunStore& store, RunId id);

    /// Runs whose moment has come, at most `most`. Their timers are spent: whoever takes them keeps
    /// the run, forgets it, or sees to it that the timer is taken again.
    std::vector<RunId> take_due(Time now, std::size_t most);
    /// For a run that cannot take its timer now.
    void return_timer(RunId id);
    [[nodiscard]] std::optional<Time> next_due() const;
    /// Drops the script state of runs that were not used since and may not stay, and of those that
    /// keep an interpreter alive that most of its runs have left. Every few seconds the machine
    /// gets back the memory that came free so: some milliseconds for 100 MB.
    void dehydrate(Time unused_since);

  private:
    struct Timer {
        Time at;
        RunId id;
        bool operator>(const Timer& other) const { return at > other.at; }
    };
    Result<std::unique_ptr<flow::Run>> create(
        const std::shared_ptr<flow::Interpreter>& interpreter, payment::Picture picture
    );
    void cool(Slot& slot);
    void list(RunId id, Slot& slot, Time from);
    [[nodiscard]] bool may_stay(const Slot& slot, Time now) const;
    void give_memory_back(Time now);
    void arm(RunId id, Slot& slot);
    Result<flow::FlowScriptsPtr> scripts_of(
        RunStore& store, Id128 release, const std::string& flow
    );
    Result<flow::FlowScriptsPtr> scripts_in(
        const script::Release& release, const std::string& flow
    );

    std::unordered_map<RunId, Slot> slots_;
    std::array<Id128, kBucketCount> tenures_{};
    std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
    const Staying staying_;
    /// The moments of Slot::look_from, each once; one that its slot no longer names is void.
    std::queue<std::pair<Time, RunId>> warm_order_;
    std::size_t warm_ = 0;
    bool has_cooled_ = false;  ///< since the machine last got memory back
    Time next_give_back_{};
    script::ReleasePtr release_;
    std::unordered_map<Id128, script::ReleasePtr> releases_;
    std::unordered_map<std::string, flow::FlowScriptsPtr> scripts_;  ///< by release and flow
    flow::InterpreterPool interpreters_;
};

/// All files of a release as one text, and back.
[[nodiscard]] std::string release_to_json(const script::Release& release);
Result<script::ReleasePtr> release_from_json(std::string_view json);

}  // namespace sluice::worker
