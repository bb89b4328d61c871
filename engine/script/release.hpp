#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "lua/vm.hpp"

namespace sluice::script {

/// The set of all scripts at one moment, addressed by its content. Immutable and shared: a run
/// keeps the release it began with, policies follow the live one.
struct Release {
    Id128 id;
    std::map<std::string, std::string> files;         ///< path -> source, e.g. "flows/pay.lua"
    std::vector<lua::ProgramPtr> libraries;           ///< scripts/lib/*.lua in order of name
    std::map<std::string, lua::ProgramPtr> flows;     ///< file stem -> program
    std::map<std::string, lua::ProgramPtr> policies;  ///< file stem -> program
};
using ReleasePtr = std::shared_ptr<const Release>;

/// Compiles every file. The first script that fails is told as its author should read it
/// (`script`); a path outside the known folders is `invalid`.
Result<ReleasePtr> build_release(std::map<std::string, std::string> files);

/// Reads `flows/*.lua` and `scripts/**/*.lua` below `root` and builds. Blocks on the disk.
Result<ReleasePtr> load_release(const std::filesystem::path& root);

}  // namespace sluice::script
