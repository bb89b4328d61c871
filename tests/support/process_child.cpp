#include "support/process_child.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

constexpr int kCannotRun = 127;
constexpr int kKilledBase = 128;

/// Between fork and exec: nothing here may allocate.
[[noreturn]] void become(char* const* arguments, int log) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The program blocks the signals that it waits for; it must begin with none blocked.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(arguments[0], arguments);
    _exit(kCannotRun);
}

}  // namespace

ChildProcess::ChildProcess(Command command) : command_(std::move(command)) {
    const int log = open(command_.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) {
        throw std::runtime_error("log file " + command_.log.string() + " cannot be written");
    }
    log_begin_ = lseek(log, 0, SEEK_END);
    std::vector<char*> arguments;
    for (std::string& argument : command_.arguments) {
        arguments.push_back(argument.data());
    }
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
        become(arguments.data(), log);
    }
    close(log);
    if (pid_ < 0) {
        throw std::runtime_error("no process for " + command_.arguments.front());
    }
}

ChildProcess::~ChildProcess() { kill_at_once(); }

bool ChildProcess::is_running() {
    if (pid_ < 0) {
        return false;
    }
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) {
        return true;
    }
    status_ = WIFSIGNALED(status) ? kKilledBase + WTERMSIG(status) : WEXITSTATUS(status);
    pid_ = -1;
    return false;
}

std::string ChildProcess::said() const {
    std::ifstream file(command_.log, std::ios::binary);
    file.seekg(log_begin_);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string ChildProcess::wait_for_line(const std::string& beginning, std::chrono::seconds limit) {
    std::string rest;
    const bool came = eventually(
        [&] {
            const bool running = is_running();
            const std::string text = "\n" + said();
            const std::size_t at = text.find("\n" + beginning);
            const std::size_t end = at == std::string::npos ? at : text.find('\n', at + 1);
            if (end == std::string::npos) {
                return !running;
            }
            rest = text.substr(at + 1 + beginning.size(), end - at - 1 - beginning.size());
            return true;
        },
        limit
    );
    if (!came || rest.empty()) {
        throw std::runtime_error(
            command_.arguments.front() + " does not say '" + beginning + "':\n" + log_tail(40)
        );
    }
    return rest;
}

void ChildProcess::kill_at_once() {
    if (!is_running()) {
        return;
    }
    kill(pid_, SIGKILL);
    while (is_running()) {
        let_pass(std::chrono::microseconds{200});
    }
}

void ChildProcess::freeze() {
    if (is_running()) {
        kill(pid_, SIGSTOP);
    }
}

void ChildProcess::thaw() {
    if (is_running()) {
        kill(pid_, SIGCONT);
    }
}

int ChildProcess::stop(std::chrono::seconds limit) {
    if (is_running()) {
        kill(pid_, SIGTERM);
        if (!eventually([this] { return !is_running(); }, limit)) {
            kill_at_once();
        }
    }
    return status_;
}

std::string ChildProcess::log_tail(std::size_t lines) const {
    const std::string text = said();
    std::size_t begin = text.size();
    for (std::size_t i = 0; i <= lines && begin > 0; ++i) {
        const std::size_t at = text.rfind('\n', begin - 1);
        begin = at == std::string::npos ? 0 : at;
    }
    return text.substr(begin);
}

}  // namespace sluice::testing
