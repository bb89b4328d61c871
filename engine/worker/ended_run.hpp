#pragma once

#include <cstdint>
#include <optional>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "flow/kernel.hpp"

namespace sluice::worker {

/// A run that is over, as far as money can still move against its end: its kernel on the picture of
/// the database, no script. A value; whoever owns its bucket may add one activation to its journal.
struct EndedRun {
    flow::Kernel kernel;
    std::uint32_t next_seq = 0;
};

/// nullopt when there is no such run or it is not over. Blocks. `corrupt` or `invalid` for rows
/// that cannot be read back, else the connection's errors.
Result<std::optional<EndedRun>> load_ended_run(db::Connection& connection, RunId id);

}  // namespace sluice::worker
