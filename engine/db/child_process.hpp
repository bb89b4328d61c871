#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "core/result.hpp"

namespace sluice::db {

/// Who a child process runs as when it must not be us.
struct ChildUser {
    uid_t uid = 0;
    gid_t gid = 0;
    std::string name;
};

struct ChildCommand {
    std::vector<std::string> arguments;  ///< the program's path first
    std::optional<ChildUser> user;
    std::filesystem::path folder;  ///< where it runs; must be open to the user
};

struct ChildResult {
    int exit_status = 0;  ///< 128 + signal when a signal ended it
    std::string output;   ///< the beginning of stdout and stderr together
};

/// Runs a program to its end and collects what it says, without a shell. `unavailable` when it
/// cannot be started. Blocks until the child has ended; what the child leaves running in the
/// background must not keep its output open.
Result<ChildResult> run_child(const ChildCommand& command);

}  // namespace sluice::db
