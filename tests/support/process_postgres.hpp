#pragma once

#include <filesystem>
#include <string>

#include "db/connection.hpp"

namespace sluice::testing {

/// A PostgreSQL with durability on, which a test may stop as a power cut would, and start again. In
/// a folder under /tmp; a watcher process ends it and removes the folder when the test program is
/// gone, however it went. Make it before any thread starts. One thread at a time. Throws when the
/// machine has no PostgreSQL: a failure, not a skip.
class DurableServer {
  public:
    /// The one of this test program, started on first use.
    static DurableServer& instance();

    DurableServer(const DurableServer&) = delete;
    DurableServer& operator=(const DurableServer&) = delete;

    /// For whatever else the test program writes; removed with the server.
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::string conninfo_of(const std::string& database) const;
    /// A session as the owner of everything.
    [[nodiscard]] db::Connection connect(const std::string& database) const;
    /// An empty database; dropped with what is connected to it by drop_database().
    void create_database(const std::string& name);
    void drop_database(const std::string& name);

    /// `pg_ctl stop -m immediate`: every session is cut, nothing is flushed. Returns when the
    /// server is gone; the next start recovers from its log.
    void stop_immediately();
    /// Starts again after stop_immediately(); returns when it answers.
    void start_again();

  private:
    DurableServer();

    std::filesystem::path folder_;
    std::string conninfo_;
};

}  // namespace sluice::testing
