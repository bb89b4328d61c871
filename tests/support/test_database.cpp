#include "support/test_database.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <unistd.h>

#include "core/hash.hpp"
#include "db/migrate.hpp"
#include "support/test_server.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;

constexpr db::Statement kFindDatabase = {
    "test_find_database", "SELECT 1 FROM pg_database WHERE datname = $1"
};
constexpr db::Statement kLock = {"test_template_lock", "SELECT pg_advisory_lock(7104801)"};

template <class T>
T or_throw(Result<T> result, const std::string& doing) {
    if (!result) {
        throw std::runtime_error(doing + ": " + result.error().message);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> sql_files(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".sql") {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    return files;
}

std::string template_name() {
    std::string all;
    for (const fs::path& file : sql_files(TestDatabase::db_dir())) {
        if (file.parent_path().filename() != "checks") {
            all += file.filename().string() + "\n" + read_file(file);
        }
    }
    return "sluice_template_" + to_hex(hash128(all)).substr(0, 16);
}

db::Connection server_connection() {
    return or_throw(
        db::Connection::open(TestServer::instance().conninfo_of("postgres")), "test server"
    );
}

void migrate_template(db::Connection& server, const std::string& name) {
    // A template that could not be finished is made anew by whoever comes next.
    const std::string fresh = name + "_new";
    or_throw(server.run("DROP DATABASE IF EXISTS " + fresh), "old template");
    or_throw(server.run("CREATE DATABASE " + fresh), "template");
    {
        db::Connection connection =
            or_throw(db::Connection::open(TestServer::instance().conninfo_of(fresh)), "template");
        or_throw(db::migrate(connection, TestDatabase::db_dir()), "migrations");
    }
    or_throw(server.run("ALTER DATABASE " + fresh + " RENAME TO " + name), "template");
}

/// Made once per server and content of db/, whichever test program comes first.
const std::string& migrated_template() {
    static const std::string made = [] {
        std::string name = template_name();
        db::Connection server = server_connection();
        or_throw(server.execute(kLock), "template lock");
        if (or_throw(server.execute(kFindDatabase, {name}), "template").empty()) {
            migrate_template(server, name);
        }
        return name;
    }();
    return made;
}

std::string next_name() {
    static std::atomic<int> number = 0;
    return "sluice_test_" + std::to_string(getpid()) + "_" + std::to_string(++number);
}

}  // namespace

TestDatabase::TestDatabase(Content content) : name_(next_name()) {
    const std::string from = content == Content::migrated ? migrated_template() : "template1";
    db::Connection server = server_connection();
    or_throw(server.run("CREATE DATABASE " + name_ + " TEMPLATE " + from), "test database");
}

TestDatabase::~TestDatabase() {
    Result<db::Connection> server =
        db::Connection::open(TestServer::instance().conninfo_of("postgres"));
    if (server) {
        // What a failed test left connected must not keep the database.
        static_cast<void>(server->run("DROP DATABASE " + name_ + " WITH (FORCE)"));
    }
}

std::string TestDatabase::conninfo() const { return TestServer::instance().conninfo_of(name_); }

db::Connection TestDatabase::connect(const db::ConnectionOptions& options) const {
    return or_throw(db::Connection::open(conninfo(), options), "test database " + name_);
}

const std::vector<std::string>& TestDatabase::promises_of_runs() {
    static const std::vector<std::string> kChecks{
        "ends_are_told.sql", "orders_are_what_moved.sql", "runs_last_until_their_end.sql"
    };
    return kChecks;
}

std::vector<std::string> TestDatabase::unsound(const std::vector<std::string>& but_for) const {
    db::Connection connection = connect();
    std::vector<std::string> found;
    for (const fs::path& file : sql_files(db_dir() / "checks")) {
        const std::string name = file.filename().string();
        if (std::ranges::find(but_for, name) != but_for.end()) {
            continue;
        }
        const std::string sql = "SELECT row_to_json(c)::text FROM (" + read_file(file) + ") c";
        // The files end in a semicolon, as psql wants them.
        std::string query = sql;
        query.erase(query.rfind(';'), 1);
        for (const db::Row row : or_throw(connection.run(query), name)) {
            found.push_back(name + ": " + std::string(row.text(0)));
        }
    }
    return found;
}

fs::path TestDatabase::db_dir() { return fs::path(SLUICE_SOURCE_DIR) / "db"; }

}  // namespace sluice::testing
