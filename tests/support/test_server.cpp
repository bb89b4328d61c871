#include "support/test_server.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

#include "db/connection.hpp"
#include "db/private_server.hpp"

namespace sluice::testing {
namespace {

void close_from_three() {
    constexpr int kDescriptorsMax = 1024;
    for (int descriptor = 4; descriptor < kDescriptorsMax; ++descriptor) {
        close(descriptor);
    }
}

/// Waits in a process of its own until every write end of the pipe is closed, that is until the
/// test program is gone, and cleans up after it.
[[noreturn]] void watch(db::PrivateServer& server, const std::filesystem::path& folder) {
    char byte = 0;
    while (read(3, &byte, 1) > 0) {
    }
    const Result<void> stopped = server.stop();
    std::error_code problem;
    std::filesystem::remove_all(folder, problem);
    _exit(stopped ? 0 : 1);
}

void start_watcher(db::PrivateServer& server, const std::filesystem::path& folder) {
    std::array<int, 2> line{};
    if (pipe2(line.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe for the watcher of the test database");
    }
    const pid_t watcher = fork();
    if (watcher < 0) {
        throw std::runtime_error("no process for the watcher of the test database");
    }
    if (watcher == 0) {
        // A session of its own: an interrupt of the test run must not end the clean-up.
        setsid();
        dup2(line[0], 3);
        close_from_three();
        close(0);
        close(1);
        close(2);
        watch(server, folder);
    }
    close(line[0]);
}

std::string start_private_server() {
    std::string pattern = "/tmp/sluice-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("no folder " + pattern + " for the test database");
    }
    Result<db::PrivateServer> server = db::PrivateServer::start({
        .data_dir = pattern,
        .shared_buffers = "32MB",
        .max_wal_size = "256MB",
        .durability = db::Durability::lossy,
    });
    if (!server) {
        throw std::runtime_error("no test database: " + server.error().message);
    }
    start_watcher(*server, pattern);
    // Its transactions would hide commits from whoever waits for all older ones.
    auto owner = db::Connection::open(server->conninfo_of("postgres"));
    if (!owner || !owner->run("ALTER SYSTEM SET autovacuum = off") ||
        !owner->run("SELECT pg_reload_conf()")) {
        throw std::runtime_error("autovacuum of the test database cannot be turned off");
    }
    return server->conninfo_of("");
}

}  // namespace

TestServer::TestServer() {
    const char* given = std::getenv("SLUICE_TEST_PG");
    conninfo_ = given != nullptr && *given != '\0' ? std::string(given) + " dbname="
                                                   : start_private_server();
}

const TestServer& TestServer::instance() {
    static const TestServer server;
    return server;
}

std::string TestServer::conninfo_of(const std::string& database) const {
    return conninfo_ + database;
}

}  // namespace sluice::testing
