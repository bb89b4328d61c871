#include "db/migrate.hpp"

#include <cstdlib>
#include <fstream>
#include <future>

#include <gtest/gtest.h>

#include "support/test_database.hpp"

namespace sluice::db {
namespace {

using sluice::testing::TestDatabase;
using Names = std::vector<std::string>;

class Migrations : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = "/tmp/sluice-migrate-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        std::filesystem::create_directories(folder_ / "migrations");
        std::filesystem::create_directories(folder_ / "functions");
        write("roles.sql", "SELECT 1;");
        write(
            "functions/one.sql",
            "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql "
            "AS 'SELECT 1';"
        );
        write("migrations/0001_first.sql", "CREATE TABLE first (n integer);");
        write(
            "migrations/0002_second.sql",
            "CREATE TABLE second (n integer); "
            "INSERT INTO second VALUES (1);"
        );
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name) << text;
    }
    Result<MigrationReport> migrate_now() { return migrate(connection_, folder_); }
    /// The refusal's text, after checking that it is a `conflict`.
    std::string conflict() {
        const Result<MigrationReport> report = migrate_now();
        EXPECT_FALSE(report.has_value());
        EXPECT_EQ(report ? ErrorCode::invalid : report.error().code, ErrorCode::conflict);
        return report ? "" : report.error().message;
    }
    bool has_table(const std::string& name) {
        return !(*connection_.run("SELECT to_regclass('" + name + "')"))[0].is_null(0);
    }

    std::filesystem::path folder_;
    TestDatabase database_{TestDatabase::Content::empty};
    Connection connection_ = database_.connect();
};

TEST_F(Migrations, AreAppliedOnceAndInOrder) {
    const Result<MigrationReport> first = migrate_now();
    ASSERT_TRUE(first.has_value()) << first.error().message;
    EXPECT_EQ(first->applied, (Names{"0001_first.sql", "0002_second.sql"}));
    EXPECT_TRUE(first->code_applied);

    const Result<MigrationReport> again = migrate_now();

    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(again->applied, Names{});
    EXPECT_FALSE(again->code_applied);
}

TEST_F(Migrations, OnlyWhatIsNewIsApplied) {
    ASSERT_TRUE(migrate_now().has_value());
    write("migrations/0003_third.sql", "CREATE TABLE third (n integer);");

    const Result<MigrationReport> report = migrate_now();

    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_EQ(report->applied, Names{"0003_third.sql"});
    EXPECT_TRUE(has_table("third"));
}

TEST_F(Migrations, FunctionsAndRolesAreAppliedAgainWhenTheyChange) {
    ASSERT_TRUE(migrate_now().has_value());
    write(
        "functions/one.sql",
        "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql "
        "AS 'SELECT 11';"
    );

    const Result<MigrationReport> report = migrate_now();

    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_TRUE(report->code_applied);
    EXPECT_EQ((*connection_.run("SELECT one()"))[0].int64(0), 11);
}

TEST_F(Migrations, AnEditedFileIsRefusedByName) {
    ASSERT_TRUE(migrate_now().has_value());
    write("migrations/0001_first.sql", "CREATE TABLE first (n bigint);");
    write("migrations/0003_third.sql", "CREATE TABLE third (n integer);");

    EXPECT_NE(conflict().find("0001_first.sql"), std::string::npos);
    EXPECT_FALSE(has_table("third"));
}

TEST_F(Migrations, AGapIsRefusedBeforeAnythingIsApplied) {
    write("migrations/0004_fourth.sql", "CREATE TABLE fourth (n integer);");

    EXPECT_NE(
        conflict().find("0004_fourth.sql follows number 2, wanted number 3"), std::string::npos
    );
    EXPECT_FALSE(has_table("first"));
}

TEST_F(Migrations, ANumberUsedTwiceIsRefused) {
    write("migrations/0002_other.sql", "SELECT 1;");

    EXPECT_NE(conflict().find("0002_second.sql"), std::string::npos);
}

TEST_F(Migrations, ANameWithoutANumberIsRefused) {
    write("migrations/third.sql", "SELECT 1;");

    EXPECT_NE(conflict().find("third.sql is not named NNNN_name.sql"), std::string::npos);
}

TEST_F(Migrations, ADatabaseAheadOfTheFolderIsRefused) {
    ASSERT_TRUE(migrate_now().has_value());
    std::filesystem::remove(folder_ / "migrations/0002_second.sql");

    EXPECT_NE(
        conflict().find("0002_second.sql, which this version does not know"), std::string::npos
    );
}

TEST_F(Migrations, ABrokenFileIsRolledBackAndThoseBeforeItStay) {
    write("migrations/0002_second.sql", "CREATE TABLE second (n integer); SELECT 1 / 0;");

    const Result<MigrationReport> report = migrate_now();

    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code, ErrorCode::corrupt);
    EXPECT_NE(report.error().message.find("0002_second.sql"), std::string::npos);
    EXPECT_TRUE(has_table("first"));
    EXPECT_FALSE(has_table("second"));
}

TEST_F(Migrations, AFileThatEndsItsTransactionIsRefused) {
    write("migrations/0003_third.sql", "COMMIT;");

    EXPECT_NE(conflict().find("ended its transaction"), std::string::npos);
}

TEST_F(Migrations, AMissingFolderIsNamed) {
    const Result<MigrationReport> report = migrate(connection_, "/nonexistent");

    ASSERT_FALSE(report.has_value());
    EXPECT_NE(report.error().message.find("/nonexistent/migrations"), std::string::npos);
}

TEST_F(Migrations, NodesThatStartAtOnceShareTheWork) {
    std::vector<std::future<Result<MigrationReport>>> nodes;
    for (int node = 0; node < 4; ++node) {
        nodes.push_back(std::async(std::launch::async, [this] {
            Connection own = database_.connect();
            return migrate(own, folder_);
        }));
    }

    std::size_t applied = 0;
    for (auto& node : nodes) {
        const Result<MigrationReport> report = node.get();
        ASSERT_TRUE(report.has_value()) << report.error().message;
        applied += report->applied.size();
    }

    EXPECT_EQ(applied, 2U);
    EXPECT_EQ((*connection_.run("SELECT count(*) FROM second"))[0].int64(0), 1);
}

TEST(ProjectMigrations, LeaveASoundDatabase) {
    const TestDatabase database;

    EXPECT_EQ(database.unsound(), std::vector<std::string>{});
}

}  // namespace
}  // namespace sluice::db
