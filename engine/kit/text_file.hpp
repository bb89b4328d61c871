#pragma once

#include <filesystem>
#include <string>

#include "core/result.hpp"

namespace sluice::kit {

/// The whole file, of at most 1 MiB. `not_found`, `invalid` or `limit` names it. Blocks on the
/// disk.
Result<std::string> read_text(const std::filesystem::path& path);

}  // namespace sluice::kit
