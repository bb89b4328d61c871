#include <gtest/gtest.h>

#include "db/connection.hpp"
#include "support/test_database.hpp"

// What the database refuses whoever asks, the schema's owner with psql included.
namespace sluice::ledger {
namespace {

using sluice::testing::TestDatabase;

class LedgerGuard : public ::testing::Test {
  protected:
    void SetUp() override {
        must(
            "SELECT sluice.open_account('a0000000-0000-0000-0000-000000000001', 1::smallint,"
            " '2002', 'card', 'CNY', '', 0, NULL)"
        );
        must(
            "SELECT sluice.open_account('a0000000-0000-0000-0000-000000000002', 1::smallint,"
            " '1001', 'bank', 'CNY', '', NULL, NULL)"
        );
        must(journal("1", 2));
    }

    void must(const std::string& sql) {
        const Result<db::Rows> done = owner_.run(sql);
        ASSERT_TRUE(done.has_value()) << sql << "\n" << done.error().message;
    }
    std::string sqlstate(db::Connection& connection, const std::string& sql) {
        const Result<db::Rows> done = connection.run(sql);
        return done ? "done" : done.error().context;
    }
    std::string sqlstate(const std::string& sql) { return sqlstate(owner_, sql); }
    std::string post(const std::string& lines) {
        const Result<db::Rows> done = owner_.run(
            "SELECT p.result FROM sluice.post_journal('" + id("f", "9") +
            "', 'test', NULL, NULL, now(), 'test', NULL, " + lines + ") p"
        );
        return done ? std::string((*done)[0].text(0)) : done.error().context;
    }

    static std::string id(const std::string& kind, const std::string& last) {
        return kind + "0000000-0000-0000-0000-00000000000" + last;
    }
    static std::string journal(const std::string& last, int lines) {
        return "INSERT INTO sluice.journal (id, event, book_date, effective_at, n_lines, actor)"
               " VALUES ('" +
               id("f", last) + "', 'test', '2026-01-01', now(), " + std::to_string(lines) +
               ", 'test')";
    }
    /// Lines of journal 1: (line, account, book, currency, side, amount) each.
    static std::string entries(const std::string& lines) {
        return "INSERT INTO sluice.entry (journal_id, line, account_id, book, currency, side,"
               " amount) SELECT '" +
               id("f", "1") + "', * FROM (VALUES " + lines + ") v";
    }
    static std::string line(int number, int side, std::int64_t amount) {
        return "(" + std::to_string(number) + "::smallint, '" + id("a", side == 1 ? "2" : "1") +
               "'::uuid, 1::smallint, 'CNY', " + std::to_string(side) + "::smallint, " +
               std::to_string(amount) + ")";
    }

    TestDatabase database_;
    db::Connection owner_ = database_.connect();
};

TEST_F(LedgerGuard, TakesAJournalThatBalances) {
    EXPECT_EQ(sqlstate(entries(line(1, 1, 100) + "," + line(2, -1, 100))), "done");
}

TEST_F(LedgerGuard, RefusesEntriesThatDoNotBalance) {
    EXPECT_EQ(sqlstate(entries(line(1, 1, 100) + "," + line(2, -1, 99))), "SL002");
    EXPECT_EQ(sqlstate(entries(line(1, 1, 100) + "," + line(2, 1, 100))), "SL002");
}

TEST_F(LedgerGuard, RefusesBalanceAcrossCurrenciesOrBooks) {
    const std::string dollars =
        "(2::smallint, '" + id("a", "1") + "'::uuid, 1::smallint, 'USD', -1::smallint, 100)";
    const std::string custody =
        "(2::smallint, '" + id("a", "1") + "'::uuid, 2::smallint, 'CNY', -1::smallint, 100)";

    EXPECT_EQ(sqlstate(entries(line(1, 1, 100) + "," + dollars)), "SL002");
    EXPECT_EQ(sqlstate(entries(line(1, 1, 100) + "," + custody)), "SL002");
}

TEST_F(LedgerGuard, RefusesAnotherNumberOfLinesThanAnnounced) {
    const std::string four =
        line(1, 1, 1) + "," + line(2, -1, 1) + "," + line(3, 1, 1) + "," + line(4, -1, 1);

    EXPECT_EQ(sqlstate(entries(four)), "SL003");
    EXPECT_EQ(sqlstate(entries(line(1, 1, 1) + "," + line(3, -1, 1))), "SL003");
    EXPECT_EQ(sqlstate(entries(line(0, 1, 1) + "," + line(1, -1, 1))), "SL003");
}

TEST_F(LedgerGuard, RefusesLinesAddedToAFinishedJournal) {
    must(entries(line(1, 1, 100) + "," + line(2, -1, 100)));

    EXPECT_EQ(sqlstate(entries(line(3, 1, 5) + "," + line(4, -1, 5))), "SL003");
}

TEST_F(LedgerGuard, RefusesAmountsOutOfRange) {
    for (const std::int64_t amount : {std::int64_t{0}, std::int64_t{-5}, 9'000'000'000'000'001}) {
        EXPECT_EQ(sqlstate(entries(line(1, 1, amount) + "," + line(2, -1, amount))), "23514")
            << amount;
    }
}

TEST_F(LedgerGuard, NothingPostedIsChangedOrDeleted) {
    must(entries(line(1, 1, 100) + "," + line(2, -1, 100)));

    for (const char* sql : {
             "UPDATE sluice.entry SET amount = amount + 1",
             "UPDATE sluice.entry SET amount = amount",
             "DELETE FROM sluice.entry",
             "TRUNCATE sluice.entry",
             "UPDATE sluice.journal SET actor = 'other'",
             "DELETE FROM sluice.journal",
             "TRUNCATE sluice.journal CASCADE",
             "SET session_replication_role = replica; DELETE FROM sluice.entry",
         }) {
        EXPECT_EQ(sqlstate(sql), "SL004") << sql;
        must("RESET session_replication_role");
    }
}

TEST_F(LedgerGuard, ABalanceRowNeverGoesBelowItsFloorWhoeverMovesIt) {
    EXPECT_EQ(sqlstate("UPDATE sluice.balance SET held = 1"), "23514");
    EXPECT_EQ(sqlstate("UPDATE sluice.balance SET dr = 1"), "23514");
}

TEST_F(LedgerGuard, AHoldNeverGivesMoreThanItHas) {
    must(
        "INSERT INTO sluice.hold (id, account_id, amount, order_id) VALUES ('" + id("b", "1") +
        "', '" + id("a", "1") + "', 100, '" + id("c", "1") + "')"
    );

    EXPECT_EQ(sqlstate("UPDATE sluice.hold SET captured = 60, released = 41"), "23514");
    EXPECT_EQ(sqlstate("UPDATE sluice.hold SET captured = 60, released = 40"), "done");
}

TEST_F(LedgerGuard, TheProgramsRoleWritesTheLedgerOnlyThroughItsFunctions) {
    db::Connection app = database_.connect({.statement_timeout = {}, .role = "sluice_app"});

    for (const char* table :
         {"journal",
          "entry",
          "balance",
          "account",
          "hold",
          "gl",
          "book",
          "schema_migration",
          "payment",
          "instruction",
          "flow_journal",
          "event"}) {
        const std::string name = std::string("sluice.") + table;
        EXPECT_EQ(sqlstate(app, "INSERT INTO " + name + " SELECT * FROM " + name), "42501") << name;
        EXPECT_EQ(sqlstate(app, "DELETE FROM " + name), "42501") << name;
        EXPECT_EQ(sqlstate(app, "SELECT 1 FROM " + name), "done") << name;
    }
    EXPECT_EQ(sqlstate(app, "SELECT sluice.insert_entries(NULL, NULL, NULL, NULL)"), "42501");
}

TEST_F(LedgerGuard, PostingAnswersARefusalAndChangesNothing) {
    const std::string card = id("a", "1");
    const std::string bank = id("a", "2");
    const auto lines = [](const std::string& debit, const std::string& credit, const char* amount) {
        return "ARRAY['" + debit + "','" + credit + "']::uuid[], ARRAY[1,-1]::smallint[], ARRAY[" +
               amount + "," + amount + "]::bigint[]";
    };

    EXPECT_EQ(post(lines(card, bank, "1")), "insufficient_balance");
    EXPECT_EQ(post(lines(id("d", "7"), bank, "1")), "account_not_found");
    EXPECT_EQ(post(lines(bank, card, "10")), "posted");
    EXPECT_EQ(post(lines(bank, card, "10")), "repeated");
    EXPECT_EQ(post(lines(bank, card, "11")), "conflict");
    EXPECT_EQ(post(lines(card, bank, "10")), "conflict");
    const Result<db::Rows> balance =
        owner_.run("SELECT dr, cr, seq FROM sluice.balance WHERE account_id = '" + card + "'");
    EXPECT_EQ((*balance)[0].int64(0), 0);
    EXPECT_EQ((*balance)[0].int64(1), 10);
    EXPECT_EQ((*balance)[0].int64(2), 1);
}

TEST_F(LedgerGuard, AJournalIsReversedAtMostOnce) {
    must(entries(line(1, 1, 100) + "," + line(2, -1, 100)));
    const auto reverse = [&](const std::string& last) {
        const Result<db::Rows> done = owner_.run(
            "SELECT p.result FROM sluice.post_journal('" + id("f", last) +
            "', 'reversal', NULL, NULL, now(), 'test', '" + id("f", "1") + "', ARRAY['" +
            id("a", "2") + "','" + id("a", "2") +
            "']::uuid[], ARRAY[1,-1]::smallint[], ARRAY[5,5]::bigint[]) p"
        );
        return done ? std::string((*done)[0].text(0)) : done.error().message;
    };

    EXPECT_EQ(reverse("2"), "posted");
    EXPECT_EQ(reverse("2"), "repeated");
    EXPECT_EQ(reverse("3"), "already_reversed");
}

TEST_F(LedgerGuard, TheChecksFindWhatIsPlanted) {
    EXPECT_EQ(database_.unsound().size(), 1U) << "journal 1 has no lines yet";
    must(entries(line(1, 1, 100) + "," + line(2, -1, 100)));

    // The entry carries no number and moved no balance row; and a hold that nothing keeps back.
    must(
        "INSERT INTO sluice.hold (id, account_id, amount, order_id) VALUES ('" + id("b", "1") +
        "', '" + id("a", "1") + "', 100, '" + id("c", "1") + "')"
    );

    std::string all;
    for (const std::string& found : database_.unsound()) {
        all += found + "\n";
    }
    for (const char* check :
         {"balance_is_sum_of_entries.sql",
          "entry_numbers_have_no_gap.sql",
          "held_is_sum_of_open_holds.sql"}) {
        EXPECT_NE(all.find(check), std::string::npos) << check << " in\n" << all;
    }
    EXPECT_EQ(all.find("trial_balance"), std::string::npos) << all;
}

}  // namespace
}  // namespace sluice::ledger
