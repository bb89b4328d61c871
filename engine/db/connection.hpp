#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/result.hpp"
#include "db/parameter.hpp"
#include "db/rows.hpp"

struct pg_conn;

namespace sluice::db {

/// A statement with a name of its own in the whole program: a constant at the top of the one store
/// that owns it. Prepared on a connection when it first runs there.
struct Statement {
    const char* name;
    const char* sql;
};

struct ConnectionOptions {
    /// The server ends a statement that runs longer (`unavailable`, rolled back); 0: no limit.
    std::chrono::milliseconds statement_timeout{0};
    /// After logging in the session continues as this role ("sluice_app"); empty: as it logged in.
    std::string role;
};

/// One session of PostgreSQL. It never reconnects: when the session is lost, so are its locks and
/// its open transaction, and only the owner knows what follows. Owned by one thread at a time.
///
/// Every failure says what became of the statement:
/// `invalid`: a text holds a NUL, nothing was sent. `unavailable`: surely not done (session already
/// lost before sending, deadlock, serialization, lock or statement timeout, out of resources).
/// `unknown`: the session was lost while the statement was under way. `corrupt`: the server refused
/// the statement itself; Error.context is the SQLSTATE.
class Connection {
  public:
    /// Opens a session in UTC. Keepalives, a connect timeout of 10 s and, over TCP, a user timeout
    /// are set unless the conninfo says otherwise. `invalid` for an unreadable conninfo,
    /// `unavailable` when no server answers. Blocks.
    static Result<Connection> open(
        const std::string& conninfo, const ConnectionOptions& options = {}
    );

    Connection(Connection&&) noexcept = default;
    Connection& operator=(Connection&&) noexcept = default;

    /// Runs a prepared statement in one round trip. Blocks until the server has answered.
    Result<Rows> execute(const Statement& statement, std::span<const Parameter> parameters);
    Result<Rows> execute(
        const Statement& statement, std::initializer_list<Parameter> parameters = {}
    );
    /// Sends a prepared statement without waiting for its answer; the parameters may change then.
    /// Until take_answer() the session does nothing else. An error: no answer will come.
    Result<void> send(const Statement& statement, std::span<const Parameter> parameters);
    /// Whether take_answer() will not block: the answer or the end of the session is here.
    [[nodiscard]] bool has_answer();
    /// The answer to what was sent, with errors as execute() tells them. Blocks.
    Result<Rows> take_answer();
    /// What poll() may watch for an answer; has_answer() must have said no before.
    [[nodiscard]] int socket() const;
    /// Runs a script of one or more statements without parameters; gives the last answer.
    Result<Rows> run(std::string_view sql);

    /// False once the session is known to be lost; a lost one stays lost.
    [[nodiscard]] bool is_open() const;
    /// Asks the socket, without a round trip, if the server has closed the session.
    [[nodiscard]] bool check_open();
    /// True between BEGIN and the end of the transaction, also when it has failed.
    [[nodiscard]] bool in_transaction() const;
    /// The process id of the server's side, for pg_terminate_backend and messages.
    [[nodiscard]] int backend_pid() const;

  private:
    struct Close {
        void operator()(pg_conn* connection) const;
    };
    using Handle = std::unique_ptr<pg_conn, Close>;

    explicit Connection(Handle handle) : handle_(std::move(handle)) {}
    Result<void> prepare(const Statement& statement);
    Result<void> start_session(const ConnectionOptions& options);
    Error lost_before_sending() const;
    Result<void> make_ready(const Statement& statement);

    Handle handle_;
    std::unordered_set<std::string> prepared_;
    const char* under_way_ = nullptr;  ///< the name of the statement that was sent
};

}  // namespace sluice::db
