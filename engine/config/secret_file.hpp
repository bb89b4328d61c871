#pragma once

#include <filesystem>
#include <string>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace sluice::config {

/// The text of a file without the line ends at its end. `invalid` names the file when it cannot be
/// read, is empty or has more than 64 KiB. Blocks on the disk.
Result<Secret<std::string>> read_secret_file(const std::filesystem::path& path);

}  // namespace sluice::config
