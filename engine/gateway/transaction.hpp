#pragma once

#include <utility>

#include "core/result.hpp"
#include "db/connection.hpp"

namespace sluice::gateway {

/// Several statements that happen together or not at all. Rolls back when it ends without
/// commit(); a rollback that fails leaves a session the pool throws away. One stack, one thread.
class Transaction {
  public:
    static Result<Transaction> begin(db::Connection& connection) {
        SLUICE_TRY(connection.run("BEGIN"));
        return Transaction(connection);
    }
    ~Transaction() {
        if (connection_ != nullptr) {
            const auto ignored = connection_->run("ROLLBACK");
            static_cast<void>(ignored);
        }
    }
    Transaction(Transaction&& other) noexcept
        : connection_(std::exchange(other.connection_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;

    /// `unknown` when the session is lost meanwhile.
    Result<void> commit() {
        SLUICE_TRY(std::exchange(connection_, nullptr)->run("COMMIT"));
        return {};
    }

  private:
    explicit Transaction(db::Connection& connection) : connection_(&connection) {}

    db::Connection* connection_;
};

}  // namespace sluice::gateway
