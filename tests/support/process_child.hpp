#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sluice::testing {

/// How long a program may take until it serves, and until it has gone after it was asked to.
inline constexpr std::chrono::seconds kStartLimit{60};
inline constexpr std::chrono::seconds kStopLimit{60};

/// A program that a test starts and may kill. Everything it says goes to one log file. It is ended
/// by its pid when this object goes, and by the kernel when the test program dies. Started and
/// ended on one thread, which must outlive it.
class ChildProcess {
  public:
    struct Command {
        std::vector<std::string> arguments;  ///< the program's path first
        std::filesystem::path log;           ///< appended to
    };

    /// Throws when the program cannot be started.
    explicit ChildProcess(Command command);
    ~ChildProcess();  ///< kills what still runs
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool is_running();

    /// Waits for a line of the log that begins so, since this start, and gives its rest. Throws
    /// with the end of the log when the program ends or `limit` passes before it.
    std::string wait_for_line(const std::string& beginning, std::chrono::seconds limit);

    /// SIGKILL, no chance to tidy up; returns when the process is gone.
    void kill_at_once();
    /// Stops it in its tracks, as a machine that hangs: it keeps its sockets and says nothing.
    void freeze();
    void thaw();
    /// SIGTERM and a bounded wait, then SIGKILL. The exit status, 128 + signal when killed.
    int stop(std::chrono::seconds limit);

    /// All it said since this start.
    [[nodiscard]] std::string said() const;
    [[nodiscard]] std::string log_tail(std::size_t lines) const;

  private:
    Command command_;
    std::streamoff log_begin_ = 0;
    pid_t pid_ = -1;
    int status_ = 0;
};

}  // namespace sluice::testing
