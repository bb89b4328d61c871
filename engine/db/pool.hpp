#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/mutex.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"

namespace sluice::db {

struct PoolOptions {
    std::size_t connections_max = 4;
    std::chrono::milliseconds wait_max{2000};
    ConnectionOptions connection;
};

/// A few sessions for readers that come and go (API queries, pages), whose plans keep to indexes.
/// Workers do not use it: their session carries locks. Opens sessions when they are first needed,
/// replaces dead ones, gives up (`unavailable`) rather than queue. Any thread; outlives its leases.
class Pool {
  public:
    /// A session on loan to one thread; goes back when it ends. A session that was lost, or left
    /// inside a transaction, is thrown away instead.
    class Lease {
      public:
        Lease(Pool& pool, Connection connection);
        ~Lease();
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&&) = delete;

        Connection& operator*() { return connection_; }
        Connection* operator->() { return &connection_; }

      private:
        Pool* pool_;
        Connection connection_;
    };

    Pool(std::string conninfo, PoolOptions options);

    /// Blocks up to wait_max for a free place, and on the network when a session must be opened.
    Result<Lease> acquire();

  private:
    Result<void> take_place(std::unique_ptr<Connection>& idle);
    void give_back(Connection connection);
    void free_place();

    const std::string conninfo_;
    const PoolOptions options_;
    Mutex mutex_;
    ConditionVariable returned_;
    std::vector<Connection> idle_ SLUICE_GUARDED_BY(mutex_);
    std::size_t on_loan_ SLUICE_GUARDED_BY(mutex_) = 0;
};

}  // namespace sluice::db
