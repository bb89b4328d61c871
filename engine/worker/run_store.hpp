#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "worker/intake.hpp"
#include "worker/journal_body.hpp"
#include "worker/run_history.hpp"

namespace sluice::worker {

/// What a success that is only kept means, when our record has none: of a run that is parked it is
/// money that nobody books.
enum class Unbooked { opens_case, is_nothing };

/// Money that no order took.
struct OpenSurplus {
    RunId run;
    InstructionId instruction;
    int refunds = 0;  ///< that were begun to give it back
};

/// An instruction, and the account at a channel that it must have left over.
struct InstructionPlace {
    InstructionId id;
    std::string_view channel;
    std::string_view channel_account;
};

/// The statements of the worker about runs, all on its own session. Begins and ends no transaction
/// (each call is one statement). Errors as db::Connection tells them; `corrupt` for rows that
/// cannot be read back.
class RunStore {
  public:
    explicit RunStore(db::Connection& connection) : connection_(connection) {}

    /// Once after the session was opened: lets the server's side keep the memory a batch needs from
    /// one batch to the next. Measured: without it up to a third of a small commit's time goes into
    /// giving pages back to the system and faulting them in again. And every look-up goes by index.
    Result<void> prepare_session();

    Result<std::vector<RunRow>> live_runs(const std::vector<Bucket>& buckets);
    /// nullopt when the run is not live. Takes what read_ahead() brought, else asks for this one.
    Result<std::optional<RunHistory>> history(RunId id);
    /// Brings the histories of many runs at once, at most some hundred. Each is given out once, and
    /// none outlives the next call. No run may change between this and the taking of its history:
    /// whoever begins something new calls this first, also for no run at all.
    Result<void> read_ahead(std::span<const RunId> ids);
    /// The runs that the instructions belong to, in the order asked; nil where there is no such
    /// instruction of that account.
    Result<std::vector<RunId>> runs_of(const std::vector<InstructionPlace>& instructions);
    /// The hash of the body that an order was created with, and the payment it began with, if any.
    Result<std::optional<RunId>> payment_of_order(OrderId order);

    /// Keeps what a channel said about a run that takes nothing more.
    Result<void> keep_late_fact(const flow::Fact& fact, Time now, Unbooked unbooked);
    /// Money of the buckets that no order took and that no refund gives back: none has begun, or
    /// the last one ended before `ended_before` and did not; at most `most`.
    Result<std::vector<OpenSurplus>> open_surpluses(
        const std::set<Bucket>& buckets, Time ended_before, std::size_t most
    );
    /// Runs of the buckets that are over and asked people something that has come to its deadline
    /// or its escalation by now; at most `most`.
    Result<std::vector<RunId>> ended_with_due_tasks(
        const std::set<Bucket>& buckets, Time now, std::size_t most
    );
    Result<void> quarantine(RunId run, const std::string& reason, Time now);

    /// Closes orders of the buckets that expired while nobody was paying them, at most `most`; says
    /// how many it closed. The buckets must be the caller's own.
    Result<std::size_t> close_expired_orders(
        const std::set<Bucket>& buckets, Time now, std::size_t most
    );

    Result<void> save_release(Id128 id, const std::string& files);
    Result<std::optional<std::string>> release_files(Id128 id);

  private:
    db::Connection& connection_;
    std::optional<HistoryRows> ahead_;
    JournalDecompressor decompressor_;
};

}  // namespace sluice::worker
