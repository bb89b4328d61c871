#include "support/process_postgres.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

#include "db/private_server.hpp"
#include "support/process_child.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabaseFolder = "database";

template <class T>
T or_throw(Result<T> result, const std::string& doing) {
    if (!result) {
        throw std::runtime_error(doing + ": " + result.error().message);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

db::PrivateServerSettings settings_of(const fs::path& folder) {
    return {
        .data_dir = folder,
        .shared_buffers = "64MB",
        .max_wal_size = "256MB",
        .durability = db::Durability::durable
    };
}

/// 0 when no server has written its number.
pid_t server_pid(const fs::path& folder) {
    std::ifstream file(folder / "cluster" / "postmaster.pid");
    pid_t pid = 0;
    file >> pid;
    return pid;
}

/// SIGQUIT is what `pg_ctl stop -m immediate` sends. False when the server does not go.
bool quit_server(const fs::path& folder) {
    const pid_t pid = server_pid(folder);
    if (pid <= 1) {
        return true;
    }
    kill(pid, SIGQUIT);
    // Its number goes last; the process itself may stay as one that nobody has collected.
    return eventually([&] { return server_pid(folder) != pid || kill(pid, 0) != 0; }, kStopLimit);
}

/// In a process of its own: waits until the test program is gone, then cleans up after it.
[[noreturn]] void watch(int line, const fs::path& folder) {
    char byte = 0;
    while (read(line, &byte, 1) > 0) {
    }
    const bool gone = quit_server(folder / kDatabaseFolder);
    std::error_code problem;
    fs::remove_all(folder, problem);
    _exit(gone ? 0 : 1);
}

void start_watcher(const fs::path& folder) {
    std::array<int, 2> line{};
    if (pipe2(line.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe for the watcher of the database");
    }
    const pid_t watcher = fork();
    if (watcher < 0) {
        throw std::runtime_error("no process for the watcher of the database");
    }
    if (watcher == 0) {
        // A session of its own: an interrupt of the test run must not end the clean-up.
        setsid();
        close(line[1]);
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        watch(line[0], folder);
    }
    close(line[0]);
}

}  // namespace

DurableServer& DurableServer::instance() {
    static DurableServer server;
    return server;
}

DurableServer::DurableServer() {
    std::string pattern = "/tmp/sluice-fault-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("no folder " + pattern + " for the database");
    }
    folder_ = pattern;
    // PostgreSQL may run as another user than we.
    fs::permissions(folder_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
    start_watcher(folder_);
    start_again();
}

void DurableServer::start_again() {
    const auto server = or_throw(
        db::PrivateServer::start(settings_of(folder_ / kDatabaseFolder)), "database server"
    );
    conninfo_ = server.conninfo_of("");
}

void DurableServer::stop_immediately() {
    if (!quit_server(folder_ / kDatabaseFolder)) {
        throw std::runtime_error("the database server does not stop");
    }
}

std::string DurableServer::conninfo_of(const std::string& database) const {
    return conninfo_ + database;
}

db::Connection DurableServer::connect(const std::string& database) const {
    return or_throw(db::Connection::open(conninfo_of(database)), "database " + database);
}

void DurableServer::create_database(const std::string& name) {
    auto connection = connect("postgres");
    or_throw(connection.run("CREATE DATABASE " + name), "database " + name);
}

void DurableServer::drop_database(const std::string& name) {
    auto connection = connect("postgres");
    or_throw(connection.run("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"), "drop " + name);
}

}  // namespace sluice::testing
