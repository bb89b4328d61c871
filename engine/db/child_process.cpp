#include "db/child_process.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::db {
namespace {

constexpr std::size_t kOutputMax = std::size_t{64} * 1024;
constexpr int kCannotStart = 127;

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become_child(
    const ChildCommand& command, char* const* arguments, const std::array<int, 2>& output
) {
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output[1], STDOUT_FILENO) < 0 ||
        dup2(output[1], STDERR_FILENO) < 0) {
        _exit(kCannotStart);
    }
    if (command.user) {
        const gid_t group = command.user->gid;
        if (setgroups(1, &group) != 0 || setgid(group) != 0 || setuid(command.user->uid) != 0) {
            _exit(kCannotStart);
        }
    }
    if (chdir(command.folder.c_str()) != 0) {
        _exit(kCannotStart);
    }
    execv(arguments[0], arguments);
    _exit(kCannotStart);
}

std::string read_all(int from) {
    std::string text;
    std::array<char, 4096> part{};
    while (true) {
        const ssize_t count = read(from, part.data(), part.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return text;
        }
        if (text.size() < kOutputMax) {
            text.append(part.data(), static_cast<std::size_t>(count));
        }
    }
}

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<ChildResult> run_child(const ChildCommand& command) {
    std::array<int, 2> output{};
    if (pipe2(output.data(), O_CLOEXEC) != 0) {
        return fail(ErrorCode::unavailable, std::string("no pipe: ") + std::strerror(errno));
    }
    std::vector<std::string> texts = command.arguments;
    std::vector<char*> arguments;
    arguments.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        arguments.push_back(text.data());
    }
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        become_child(command, arguments.data(), output);
    }
    close(output[1]);
    if (child < 0) {
        close(output[0]);
        return fail(ErrorCode::unavailable, std::string("no process: ") + std::strerror(errno));
    }
    ChildResult result;
    result.output = read_all(output[0]);
    close(output[0]);
    result.exit_status = wait_for(child);
    if (result.exit_status == kCannotStart) {
        return fail(ErrorCode::unavailable, command.arguments.front() + " cannot be started");
    }
    return result;
}

}  // namespace sluice::db
