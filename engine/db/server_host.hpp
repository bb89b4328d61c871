#pragma once

#include <filesystem>
#include <optional>

#include "core/result.hpp"
#include "db/child_process.hpp"

/// What the machine must offer before a private PostgreSQL can run on it. Only PrivateServer uses
/// these. Each failure is one line that says what to do.
namespace sluice::db {

inline constexpr int kServerMajorMin = 15;

/// The folder of initdb, pg_ctl and postgres: the version that wrote `cluster` when there is one,
/// else the newest installed; at least version 15.
Result<std::filesystem::path> find_server_programs(const std::filesystem::path& cluster);

/// Nobody when we are not root (the server runs as us); else the owner of an existing `cluster`,
/// or `postgres`, or `nobody`: PostgreSQL refuses to run as root.
Result<std::optional<ChildUser>> choose_server_user(const std::filesystem::path& cluster);

/// Creates the folder if need be and makes it the user's. `conflict` for a folder that holds
/// something else, `unavailable` for missing rights, a closed parent or a full disk.
Result<void> claim_data_dir(
    const std::filesystem::path& data_dir, const std::optional<ChildUser>& user
);

/// Where the socket goes: inside the data folder, or a folder of its own under /tmp when the path
/// would be too long for a socket. Created and made the user's.
Result<std::filesystem::path> claim_socket_dir(
    const std::filesystem::path& data_dir, const std::optional<ChildUser>& user
);

/// Gives one file or folder to the user; nothing to do without one.
Result<void> give_to(const std::filesystem::path& path, const std::optional<ChildUser>& user);

/// The process that serves the cluster now, if any; clears pid files which a dead or foreign
/// process left behind.
std::optional<pid_t> find_running_server(
    const std::filesystem::path& cluster, const std::filesystem::path& socket_dir
);

}  // namespace sluice::db
