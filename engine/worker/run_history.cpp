#include "worker/run_history.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "db/array.hpp"
#include "json/json.hpp"

namespace sluice::worker {
namespace {

// OFFSET 0 keeps each look-up one of its own: by index, for every id alone. Byte 6 of an id is its
// bucket.
constexpr db::Statement kRuns{
    "worker_runs",
    "SELECT r.run_id, r.seq, r.wake_at, r.pending, r.release_id, r.state = 'quarantined' "
    "FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL ("
    "SELECT * FROM sluice.flow_run x "
    "WHERE x.bucket = get_byte(uuid_send(wanted.id), 6)::smallint AND x.run_id = wanted.id "
    "OFFSET 0) r"
};
constexpr db::Statement kJournals{
    "worker_journals",
    "SELECT j.run_id, j.seq, j.at, j.body, j.effects_hash "
    "FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL ("
    "SELECT * FROM sluice.flow_journal x WHERE x.run_id = wanted.id OFFSET 0) j "
    "ORDER BY j.run_id, j.seq"
};

/// The picture a run began with: what its own effects made of it since is taken away again.
void rewind(payment::Picture& picture) {
    if (picture.subject.service == payment::Service::payment &&
        picture.subject.status == payment::SubjectStatus::succeeded) {
        picture.order.paid_minor -= picture.subject.amount.minor();
    }
    if (picture.subject.service == payment::Service::payment) {
        picture.order.status = payment::OrderStatus::open;
        // It began because its order owed it, whatever another payment has paid since.
        picture.order.paid_minor = std::min(
            picture.order.paid_minor, picture.order.amount.minor() - picture.subject.amount.minor()
        );
    }
    picture.subject.status = payment::SubjectStatus::pending;
    picture.subject.stage.clear();
    picture.subject.failure_code.clear();
    picture.subject.failure_message.clear();
    picture.instructions.clear();
}

Result<flow::JournalEntry> read_entry(const db::Row& row, JournalDecompressor& decompressor) {
    flow::JournalEntry entry;
    entry.seq = static_cast<std::uint32_t>(row.int64(1));
    entry.at = row.time(2);
    SLUICE_ASSIGN(const std::string body, decompressor.decompress(row.bytes(3)));
    SLUICE_ASSIGN(entry.body, json::parse(body));
    const Id128 hash = row.uuid(4);
    entry.effects_hash = {hash.high, hash.low};
    return entry;
}

}  // namespace

RunRow read_run_row(const db::Row& row) {
    RunRow run;
    run.id = RunId(row.uuid(0));
    run.seq = static_cast<std::uint32_t>(row.int64(1));
    if (!row.is_null(2)) {
        run.wake_at = row.time(2);
    }
    run.pending = row.int64(3);
    run.release = row.uuid(4);
    run.quarantined = row.boolean(5);
    return run;
}

Result<HistoryRows> HistoryRows::load(db::Connection& connection, std::span<const RunId> ids) {
    db::ArrayBuilder wanted(db::ArrayType::uuid);
    std::vector<RunId> payments;
    payments.reserve(ids.size());
    for (const RunId id : ids) {
        wanted.append(id);
        payments.emplace_back(id.raw());
    }
    SLUICE_ASSIGN(db::Rows runs, connection.execute(kRuns, {wanted}));
    SLUICE_ASSIGN(PictureRows pictures, PictureRows::load(connection, payments));
    SLUICE_ASSIGN(db::Rows journals, connection.execute(kJournals, {wanted}));
    HistoryRows loaded(std::move(runs), std::move(journals), std::move(pictures));
    for (const RunId id : ids) {
        loaded.places_.try_emplace(id);
    }
    for (std::size_t i = 0; i < loaded.runs_.size(); ++i) {
        loaded.places_[RunId(loaded.runs_[i].uuid(0))].run = i;
    }
    for (std::size_t i = 0; i < loaded.journals_.size(); ++i) {
        Place& place = loaded.places_[RunId(loaded.journals_[i].uuid(0))];
        place.journal_begin = place.journal_end == 0 ? i : place.journal_begin;
        place.journal_end = i + 1;
    }
    return loaded;
}

bool HistoryRows::take(RunId id) {
    const auto place = places_.find(id);
    return place != places_.end() && !std::exchange(place->second.taken, true);
}

Result<std::optional<RunHistory>> HistoryRows::read(RunId id, JournalDecompressor& decompressor)
    const {
    const auto found = places_.find(id);
    const Place place = found == places_.end() ? Place{} : found->second;
    if (!place.run) {
        return std::optional<RunHistory>{};
    }
    RunHistory history;
    history.row = read_run_row(runs_[*place.run]);
    SLUICE_ASSIGN(auto picture, pictures_.read(id));
    if (!picture) {
        return fail(ErrorCode::corrupt, "live run " + id.to_string() + " has no subject");
    }
    history.start = *std::move(picture);
    rewind(history.start);
    for (std::size_t i = place.journal_begin; i < place.journal_end; ++i) {
        SLUICE_ASSIGN(auto entry, read_entry(journals_[i], decompressor));
        history.journal.push_back(std::move(entry));
    }
    return std::optional(std::move(history));
}

}  // namespace sluice::worker
