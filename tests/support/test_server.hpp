#pragma once

#include <string>

namespace sluice::testing {

/// The PostgreSQL that this test program uses: the one of SLUICE_TEST_PG (a conninfo of a
/// superuser, set by the test runner), else a private one in a folder under /tmp, shared by all
/// tests of the program. A watcher process stops it and removes the folder when the program ends,
/// however it ends. A machine without PostgreSQL throws: a failure, not a skip.
class TestServer {
  public:
    static const TestServer& instance();

    /// For a database of that name on the server.
    [[nodiscard]] std::string conninfo_of(const std::string& database) const;

  private:
    TestServer();

    std::string conninfo_;
};

}  // namespace sluice::testing
