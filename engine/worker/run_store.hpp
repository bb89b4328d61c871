#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "flow/run.hpp"
#include "payment/payment.hpp"
#include "worker/intake.hpp"

namespace sluice::worker {

/// A live run as its row tells it, without its memory.
struct RunRow {
    RunId id;
    std::uint32_t seq = 0;
    std::optional<Time> wake_at;
    std::int64_t pending = 0;
    Id128 release;
    bool quarantined = false;
};

/// Everything a run is rebuilt from.
struct RunHistory {
    RunRow row;
    payment::PaymentPicture start;  ///< as it was when the run began: no instructions
    std::vector<flow::JournalEntry> journal;
};

/// The statements of the worker about runs, all on its own session. Begins and ends no transaction
/// (each call is one statement). Errors as db::Connection tells them; `corrupt` for rows that
/// cannot be read back.
class RunStore {
  public:
    explicit RunStore(db::Connection& connection) : connection_(connection) {}

    /// Once after the session was opened: lets the server's side keep the memory a batch needs from
    /// one batch to the next. Measured: without it up to a third of a small commit's time goes into
    /// giving pages back to the system and faulting them in again.
    Result<void> keep_memory();

    Result<std::vector<RunRow>> live_runs(const std::vector<Bucket>& buckets);
    Result<std::optional<RunHistory>> history(PaymentId id);
    /// The payments the instructions belong to, in the order asked; nil where there is none.
    Result<std::vector<PaymentId>> payments_of(const std::vector<InstructionId>& instructions);
    /// The hash of the body that an order was created with, and the payment it began with, if any.
    Result<std::optional<PaymentId>> payment_of_order(OrderId order);

    /// Keeps what a channel said about a run that takes nothing more. A success of an instruction
    /// that is not succeeded opens a case: money came that nobody waits for.
    Result<void> keep_late_fact(const CallbackFact& fact, Time now);
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
};

}  // namespace sluice::worker
