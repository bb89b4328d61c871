#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "db/connection.hpp"

namespace sluice::testing {

/// A fresh database with every migration and function applied, for one test; dropped at the end.
/// Copied from a template that is migrated once per version of db/, so it costs tens of
/// milliseconds. Throws when there is no server: a failure, not a skip.
class TestDatabase {
  public:
    enum class Content { migrated, empty };

    explicit TestDatabase(Content content = Content::migrated);
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    /// As the schema's owner; `ConnectionOptions.role = "sluice_app"` gives the program's rights.
    [[nodiscard]] std::string conninfo() const;
    [[nodiscard]] const std::string& name() const { return name_; }
    /// A session as the owner; throws when it cannot be opened.
    [[nodiscard]] db::Connection connect(const db::ConnectionOptions& options = {}) const;
    /// Runs db/checks/*.sql but for those named; each line names a check and a row it found. Empty:
    /// the books are sound.
    [[nodiscard]] std::vector<std::string> unsound(const std::vector<std::string>& but_for = {})
        const;
    /// What runs promise and commits keep. Rows that a test wrote by hand have neither.
    static const std::vector<std::string>& promises_of_runs();

    /// The project's db/ folder.
    static std::filesystem::path db_dir();

  private:
    std::string name_;
};

}  // namespace sluice::testing
