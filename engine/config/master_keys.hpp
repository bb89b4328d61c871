#pragma once

#include <filesystem>

#include "config/section.hpp"
#include "core/result.hpp"

namespace sluice::config {

/// The table [secrets]: where the master keys are.
void read_secrets(Section section, const std::filesystem::path& folder, SecretsSettings& secrets);

/// Reads the files that `secrets` names, those whose key the environment has not given already.
/// `invalid` names the setting and the file that is missing, empty or readable by others, never
/// what is in it. Blocks on the disk.
Result<void> read_master_keys(SecretsSettings& secrets);

}  // namespace sluice::config
