#include "db/private_server.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string_view>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

#include "db/connection.hpp"
#include "db/server_host.hpp"
#include "log/log.hpp"

namespace sluice::db {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDatabase = "sluice";
constexpr std::string_view kSettingsFile = "sluice.conf";
constexpr Statement kFindDatabase = {
    "private_server_find_database", "SELECT 1 FROM pg_database WHERE datname = $1"
};

/// One starter at a time in a folder; the others wait and then adopt.
class FolderLock {
  public:
    explicit FolderLock(const fs::path& file)
        : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
        while (descriptor_ >= 0 && flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~FolderLock() {
        if (descriptor_ >= 0) {
            close(descriptor_);
        }
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    int descriptor_;
};

std::string last_line(std::string_view text) {
    while (!text.empty() && text.back() == '\n') {
        text.remove_suffix(1);
    }
    const std::size_t start = text.rfind('\n');
    return std::string(start == std::string_view::npos ? text : text.substr(start + 1));
}

Result<void> write_text(const fs::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) {
        return fail(
            ErrorCode::unavailable,
            "file " + path.string() + " cannot be written: " + std::strerror(errno)
        );
    }
    return {};
}

}  // namespace

PrivateServer::PrivateServer(PrivateServerSettings settings, fs::path programs)
    : settings_(std::move(settings)),
      programs_(std::move(programs)),
      cluster_(settings_.data_dir / "cluster") {}

Result<PrivateServer> PrivateServer::start(const PrivateServerSettings& settings) {
    PrivateServerSettings absolute = settings;
    std::error_code problem;
    absolute.data_dir = fs::absolute(settings.data_dir, problem).lexically_normal();
    if (settings.data_dir.empty() || problem) {
        return fail(ErrorCode::invalid, "database.data_dir is empty, wanted a folder");
    }
    if (!absolute.data_dir.has_filename()) {
        absolute.data_dir = absolute.data_dir.parent_path();
    }
    SLUICE_ASSIGN(fs::path programs, find_server_programs(absolute.data_dir / "cluster"));
    PrivateServer server(std::move(absolute), std::move(programs));
    SLUICE_TRY(server.prepare_folders());
    const FolderLock lock(server.settings_.data_dir / "start.lock");
    server.was_running_ = find_running_server(server.cluster_, server.socket_).has_value();
    if (!server.was_running_) {
        SLUICE_TRY(server.create_cluster());
        SLUICE_TRY(server.write_settings());
        SLUICE_TRY(server.launch());
    }
    SLUICE_TRY(server.wait_until_ready());
    SLUICE_TRY(server.create_database());
    return server;
}

Result<void> PrivateServer::prepare_folders() {
    SLUICE_ASSIGN(user_, choose_server_user(cluster_));
    SLUICE_TRY(claim_data_dir(settings_.data_dir, user_));
    SLUICE_ASSIGN(socket_, claim_socket_dir(settings_.data_dir, user_));
    return {};
}

Result<ChildResult> PrivateServer::run_program(
    const std::string& program, std::vector<std::string> arguments
) const {
    arguments.insert(arguments.begin(), programs_ / program);
    return run_child({std::move(arguments), user_, settings_.data_dir});
}

Result<void> PrivateServer::create_cluster() {
    std::error_code problem;
    if (fs::exists(cluster_ / "PG_VERSION", problem)) {
        return {};
    }
    // Built beside its final place, so that a start which is cut short leaves nothing half made.
    const fs::path fresh = settings_.data_dir / "cluster.new";
    fs::remove_all(fresh, problem);
    std::vector<std::string> arguments = {
        "-D",
        fresh,
        "-U",
        std::string(kDatabase),
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-instructions"
    };
    if (settings_.durability == Durability::lossy) {
        arguments.emplace_back("--no-sync");
    }
    SLUICE_ASSIGN(const ChildResult made, run_program("initdb", std::move(arguments)));
    if (made.exit_status != 0) {
        return fail(
            ErrorCode::unavailable,
            "initdb failed in " + settings_.data_dir.string() + ": " + last_line(made.output)
        );
    }
    std::ofstream(fresh / "postgresql.conf", std::ios::app)
        << "include_if_exists = '" << kSettingsFile << "'\n";
    SLUICE_TRY(write_text(fresh / "pg_hba.conf", "local all all trust\n"));
    fs::rename(fresh, cluster_, problem);
    if (problem) {
        return fail(
            ErrorCode::unavailable,
            "folder " + cluster_.string() + " cannot be made: " + problem.message()
        );
    }
    return {};
}

Result<void> PrivateServer::write_settings() const {
    const bool durable = settings_.durability == Durability::durable;
    const char* safe = durable ? "on" : "off";
    std::string text = "# Written by sluice at every start; changes here are lost.\n";
    const auto set = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(" = '").append(value).append("'\n");
    };
    set("listen_addresses", "");
    set("unix_socket_directories", socket_.string());
    set("unix_socket_permissions", "0700");
    set("port", "5432");
    set("max_connections", std::to_string(settings_.connections_max));
    set("shared_buffers", settings_.shared_buffers);
    set("max_wal_size", settings_.max_wal_size);
    set("fsync", safe);
    set("synchronous_commit", safe);
    set("full_page_writes", safe);
    set("jit", "off");
    set("log_min_messages", "warning");
    const fs::path file = cluster_ / kSettingsFile;
    SLUICE_TRY(write_text(file, text));
    return give_to(file, user_);
}

Result<void> PrivateServer::launch() {
    const std::string log_file = settings_.data_dir / "server.log";
    SLUICE_ASSIGN(
        const ChildResult started,
        run_program(
            "pg_ctl",
            {"start",
             "-s",
             "-w",
             "-t",
             std::to_string(settings_.start_timeout.count()),
             "-D",
             cluster_,
             "-l",
             log_file}
        )
    );
    if (started.exit_status != 0) {
        return fail(
            ErrorCode::corrupt,
            "PostgreSQL does not start in " + cluster_.string() + ": " + log_tail() + " (see " +
                log_file + ")"
        );
    }
    log::info("database_started", {{"data_dir", settings_.data_dir.string()}});
    return {};
}

std::string PrivateServer::log_tail() const {
    std::ifstream file(settings_.data_dir / "server.log");
    std::string reason = "it says nothing";
    for (std::string line; std::getline(file, line);) {
        const std::size_t fatal = line.find("FATAL:");
        const std::size_t panic = line.find("PANIC:");
        if (fatal != std::string::npos || panic != std::string::npos) {
            reason = line.substr(std::min(fatal, panic));
        }
    }
    return reason;
}

Result<void> PrivateServer::wait_until_ready() const {
    constexpr std::chrono::milliseconds kPause{50};
    const auto deadline = std::chrono::steady_clock::now() + settings_.start_timeout;
    while (true) {
        const Result<Connection> connection = Connection::open(conninfo_of("postgres"));
        if (connection) {
            return {};
        }
        if (std::chrono::steady_clock::now() > deadline) {
            return fail(
                ErrorCode::unavailable,
                "PostgreSQL in " + cluster_.string() +
                    " runs but does not answer: " + connection.error().message
            );
        }
        std::this_thread::sleep_for(kPause);
    }
}

Result<void> PrivateServer::create_database() const {
    SLUICE_ASSIGN(Connection connection, Connection::open(conninfo_of("postgres")));
    SLUICE_ASSIGN(const Rows found, connection.execute(kFindDatabase, {kDatabase}));
    if (found.empty()) {
        SLUICE_TRY(connection.run("CREATE DATABASE " + std::string(kDatabase)));
    }
    return {};
}

Result<void> PrivateServer::stop() {
    if (!find_running_server(cluster_, socket_)) {
        return {};
    }
    SLUICE_ASSIGN(
        const ChildResult stopped,
        run_program("pg_ctl", {"stop", "-s", "-w", "-t", "60", "-m", "fast", "-D", cluster_})
    );
    if (stopped.exit_status != 0) {
        return fail(
            ErrorCode::unavailable,
            "PostgreSQL in " + cluster_.string() + " does not stop: " + last_line(stopped.output)
        );
    }
    log::info("database_stopped", {{"data_dir", settings_.data_dir.string()}});
    return {};
}

std::string PrivateServer::conninfo() const { return conninfo_of(std::string(kDatabase)); }

std::string PrivateServer::conninfo_of(const std::string& database) const {
    return "host='" + socket_.string() + "' port=5432 user=sluice dbname=" + database;
}

}  // namespace sluice::db
