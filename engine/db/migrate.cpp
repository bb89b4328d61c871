#include "db/migrate.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "core/hash.hpp"
#include "log/log.hpp"

namespace sluice::db {
namespace {

constexpr Statement kLock = {"migrate_lock", "SELECT pg_advisory_lock(8317708060514844001)"};
constexpr Statement kUnlock = {"migrate_unlock", "SELECT pg_advisory_unlock(8317708060514844001)"};
constexpr std::string_view kOwnTables =
    "CREATE SCHEMA IF NOT EXISTS sluice;"
    "CREATE TABLE IF NOT EXISTS sluice.schema_migration ("
    " number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now());"
    "CREATE TABLE IF NOT EXISTS sluice.schema_code ("
    " only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now())";
constexpr Statement kApplied = {
    "migrate_applied", "SELECT number, name, checksum FROM sluice.schema_migration ORDER BY number"
};
constexpr Statement kRecord = {
    "migrate_record",
    "INSERT INTO sluice.schema_migration (number, name, checksum) VALUES ($1, $2, $3)"
};
constexpr Statement kCodeChecksum = {
    "migrate_code_checksum", "SELECT checksum FROM sluice.schema_code"
};
constexpr Statement kRecordCode = {
    "migrate_record_code",
    "INSERT INTO sluice.schema_code (checksum) VALUES ($1)"
    " ON CONFLICT (only_row) DO UPDATE SET checksum = excluded.checksum, applied_at = now()"
};

struct SqlFile {
    int number = 0;
    std::string name;
    std::string sql;
    std::string checksum;
};

Result<std::string> read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file) {
        return fail(ErrorCode::invalid, "SQL file " + path.string() + " cannot be read");
    }
    return text;
}

Result<std::vector<SqlFile>> read_folder(const std::filesystem::path& folder) {
    std::error_code problem;
    std::filesystem::directory_iterator entries(folder, problem);
    if (problem) {
        return fail(
            ErrorCode::invalid,
            "folder of SQL files " + folder.string() + " cannot be read: " + problem.message()
        );
    }
    std::vector<SqlFile> files;
    for (const auto& entry : entries) {
        if (entry.path().extension() != ".sql") {
            continue;
        }
        SLUICE_ASSIGN(std::string sql, read_text(entry.path()));
        std::string checksum = to_hex(hash128(sql));
        files.push_back({0, entry.path().filename(), std::move(sql), std::move(checksum)});
    }
    std::ranges::sort(files, {}, &SqlFile::name);
    return files;
}

Result<void> number_file(SqlFile& file, int expected) {
    const bool shaped = file.name.size() > 9 && file.name[4] == '_';
    const char* end = file.name.data() + 4;
    if (!shaped || std::from_chars(file.name.data(), end, file.number).ptr != end) {
        return fail(ErrorCode::conflict, "migration " + file.name + " is not named NNNN_name.sql");
    }
    if (file.number != expected) {
        return fail(
            ErrorCode::conflict,
            "migration " + file.name + " follows number " + std::to_string(expected - 1) +
                ", wanted number " + std::to_string(expected)
        );
    }
    return {};
}

Result<std::vector<SqlFile>> read_migrations(const std::filesystem::path& folder) {
    SLUICE_ASSIGN(std::vector<SqlFile> files, read_folder(folder));
    int expected = 1;
    for (SqlFile& file : files) {
        SLUICE_TRY(number_file(file, expected++));
    }
    return files;
}

Result<std::size_t> compare_applied(Connection& connection, const std::vector<SqlFile>& files) {
    SLUICE_ASSIGN(const Rows applied, connection.execute(kApplied));
    if (applied.size() > files.size()) {
        return fail(
            ErrorCode::conflict,
            "the database has migration " + std::string(applied[files.size()].text(1)) +
                ", which this version does not know; start a version that does"
        );
    }
    for (std::size_t i = 0; i < applied.size(); ++i) {
        const bool same =
            applied[i].text(1) == files[i].name && applied[i].text(2) == files[i].checksum;
        if (!same) {
            return fail(
                ErrorCode::conflict,
                "migration " + files[i].name + " differs from the " +
                    std::string(applied[i].text(1)) +
                    " that was applied; applied migrations are never edited: add a new one"
            );
        }
    }
    return applied.size();
}

/// Rolls back unless the work and the commit succeed.
template <class Work>
Result<void> in_transaction(Connection& connection, Work work) {
    SLUICE_TRY(connection.run("BEGIN"));
    Result<void> done = work();
    if (done && !connection.in_transaction()) {
        return fail(ErrorCode::conflict, "an SQL file ended its transaction itself");
    }
    if (!done) {
        // When the session is lost there is nothing to roll back, and the first error explains why.
        const Result<Rows> rolled_back = connection.run("ROLLBACK");
        if (!rolled_back) {
            log::warn("migration_rollback_failed", {{"message", rolled_back.error().message}});
        }
        return done;
    }
    SLUICE_TRY(connection.run("COMMIT"));
    return {};
}

Result<void> run_file(Connection& connection, const SqlFile& file) {
    Result<Rows> done = connection.run(file.sql);
    if (!done) {
        Error error = std::move(done).error();
        error.message = "SQL file " + file.name + ": " + error.message;
        return fail(std::move(error));
    }
    return {};
}

Result<void> apply_migration(Connection& connection, const SqlFile& file) {
    return in_transaction(connection, [&]() -> Result<void> {
        SLUICE_TRY(run_file(connection, file));
        SLUICE_TRY(connection.execute(kRecord, {file.number, file.name, file.checksum}));
        return {};
    });
}

Result<std::vector<SqlFile>> read_code(const std::filesystem::path& db_dir) {
    SLUICE_ASSIGN(std::vector<SqlFile> files, read_folder(db_dir / "functions"));
    SLUICE_ASSIGN(std::string roles, read_text(db_dir / "roles.sql"));
    std::string checksum = to_hex(hash128(roles));
    files.push_back({0, "roles.sql", std::move(roles), std::move(checksum)});
    return files;
}

/// True when the code had changed and was applied.
Result<bool> apply_code(Connection& connection, const std::vector<SqlFile>& files) {
    std::string all;
    for (const SqlFile& file : files) {
        all += file.name + " " + file.checksum + "\n";
    }
    const std::string checksum = to_hex(hash128(all));
    SLUICE_ASSIGN(const Rows known, connection.execute(kCodeChecksum));
    if (!known.empty() && known[0].text(0) == checksum) {
        return false;
    }
    const auto apply = [&]() -> Result<void> {
        for (const SqlFile& file : files) {
            SLUICE_TRY(run_file(connection, file));
        }
        SLUICE_TRY(connection.execute(kRecordCode, {checksum}));
        return {};
    };
    SLUICE_TRY(in_transaction(connection, apply));
    return true;
}

Result<MigrationReport> migrate_locked(
    Connection& connection, const std::vector<SqlFile>& files, const std::vector<SqlFile>& code
) {
    SLUICE_TRY(connection.run(kOwnTables));
    SLUICE_ASSIGN(const std::size_t done, compare_applied(connection, files));
    MigrationReport report;
    for (std::size_t i = done; i < files.size(); ++i) {
        SLUICE_TRY(apply_migration(connection, files[i]));
        report.applied.push_back(files[i].name);
        log::info("migration_applied", {{"file", files[i].name}});
    }
    // A migration may have changed what the functions touch: they are applied again with it.
    SLUICE_ASSIGN(report.code_applied, apply_code(connection, code));
    return report;
}

}  // namespace

Result<MigrationReport> migrate(Connection& connection, const std::filesystem::path& db_dir) {
    SLUICE_ASSIGN(const std::vector<SqlFile> files, read_migrations(db_dir / "migrations"));
    SLUICE_ASSIGN(const std::vector<SqlFile> code, read_code(db_dir));
    SLUICE_TRY(connection.execute(kLock));
    Result<MigrationReport> report = migrate_locked(connection, files, code);
    const Result<Rows> unlocked = connection.execute(kUnlock);
    if (report && !unlocked) {
        return fail(unlocked.error());
    }
    return report;
}

}  // namespace sluice::db
