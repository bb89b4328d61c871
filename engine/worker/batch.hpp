#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "flow/run.hpp"
#include "worker/account_moves.hpp"
#include "worker/intake.hpp"
#include "worker/journal_body.hpp"
#include "worker/service_rows.hpp"

namespace sluice::worker {

/// Where a run stands in the table of live runs after an activation.
/// `had_ended`: it is not there, before and after.
enum class RunState { begins, continues, ends, begins_and_ends, had_ended };

/// One activation that waits to be committed.
struct Activated {
    const flow::Kernel* kernel = nullptr;
    const flow::Step* step = nullptr;
    const flow::JournalRow* row = nullptr;
    const StartRun* start = nullptr;  ///< of a run that begins
    Id128 release;
    RunState state = RunState::continues;
};

/// The reason of a refusal that says nothing yet: the activation found no room only because of one
/// before it in the batch that its accounts refused. It is to be decided in a later batch.
inline constexpr std::string_view kLookAgain = "look_again";

/// The database said no to one activation for a reason of the business. Nothing of it is written.
struct Refusal {
    std::size_t activation = 0;  ///< position in the batch, from 0
    std::uint32_t ordinal = 0;   ///< of the hold step; 0: of the start
    std::string reason;
    Id128 other;  ///< what stands in the way: the order or payment that already exists
    Hash128 other_hash;
    std::optional<std::int64_t> rest{};  ///< what there would have been room for
};

/// What one commit may hold beside its number of activations; what is over waits for the next one.
/// A batch of slow scripts must not keep the others waiting, nor a large one the connection.
struct BatchLimits {
    std::size_t body_bytes = 1U << 20U;    ///< of journal bodies, before they are compressed
    std::chrono::microseconds lua{5'000};  ///< wall time of all activations
};

/// The rows of one commit, gathered column by column and written by one statement. Owned by one
/// worker and reused, so that its buffers stay. One thread.
class Batch {
  public:
    Batch();
    ~Batch();

    void add(const Activated& activated);
    [[nodiscard]] std::size_t size() const;
    void clear();

    /// One round trip, one flush: sends the rows and forgets them, so that the next batch can be
    /// gathered while this one is under way. An error: no answer will come.
    Result<void> send(db::Connection& connection);
    /// The refusals of what was sent; every other activation is durable. Blocks. On an error (see
    /// db::Connection for what is known then) the rows gathered meanwhile are dropped too: they
    /// count on accounts of the batch that failed.
    Result<std::vector<Refusal>> take_answer(db::Connection& connection);
    /// Both, one after the other.
    Result<std::vector<Refusal>> commit(db::Connection& connection);

    /// System accounts that are surely in the database are not sent again; after a failed commit
    /// nothing is sure any more.
    void forget_accounts();

    /// How many parameters the commit statement takes.
    static std::size_t parameter_count();

  private:
    struct Columns;
    void add_start(const Activated& activated, std::int64_t i);
    void add_payment_change(const Activated& activated, std::int64_t i);
    void add_instructions(const Activated& activated, std::int64_t i);
    void add_holds(const Activated& activated, std::int64_t i);
    void add_journal(const Activated& activated, std::int64_t i);
    void add_event(const Activated& activated, std::int64_t i);
    void add_order_event(const Activated& activated, std::int64_t i);
    void add_task_events(const Activated& activated, std::int64_t i);
    Id128 account_of(const flow::PostLine& line);
    void write_moves();
    void failed();

    std::unique_ptr<Columns> columns_;
    AccountMoves moves_;
    ServiceRows services_;
    JournalCompressor compressor_;
    std::unordered_set<Id128> known_accounts_;
    std::vector<Id128> new_accounts_;   ///< of the rows gathered now
    std::vector<Id128> sent_accounts_;  ///< of the batch under way
};

}  // namespace sluice::worker
