#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "db/child_process.hpp"

namespace sluice::db {

/// If an acknowledged commit survives a power cut. Only tests that do not test durability may
/// choose `lossy`.
enum class Durability { durable, lossy };

struct PrivateServerSettings {
    std::filesystem::path data_dir;  ///< created when absent; belongs to this server alone
    std::string shared_buffers = "256MB";
    std::string max_wal_size = "4GB";
    int connections_max = 100;
    Durability durability = Durability::durable;
    std::chrono::seconds start_timeout{60};
};

/// A PostgreSQL of our own in a data folder, reachable through a Unix socket only: the database of
/// a `sluice` that was given none. Runs as `postgres` (or `nobody`) when we are root. It outlives
/// this object and even a killed process: the next start() on the folder adopts it; only stop()
/// ends it. One thread at a time.
///
/// Folder: `cluster` (PostgreSQL's own), `server.log`, `socket` (under /tmp when the path is too
/// long for a socket).
class PrivateServer {
  public:
    /// Starts the server, or attaches to the one already running in the folder, and makes sure that
    /// the database `sluice` exists. Errors are one line that says what to do: `unavailable` for
    /// what the machine lacks (programs, disk, rights), `corrupt` when PostgreSQL does not start on
    /// what it finds. Blocks up to start_timeout.
    static Result<PrivateServer> start(const PrivateServerSettings& settings);

    /// Ends the server: sessions are cut, committed work is safe. Fine when it is not running.
    Result<void> stop();

    /// True when start() found the server already running.
    [[nodiscard]] bool was_running() const { return was_running_; }
    /// For the schema's owner, database `sluice`.
    [[nodiscard]] std::string conninfo() const;
    /// The same server, another database.
    [[nodiscard]] std::string conninfo_of(const std::string& database) const;

  private:
    PrivateServer(PrivateServerSettings settings, std::filesystem::path programs);

    Result<void> prepare_folders();
    Result<void> create_cluster();
    Result<void> write_settings() const;
    Result<void> launch();
    Result<void> wait_until_ready() const;
    Result<void> create_database() const;
    Result<ChildResult> run_program(const std::string& program, std::vector<std::string> arguments)
        const;
    [[nodiscard]] std::string log_tail() const;

    PrivateServerSettings settings_;
    std::filesystem::path programs_;
    std::filesystem::path cluster_;
    std::filesystem::path socket_;
    std::optional<ChildUser> user_;
    bool was_running_ = false;
};

}  // namespace sluice::db
