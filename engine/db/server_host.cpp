#include "db/server_host.hpp"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <pwd.h>
#include <signal.h>
#include <string>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "core/hash.hpp"
#include "log/log.hpp"

namespace sluice::db {
namespace {

namespace fs = std::filesystem;

// sockaddr_un holds 108 bytes, of which "/.s.PGSQL.5432" and the end take 15.
constexpr std::size_t kSocketDirMax = 90;
constexpr std::uintmax_t kDiskMin = std::uintmax_t{256} * 1024 * 1024;
constexpr const char* kInstallHint =
    "install Debian's package 'postgresql' or set database.conninfo to a server of yours";

int leading_number(std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool has_programs(const fs::path& folder) {
    const auto runs = [&](const char* name) { return access((folder / name).c_str(), X_OK) == 0; };
    return runs("initdb") && runs("pg_ctl") && runs("postgres");
}

std::vector<fs::path> folders_in_path() {
    std::vector<fs::path> folders;
    const char* path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "";
    while (!rest.empty()) {
        const std::size_t colon = rest.find(':');
        folders.emplace_back(rest.substr(0, colon));
        rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
    }
    return folders;
}

std::string owner_name(uid_t uid) {
    const passwd* entry = getpwuid(uid);
    return entry != nullptr ? entry->pw_name : "uid " + std::to_string(uid);
}

std::optional<ChildUser> user_by_name(const char* name) {
    const passwd* entry = getpwnam(name);
    if (entry == nullptr) {
        return std::nullopt;
    }
    return ChildUser{entry->pw_uid, entry->pw_gid, name};
}

bool may_enter(const struct stat& folder, const ChildUser& user) {
    if (folder.st_uid == user.uid) {
        return (folder.st_mode & S_IXUSR) != 0;
    }
    if (folder.st_gid == user.gid) {
        return (folder.st_mode & S_IXGRP) != 0;
    }
    return (folder.st_mode & S_IXOTH) != 0;
}

Result<void> check_parents(const fs::path& data_dir, const ChildUser& user) {
    for (fs::path parent = data_dir.parent_path(); !parent.empty(); parent = parent.parent_path()) {
        struct stat status{};
        if (stat(parent.c_str(), &status) == 0 && !may_enter(status, user)) {
            return fail(
                ErrorCode::unavailable,
                "database.data_dir " + data_dir.string() + " lies below " + parent.string() +
                    ", which user " + user.name +
                    " may not enter; choose a data_dir that it can reach, such as /var/lib/sluice"
            );
        }
        if (parent == parent.root_path()) {
            break;
        }
    }
    return {};
}

Result<void> check_disk(const fs::path& data_dir) {
    std::error_code problem;
    const fs::space_info space = fs::space(data_dir, problem);
    if (!problem && space.available < kDiskMin) {
        return fail(
            ErrorCode::unavailable,
            "database.data_dir " + data_dir.string() + " has " +
                std::to_string(space.available / 1024 / 1024) + " MB of free disk, wanted " +
                std::to_string(kDiskMin / 1024 / 1024) + " MB"
        );
    }
    return {};
}

/// A folder of somebody else's things is never taken over.
Result<void> check_ours(const fs::path& data_dir) {
    std::error_code problem;
    const bool ours = fs::exists(data_dir / "start.lock", problem) ||
                      fs::exists(data_dir / "cluster", problem) || !fs::exists(data_dir, problem) ||
                      fs::is_empty(data_dir, problem);
    if (problem) {
        return fail(
            ErrorCode::unavailable,
            "database.data_dir " + data_dir.string() + " cannot be read by user " +
                owner_name(geteuid()) + ": " + problem.message()
        );
    }
    if (!ours) {
        return fail(
            ErrorCode::conflict,
            "database.data_dir " + data_dir.string() +
                " is not empty and holds no database of sluice; choose a new or empty folder"
        );
    }
    return {};
}

Result<void> make_folder(const fs::path& folder) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem || access(folder.c_str(), W_OK) != 0) {
        const std::string reason = problem ? problem.message() : std::strerror(errno);
        return fail(
            ErrorCode::unavailable,
            "folder " + folder.string() + " cannot be written by user " + owner_name(geteuid()) +
                ": " + reason
        );
    }
    return {};
}

bool serves(pid_t process, const fs::path& cluster) {
    const std::string command = read_file("/proc/" + std::to_string(process) + "/cmdline");
    return command.find(cluster.string()) != std::string::npos;
}

}  // namespace

Result<fs::path> find_server_programs(const fs::path& cluster) {
    const int written_by = leading_number(read_file(cluster / "PG_VERSION"));
    fs::path best;
    int best_major = 0;
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", problem)) {
        const int major = leading_number(entry.path().filename().string());
        const bool wanted = written_by == 0 ? major > best_major : major == written_by;
        if (wanted && major >= kServerMajorMin && has_programs(entry.path() / "bin")) {
            best = entry.path() / "bin";
            best_major = major;
        }
    }
    if (!best.empty()) {
        return best;
    }
    for (const fs::path& folder : folders_in_path()) {
        if (has_programs(folder)) {
            return folder;
        }
    }
    const std::string version = std::to_string(written_by == 0 ? kServerMajorMin : written_by);
    const std::string wanted = written_by == 0 ? version + " or newer is" : version + " is";
    return fail(ErrorCode::unavailable, "PostgreSQL " + wanted + " not installed: " + kInstallHint);
}

Result<std::optional<ChildUser>> choose_server_user(const fs::path& cluster) {
    struct stat status{};
    const bool exists = stat(cluster.c_str(), &status) == 0;
    if (geteuid() != 0) {
        if (exists && status.st_uid != geteuid()) {
            return fail(
                ErrorCode::unavailable,
                "database folder " + cluster.string() + " belongs to " + owner_name(status.st_uid) +
                    ", but we run as " + owner_name(geteuid())
            );
        }
        return std::nullopt;
    }
    if (exists && status.st_uid != 0) {
        return ChildUser{status.st_uid, status.st_gid, owner_name(status.st_uid)};
    }
    for (const char* name : {"postgres", "nobody"}) {
        if (std::optional<ChildUser> user = user_by_name(name)) {
            return user;
        }
    }
    return fail(
        ErrorCode::unavailable,
        "PostgreSQL refuses to run as root and there is neither a user postgres nor nobody"
    );
}

Result<void> give_to(const fs::path& path, const std::optional<ChildUser>& user) {
    if (user && chown(path.c_str(), user->uid, user->gid) != 0) {
        return fail(
            ErrorCode::unavailable,
            path.string() + " cannot be given to user " + user->name + ": " + std::strerror(errno)
        );
    }
    return {};
}

Result<void> claim_data_dir(const fs::path& data_dir, const std::optional<ChildUser>& user) {
    SLUICE_TRY(check_ours(data_dir));
    SLUICE_TRY(make_folder(data_dir));
    if (user) {
        SLUICE_TRY(check_parents(data_dir, *user));
    }
    SLUICE_TRY(check_disk(data_dir));
    return give_to(data_dir, user);
}

Result<fs::path> claim_socket_dir(const fs::path& data_dir, const std::optional<ChildUser>& user) {
    fs::path folder = data_dir / "socket";
    if (folder.string().size() > kSocketDirMax) {
        folder = "/tmp/sluice-" + to_hex(hash128(data_dir.string())).substr(0, 16);
    }
    SLUICE_TRY(make_folder(folder));
    struct stat status{};
    const uid_t wanted = user ? user->uid : geteuid();
    const bool ours = lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                      (status.st_uid == wanted || status.st_uid == geteuid());
    if (!ours) {
        return fail(
            ErrorCode::unavailable,
            "socket folder " + folder.string() + " belongs to " + owner_name(status.st_uid) +
                ", wanted " + owner_name(wanted)
        );
    }
    SLUICE_TRY(give_to(folder, user));
    // The socket asks for no password: only the server's own user and root may come near it.
    std::error_code problem;
    fs::permissions(folder, fs::perms::owner_all, problem);
    return folder;
}

std::optional<pid_t> find_running_server(const fs::path& cluster, const fs::path& socket_dir) {
    const fs::path pid_file = cluster / "postmaster.pid";
    const pid_t process = leading_number(read_file(pid_file));
    if (process <= 0 || kill(process, 0) != 0) {
        return std::nullopt;
    }
    if (serves(process, cluster)) {
        return process;
    }
    // After a restart of the machine the number may be another program's; PostgreSQL would not dare
    // to start because of it.
    log::warn("stale_database_pid_file", {{"file", pid_file.string()}, {"process", process}});
    std::error_code problem;
    fs::remove(pid_file, problem);
    fs::remove(socket_dir / ".s.PGSQL.5432.lock", problem);
    return std::nullopt;
}

}  // namespace sluice::db
