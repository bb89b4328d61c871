// What migrations make of books that were written before them.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/migrate.hpp"
#include "support/test_database.hpp"

namespace sluice::ledger {
namespace {

namespace fs = std::filesystem;
using sluice::testing::TestDatabase;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OldBooks : public ::testing::Test {
  protected:
    /// The books as they were before: a card that got 100 and gave 30.
    void SetUp() override {
        std::string pattern = "/tmp/sluice-books-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        fs::create_directories(folder_ / "migrations");
        fs::create_directories(folder_ / "functions");
        std::ofstream(folder_ / "roles.sql") << "SELECT 1;";
        for (const auto& file : fs::directory_iterator(TestDatabase::db_dir() / "migrations")) {
            if (file.path().filename() < "0009") {
                fs::copy(file.path(), folder_ / "migrations");
            }
        }
        const auto before = db::migrate(owner_, folder_);
        ASSERT_TRUE(before.has_value()) << before.error().message;
        must(R"(
            INSERT INTO sluice.account (id, book, gl, owner, currency) VALUES
                ('a0000000-0000-0000-0000-000000000001', 1, '2002', 'card', 'CNY'),
                ('a0000000-0000-0000-0000-000000000002', 1, '1001', 'bank', 'CNY');
            INSERT INTO sluice.balance (account_id, sign, floor, dr, cr, seq) VALUES
                ('a0000000-0000-0000-0000-000000000001', -1, 0, 30, 100, 2);
            UPDATE sluice.account SET status = 'closed' WHERE owner = 'card';)");
        book("1", "1, '2', 1, 100, NULL", "2, '1', -1, 100, 1");
        book("2", "1, '1', 1, 30, 2", "2, '2', -1, 30, NULL");
    }
    void TearDown() override { fs::remove_all(folder_); }

    /// A line: number, last digit of the account, side, amount, number among the account's.
    void book(const std::string& journal, const std::string& first, const std::string& second) {
        const std::string id = "'f0000000-0000-0000-0000-00000000000" + journal + "'";
        must(
            "INSERT INTO sluice.journal (id, event, book_date, effective_at, n_lines, actor) "
            "VALUES (" +
            id +
            ", 'test', '2026-01-01', now(), 2, 'test');"
            "INSERT INTO sluice.entry (journal_id, line, account_id, book, currency, side, amount,"
            " acct_seq) SELECT " +
            id +
            ", v.line, ('a0000000-0000-0000-0000-00000000000' || v.account)::uuid, 1, 'CNY',"
            " v.side, v.amount, v.number FROM (VALUES (" +
            first + "), (" + second + ")) AS v (line, account, side, amount, number)"
        );
    }
    /// 20 of the card are kept back; its instruction says `status`.
    void hold(const std::string& status) {
        const std::string id = "'b0000000-0000-0000-0000-000000000001'";
        const std::string card = "'a0000000-0000-0000-0000-000000000001'";
        must(
            "UPDATE sluice.balance SET held = 20;"
            "INSERT INTO sluice.hold (id, account_id, amount, order_id) VALUES (" +
            id + ", " + card + ", 20, " + id +
            ");"
            "INSERT INTO sluice.instruction (id, payment_id, leg, kind, channel, channel_account,"
            " scene, account_id, currency, amount, status, merchant, created_at) VALUES (" +
            id + ", " + id + ", 1, 'internal', 'prepaid_card', '', '', " + card + ", 'CNY', 20, '" +
            status + "', '', now())"
        );
    }
    void must(const std::string& sql) {
        const auto done = owner_.run(sql);
        ASSERT_TRUE(done.has_value()) << sql << "\n" << done.error().message;
    }
    std::string value(const std::string& sql) {
        const auto rows = owner_.run(sql);
        EXPECT_TRUE(rows.has_value()) << rows.error().message;
        return std::string((*rows)[0].text(0));
    }
    Result<db::MigrationReport> migrate_now() {
        return db::migrate(owner_, TestDatabase::db_dir());
    }

    fs::path folder_;
    TestDatabase database_{TestDatabase::Content::empty};
    db::Connection owner_ = database_.connect();
};

TEST_F(OldBooks, KeepTheirEntriesAsLinesOfTheirJournals) {
    const auto report = migrate_now();

    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_EQ(
        value("SELECT string_agg(right(journal_id::text, 1) || line || right(account_id::text, 1)"
              " || ':' || side * amount, ' ' ORDER BY journal_id, line) FROM sluice.entry"),
        "112:100 121:-100 211:30 222:-30"
    );
    EXPECT_EQ(
        value("SELECT string_agg(number || ':' || right(journal_id::text, 1) || line, ' ' "
              "ORDER BY number) FROM sluice.account_entry"),
        "1:12 2:21"
    );
    EXPECT_EQ(value("SELECT currency || ' ' || open::text FROM sluice.balance"), "CNY false");
    EXPECT_THAT(database_.unsound(TestDatabase::promises_of_runs()), IsEmpty());
}

TEST_F(OldBooks, AreRefusedWithAJournalInTwoCurrencies) {
    must(R"(
        INSERT INTO sluice.journal (id, event, book_date, effective_at, n_lines, actor) VALUES
            ('f0000000-0000-0000-0000-000000000003', 'test', '2026-01-01', now(), 4, 'test');
        INSERT INTO sluice.entry (journal_id, line, account_id, book, currency, side, amount)
        SELECT 'f0000000-0000-0000-0000-000000000003', n,
            'a0000000-0000-0000-0000-000000000002', 1, CASE WHEN n < 3 THEN 'CNY' ELSE 'USD' END,
            CASE n % 2 WHEN 1 THEN 1 ELSE -1 END, 5
        FROM generate_series(1, 4) AS s (n);)");

    const auto report = migrate_now();

    ASSERT_FALSE(report.has_value());
    EXPECT_THAT(report.error().message, HasSubstr("several books or currencies"));
    EXPECT_EQ(value("SELECT count(*)::text FROM sluice.entry"), "8") << "nothing is half done";
}

TEST_F(OldBooks, KeepTheirHoldsAsInstructionsThatArePending) {
    hold("pending");

    const auto report = migrate_now();

    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_THAT(database_.unsound(TestDatabase::promises_of_runs()), IsEmpty());
    EXPECT_EQ(value("SELECT held::text FROM sluice.balance"), "20");
}

TEST_F(OldBooks, AreRefusedWithAHoldThatItsInstructionContradicts) {
    hold("released");

    const auto report = migrate_now();

    ASSERT_FALSE(report.has_value());
    EXPECT_THAT(report.error().message, HasSubstr("a hold and its instruction do not agree"));
}

}  // namespace
}  // namespace sluice::ledger
