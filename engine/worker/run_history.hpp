#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "flow/run.hpp"
#include "payment/payment.hpp"
#include "worker/journal_body.hpp"
#include "worker/picture.hpp"

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

/// The columns run_id, seq, wake_at, pending, release_id and whether it is quarantined.
[[nodiscard]] RunRow read_run_row(const db::Row& row);

/// Everything a run is rebuilt from.
struct RunHistory {
    RunRow row;
    payment::Picture start;  ///< as it was when the run began: no instructions
    std::vector<flow::JournalEntry> journal;
};

/// The histories of some runs as they came from the database, journals still packed: many fit into
/// memory, and one that cannot be read spoils no other. Owned by whoever loaded it, one thread.
class HistoryRows {
  public:
    /// Three statements for however many runs; blocks. Errors are the connection's.
    static Result<HistoryRows> load(db::Connection& connection, std::span<const RunId> ids);

    /// True once for each run that was asked for.
    [[nodiscard]] bool take(RunId id);
    /// nullopt when the run is not live. `corrupt` or `invalid` when it cannot be read back.
    [[nodiscard]] Result<std::optional<RunHistory>> read(
        RunId id, JournalDecompressor& decompressor
    ) const;

  private:
    /// The places of a run's rows; the rows of its journal lie together.
    struct Place {
        std::optional<std::size_t> run;
        std::size_t journal_begin = 0;
        std::size_t journal_end = 0;
        bool taken = false;
    };

    HistoryRows(db::Rows runs, db::Rows journals, PictureRows pictures)
        : runs_(std::move(runs)), journals_(std::move(journals)), pictures_(std::move(pictures)) {}

    db::Rows runs_;
    db::Rows journals_;
    PictureRows pictures_;
    std::unordered_map<RunId, Place> places_;
};

}  // namespace sluice::worker
