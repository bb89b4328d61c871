#include "worker/ended_run.hpp"

#include <utility>
#include <vector>

#include "worker/picture.hpp"

namespace sluice::worker {
namespace {

/// How far its journal goes, beside each instruction of which a case tells that it contradicts.
constexpr db::Statement kEnded{
    "worker_ended_run",
    "SELECT j.seq, c.instruction_id FROM ("
    "SELECT max(x.seq) AS seq FROM sluice.flow_journal x WHERE x.run_id = $1) j "
    "LEFT JOIN sluice.money_case c ON c.run_id = $1 AND c.kind = 'conflicted'"
};

}  // namespace

Result<std::optional<EndedRun>> load_ended_run(db::Connection& connection, RunId id) {
    SLUICE_ASSIGN(auto picture, load_picture(connection, id));
    if (!picture || !payment::is_final(picture->subject.status)) {
        return std::optional<EndedRun>{};
    }
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kEnded, {id}));
    std::vector<InstructionId> contested;
    for (const db::Row row : rows) {
        if (!row.is_null(1)) {
            contested.emplace_back(row.uuid(1));
        }
    }
    const std::int64_t seq = rows.empty() || rows[0].is_null(0) ? 0 : rows[0].int64(0);
    return EndedRun{
        flow::Kernel::ended(*std::move(picture), contested), static_cast<std::uint32_t>(seq + 1)
    };
}

}  // namespace sluice::worker
