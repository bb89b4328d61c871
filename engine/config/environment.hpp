#pragma once

#include "config/settings.hpp"
#include "core/result.hpp"

namespace sluice::config {

/// Every variable of this process whose name begins with SLUICE_.
[[nodiscard]] TextMap read_environment();

/// The few settings that differ from machine to machine and may come from the environment:
///
///     SLUICE_LISTEN             http.listen
///     SLUICE_DATABASE_CONNINFO  database.conninfo
///     SLUICE_DATA_DIR           database.data_dir, relative to the folder of the process
///     SLUICE_LOG_LEVEL          node.log_level
///     SLUICE_MASTER_KEY         the key itself, instead of secrets.master_key_file
///     SLUICE_OLD_MASTER_KEYS    keys with ',' between them, beside secrets.old_master_key_files
///
/// One that is set and not empty wins over the file. `invalid` names the variable, its value (a
/// secret's as stars) and what was wanted. A SLUICE_ name that looks like one of these mistyped is
/// `invalid` too; any other unknown one is ignored with a warning.
Result<void> apply_environment(const TextMap& environment, Settings& settings);

}  // namespace sluice::config
