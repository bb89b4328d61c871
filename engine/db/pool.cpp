#include "db/pool.hpp"

#include <utility>

namespace sluice::db {
namespace {

/// Prepared statements keep their plans: one made while a table was empty would read it whole.
constexpr std::string_view kKeepToIndexes = "SET enable_seqscan = off";

Result<Connection> open_reader(const std::string& conninfo, const ConnectionOptions& options) {
    SLUICE_ASSIGN(Connection connection, Connection::open(conninfo, options));
    SLUICE_TRY(connection.run(kKeepToIndexes));
    return connection;
}

}  // namespace

Pool::Lease::Lease(Pool& pool, Connection connection)
    : pool_(&pool), connection_(std::move(connection)) {}

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}

Pool::Lease::~Lease() {
    if (pool_ != nullptr) {
        pool_->give_back(std::move(connection_));
    }
}

Pool::Pool(std::string conninfo, PoolOptions options)
    : conninfo_(std::move(conninfo)), options_(std::move(options)) {}

Result<void> Pool::take_place(std::unique_ptr<Connection>& idle) {
    const auto deadline = std::chrono::steady_clock::now() + options_.wait_max;
    const MutexLock lock(mutex_);
    while (on_loan_ >= options_.connections_max) {
        if (returned_.wait_until(mutex_, deadline) == std::cv_status::timeout &&
            on_loan_ >= options_.connections_max) {
            return fail(
                ErrorCode::unavailable,
                "all " + std::to_string(options_.connections_max) +
                    " database sessions for readers stayed busy for " +
                    std::to_string(options_.wait_max.count()) + " ms"
            );
        }
    }
    ++on_loan_;
    if (!idle_.empty()) {
        idle = std::make_unique<Connection>(std::move(idle_.back()));
        idle_.pop_back();
    }
    return {};
}

Result<Pool::Lease> Pool::acquire() {
    std::unique_ptr<Connection> idle;
    SLUICE_TRY(take_place(idle));
    if (idle && idle->check_open()) {
        return Lease(*this, std::move(*idle));
    }
    Result<Connection> fresh = open_reader(conninfo_, options_.connection);
    if (!fresh) {
        free_place();
        return fail(std::move(fresh).error());
    }
    return Lease(*this, std::move(*fresh));
}

void Pool::give_back(Connection connection) {
    const bool usable = connection.is_open() && !connection.in_transaction();
    const MutexLock lock(mutex_);
    --on_loan_;
    if (usable) {
        idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
}

void Pool::free_place() {
    const MutexLock lock(mutex_);
    --on_loan_;
    returned_.notify_one();
}

}  // namespace sluice::db
