#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "db/connection.hpp"

namespace sluice::db {

struct MigrationReport {
    std::vector<std::string> applied;  ///< file names of the migrations this call applied, in order
    bool code_applied = false;         ///< functions and roles had changed and were applied again
};

/// Brings the database to the state of the folder: `migrations/NNNN_name.sql` in order of number,
/// forward only, each in its own transaction; then `functions/*.sql` and `roles.sql` together, when
/// their joint checksum changed. Several nodes may call it at once: a session advisory lock lets
/// one work and the others find everything done. The session must belong to the schema's owner.
///
/// `conflict` names the file when an applied one was edited or is missing, when numbers have a gap
/// or a duplicate, or when the database is ahead of the folder; then nothing was changed. A file
/// that the server refuses is `corrupt`, rolled back, and the ones before it stay. Blocks.
Result<MigrationReport> migrate(Connection& connection, const std::filesystem::path& db_dir);

}  // namespace sluice::db
