#include "db/connection.hpp"

#include <array>
#include <cerrno>
#include <deque>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include "core/invariant.hpp"
#include "db/sql_error.hpp"
#include "log/log.hpp"

namespace sluice::db {
namespace {

struct Setting {
    const char* keyword;
    const char* value;
};

// Used unless the conninfo sets them. The user timeout bounds how long a dead host can hold us.
constexpr std::array<Setting, 6> kDefaults = {{
    {"connect_timeout", "10"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "20000"},
    {"fallback_application_name", "sluice"},
}};

std::string one_line(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.remove_suffix(1);
    }
    std::string line(text);
    for (char& c : line) {
        c = c == '\n' || c == '\t' ? ' ' : c;
    }
    return line;
}

void log_notice(void* /*context*/, const char* message) {
    log::debug("database_notice", {{"message", one_line(message)}});
}

/// libpq repeats parts of what it cannot read in quotes, and any part may be the password.
std::string without_quoted(std::string text) {
    for (auto begin = text.find('"'); begin != std::string::npos;) {
        const auto end = text.find('"', begin + 1);
        const auto size = end == std::string::npos ? text.size() - begin : end - begin + 1;
        text.replace(begin, size, "***");
        begin = text.find('"', begin);
    }
    return text;
}

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

Result<Options> parse_conninfo(const std::string& conninfo) {
    char* problem = nullptr;
    Options options(PQconninfoParse(conninfo.c_str(), &problem));
    if (!options) {
        const std::string reason = problem != nullptr ? one_line(problem) : "out of memory";
        PQfreemem(problem);
        return fail(
            ErrorCode::invalid, "database.conninfo cannot be read: " + without_quoted(reason)
        );
    }
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        const std::string_view keyword = option->keyword;
        const std::string_view value = option->val != nullptr ? option->val : "";
        if (keyword == "host" && value.find('@', 1) != std::string_view::npos) {
            // postgres://user:p@ss@host: the rest of the password would be looked up as a host.
            // One at the front is a local socket's.
            return fail(
                ErrorCode::invalid,
                "database.conninfo has a host with '@': in a password, write it as %40"
            );
        }
    }
    return options;
}

/// Keeps the texts of scalar parameters alive while libpq reads them.
class WireParameters {
  public:
    explicit WireParameters(std::span<const Parameter> parameters) {
        values_.reserve(parameters.size());
        lengths_.reserve(parameters.size());
        formats_.reserve(parameters.size());
        for (const Parameter& parameter : parameters) {
            std::visit([this](const auto& value) { add(value); }, parameter.storage());
        }
    }

    [[nodiscard]] bool is_sendable() const { return sendable_; }
    [[nodiscard]] int size() const { return static_cast<int>(values_.size()); }
    [[nodiscard]] const char* const* values() const { return values_.data(); }
    [[nodiscard]] const int* lengths() const { return lengths_.data(); }
    [[nodiscard]] const int* formats() const { return formats_.data(); }

  private:
    // The formats of libpq.
    static constexpr int kText = 0;
    static constexpr int kBinary = 1;

    void push(const char* value, std::size_t length, int format) {
        values_.push_back(value);
        lengths_.push_back(static_cast<int>(length));
        formats_.push_back(format);
    }
    void own(std::string text) {
        const std::string& kept = texts_.emplace_back(std::move(text));
        push(kept.c_str(), kept.size(), kText);
    }

    void add(std::nullptr_t) { push(nullptr, 0, kText); }
    void add(std::int64_t value) { own(std::to_string(value)); }
    void add(bool value) { push(value ? "t" : "f", 1, kText); }
    void add(Id128 value) { own(value.to_uuid()); }
    void add(Time value) { own(format_rfc3339(value)); }
    void add(const ArrayBuilder* value) {
        sendable_ = sendable_ && value->is_sendable();
        const std::string_view wire = value->wire();
        push(wire.data(), wire.size(), kBinary);
    }
    void add(std::string_view value) {
        sendable_ = sendable_ && value.find('\0') == std::string_view::npos;
        own(std::string(value));
    }

    // A deque never moves what it holds.
    std::deque<std::string> texts_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    bool sendable_ = true;
};

bool succeeded(const PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

Result<Rows> to_rows(PGconn* connection, PGresult* raw, Progress progress, std::string_view what) {
    Rows rows(raw);
    if (raw != nullptr && succeeded(raw)) {
        return rows;
    }
    const char* state = raw != nullptr ? PQresultErrorField(raw, PG_DIAG_SQLSTATE) : nullptr;
    const std::string sqlstate = state != nullptr ? state : "";
    const ErrorCode code = classify_sqlstate(sqlstate, progress);
    const char* text = raw != nullptr ? PQresultErrorMessage(raw) : PQerrorMessage(connection);
    return fail(code, "statement " + std::string(what) + ": " + one_line(text), sqlstate);
}

Error not_sendable(const Statement& statement) {
    return {
        ErrorCode::invalid,
        std::string("a text for statement ") + statement.name +
            " holds a NUL character, which PostgreSQL cannot keep",
        {}
    };
}

}  // namespace

void Connection::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<Connection> Connection::open(const std::string& conninfo, const ConnectionOptions& options) {
    SLUICE_ASSIGN(const Options parsed, parse_conninfo(conninfo));
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    const auto add = [&](const char* keyword, const char* value) {
        keywords.push_back(keyword);
        values.push_back(value);
    };
    for (const Setting& setting : kDefaults) {
        add(setting.keyword, setting.value);
    }
    // The later of two equal keywords wins, so the caller's come last.
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            add(option->keyword, option->val);
        }
    }
    add("client_encoding", "UTF8");
    add(nullptr, nullptr);
    Handle handle(PQconnectdbParams(keywords.data(), values.data(), 0));
    if (!handle || PQstatus(handle.get()) != CONNECTION_OK) {
        const std::string reason = handle ? PQerrorMessage(handle.get()) : "out of memory";
        return fail(ErrorCode::unavailable, "no session with the database: " + one_line(reason));
    }
    PQsetNoticeProcessor(handle.get(), log_notice, nullptr);
    Connection connection(std::move(handle));
    if (Result<void> started = connection.start_session(options); !started) {
        Error error = std::move(started).error();
        error.code = error.code == ErrorCode::unknown ? ErrorCode::unavailable : error.code;
        return fail(std::move(error));
    }
    return connection;
}

Result<void> Connection::start_session(const ConnectionOptions& options) {
    std::string sql =
        "SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET client_min_messages = warning;"
        "SET statement_timeout = " +
        std::to_string(options.statement_timeout.count());
    if (!options.role.empty()) {
        char* quoted = PQescapeIdentifier(handle_.get(), options.role.data(), options.role.size());
        if (quoted == nullptr) {
            return fail(ErrorCode::invalid, "database role '" + options.role + "' is not a name");
        }
        sql += std::string("; SET ROLE ") + quoted;
        PQfreemem(quoted);
    }
    SLUICE_TRY(run(sql));
    return {};
}

bool Connection::is_open() const {
    return handle_ != nullptr && PQstatus(handle_.get()) == CONNECTION_OK;
}

bool Connection::check_open() {
    if (!is_open()) {
        return false;
    }
    char byte = 0;
    const auto waiting = recv(PQsocket(handle_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (waiting < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    // The end of the line, or a farewell or a notice with the end behind it: libpq marks the
    // session as lost only when it reads that end itself.
    PQconsumeInput(handle_.get());
    PQconsumeInput(handle_.get());
    return is_open();
}

bool Connection::in_transaction() const {
    if (!is_open()) {
        return false;
    }
    const PGTransactionStatusType status = PQtransactionStatus(handle_.get());
    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

int Connection::backend_pid() const { return PQbackendPID(handle_.get()); }

Error Connection::lost_before_sending() const {
    return {ErrorCode::unavailable, "the database session is lost; nothing was sent", {}};
}

Result<void> Connection::prepare(const Statement& statement) {
    if (prepared_.contains(statement.name)) {
        return {};
    }
    PGresult* answer = PQprepare(handle_.get(), statement.name, statement.sql, 0, nullptr);
    SLUICE_TRY(to_rows(handle_.get(), answer, Progress::nothing_sent, statement.name));
    prepared_.insert(statement.name);
    return {};
}

Result<void> Connection::make_ready(const Statement& statement) {
    SLUICE_INVARIANT(under_way_ == nullptr);
    if (!check_open()) {
        return fail(lost_before_sending());
    }
    return prepare(statement);
}

Result<Rows> Connection::execute(
    const Statement& statement, std::span<const Parameter> parameters
) {
    const WireParameters wire(parameters);
    if (!wire.is_sendable()) {
        return fail(not_sendable(statement));
    }
    SLUICE_TRY(make_ready(statement));
    PGresult* answer = PQexecPrepared(
        handle_.get(), statement.name, wire.size(), wire.values(), wire.lengths(), wire.formats(), 0
    );
    return to_rows(handle_.get(), answer, Progress::under_way, statement.name);
}

Result<void> Connection::send(const Statement& statement, std::span<const Parameter> parameters) {
    const WireParameters wire(parameters);
    if (!wire.is_sendable()) {
        return fail(not_sendable(statement));
    }
    SLUICE_TRY(make_ready(statement));
    const int sent = PQsendQueryPrepared(
        handle_.get(), statement.name, wire.size(), wire.values(), wire.lengths(), wire.formats(), 0
    );
    if (sent == 0) {
        SLUICE_TRY(to_rows(handle_.get(), nullptr, Progress::under_way, statement.name));
    }
    under_way_ = statement.name;
    return {};
}

bool Connection::has_answer() {
    SLUICE_INVARIANT(under_way_ != nullptr);
    return PQconsumeInput(handle_.get()) == 0 || PQisBusy(handle_.get()) == 0;
}

Result<Rows> Connection::take_answer() {
    SLUICE_INVARIANT(under_way_ != nullptr);
    const char* name = std::exchange(under_way_, nullptr);
    // One statement, one answer; a lost session adds one more, which says so.
    PGresult* last = nullptr;
    while (PGresult* next = PQgetResult(handle_.get())) {
        PQclear(last);
        last = next;
    }
    return to_rows(handle_.get(), last, Progress::under_way, name);
}

int Connection::socket() const { return PQsocket(handle_.get()); }

Result<Rows> Connection::execute(
    const Statement& statement, std::initializer_list<Parameter> parameters
) {
    return execute(statement, std::span(parameters.begin(), parameters.size()));
}

Result<Rows> Connection::run(std::string_view sql) {
    if (sql.find('\0') != std::string_view::npos) {
        return fail(ErrorCode::invalid, "an SQL script holds a NUL character");
    }
    SLUICE_INVARIANT(under_way_ == nullptr);
    if (!check_open()) {
        return fail(lost_before_sending());
    }
    PGresult* answer = PQexec(handle_.get(), std::string(sql).c_str());
    return to_rows(handle_.get(), answer, Progress::under_way, "script");
}

}  // namespace sluice::db
