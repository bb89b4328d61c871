#include <algorithm>

#include <gmock/gmock.h>
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
    /// A journal of these accounts (digits of ids) and amounts, both as array literals' contents.
    static std::string journal(
        const std::string& last, const std::string& accounts, const std::string& amounts
    ) {
        std::string ids;
        for (const char account : accounts) {
            ids += (ids.empty() ? "" : ",") +
                   (account == '-' ? std::string("NULL") : id("a", std::string(1, account)));
        }
        return "INSERT INTO sluice.journal (id, event, book_date, effective_at, actor, book,"
               " currency, accounts, amounts) VALUES ('" +
               id("f", last) + "', 'test', '2026-01-01', now(), 'test', 1, 'CNY', '{" + ids +
               "}', '{" + amounts + "}')";
    }

    TestDatabase database_;
    db::Connection owner_ = database_.connect();
};

TEST_F(LedgerGuard, TakesAJournalThatBalances) {
    EXPECT_EQ(sqlstate(journal("1", "21", "100,-100")), "done");
    EXPECT_EQ(sqlstate(journal("2", "212", "100,-70,-30")), "done");
    EXPECT_EQ(sqlstate(journal("3", "2121", "100,-70,-40,10")), "done");
    EXPECT_EQ(sqlstate(journal("4", "21212", "100,-70,-40,9,1")), "done");
}

TEST_F(LedgerGuard, RefusesEntriesThatDoNotBalance) {
    for (const std::string amounts :
         {"100,-99",
          "100,100",
          "-100,-100",
          "100,NULL",
          "100,-100,1",
          "100,-100,NULL",
          "100,-100,0",
          "100,-70,-40,11",
          "100,-70,-40,9,2",
          "9223372036854775807,1"}) {
        const auto lines = static_cast<std::size_t>(std::ranges::count(amounts, ',')) + 1;
        const std::string accounts = std::string("21212").substr(0, lines);
        EXPECT_EQ(sqlstate(journal("1", accounts, amounts)), "23514") << amounts;
    }
}

TEST_F(LedgerGuard, RefusesEntriesThatDoNotBalanceWhereTriggersAreOff) {
    must("SET session_replication_role = replica");

    EXPECT_EQ(sqlstate(journal("1", "21", "100,-99")), "23514");
}

TEST_F(LedgerGuard, RefusesLinesWithoutAccountAndJournalsWithoutLines) {
    for (const auto& [accounts, amounts] : std::vector<std::pair<const char*, const char*>>{
             {"", ""}, {"2", "0"}, {"2", "100,-100"}, {"211", "100,-100"}, {"2-", "100,-100"}
         }) {
        EXPECT_EQ(sqlstate(journal("1", accounts, amounts)), "23514") << accounts << " " << amounts;
    }
}

TEST_F(LedgerGuard, RefusesAmountsOutOfRange) {
    for (const char* amounts :
         {"0,0", "9000000000000001,-9000000000000001", "5,-9000000000000001,8999999999999996"}) {
        const std::string accounts = amounts[0] == '5' ? "212" : "21";
        EXPECT_EQ(sqlstate(journal("1", accounts, amounts)), "23514") << amounts;
    }
    EXPECT_EQ(sqlstate(journal("1", "21", "9000000000000000,-9000000000000000")), "done");
}

TEST_F(LedgerGuard, PostingRefusesAmountsAndSidesThatAreNone) {
    const std::string accounts = "ARRAY['" + id("a", "2") + "','" + id("a", "1") + "']::uuid[], ";

    EXPECT_EQ(post(accounts + "'{-1,1}', '{-10,-10}'"), "23514");
    EXPECT_EQ(post(accounts + "'{2,-2}', '{10,10}'"), "23514");
    EXPECT_EQ(post(accounts + "'{1,-1}', '{10,11}'"), "23514");
}

TEST_F(LedgerGuard, PostingRefusesAccountsOfSeveralBooksOrCurrencies) {
    must(
        "SELECT sluice.open_account('a0000000-0000-0000-0000-000000000003', 1::smallint,"
        " '1001', 'bank', 'USD', '', NULL, NULL);"
        "SELECT sluice.open_account('a0000000-0000-0000-0000-000000000004', 2::smallint,"
        " '1001', 'bank', 'CNY', '', NULL, NULL)"
    );

    for (const char* other : {"3", "4"}) {
        EXPECT_EQ(
            post(
                "ARRAY['" + id("a", other) + "','" + id("a", "1") +
                "']::uuid[], '{1,-1}', '{10,10}'"
            ),
            "SL002"
        ) << other;
    }
    const Result<db::Rows> booked = owner_.run("SELECT count(*) FROM sluice.journal");
    EXPECT_EQ((*booked)[0].int64(0), 0);
}

TEST_F(LedgerGuard, NothingPostedIsChangedOrDeleted) {
    must(journal("1", "21", "100,-100"));

    for (const char* sql : {
             "UPDATE sluice.journal SET amounts = '{200,-200}'",
             "UPDATE sluice.journal SET amounts = amounts",
             "UPDATE sluice.journal SET actor = 'other'",
             "DELETE FROM sluice.journal",
             "TRUNCATE sluice.journal CASCADE",
             "SET session_replication_role = replica; DELETE FROM sluice.journal",
             "UPDATE sluice.account_entry SET number = number + 1",
             "DELETE FROM sluice.account_entry",
             "TRUNCATE sluice.account_entry",
             "SET session_replication_role = replica; DELETE FROM sluice.account_entry",
         }) {
        EXPECT_EQ(sqlstate(sql), "SL004") << sql;
        must("RESET session_replication_role");
    }
}

TEST_F(LedgerGuard, ABalanceRowNeverGoesBelowItsFloorWhoeverMovesIt) {
    EXPECT_EQ(sqlstate("UPDATE sluice.balance SET held = 1"), "23514");
    EXPECT_EQ(sqlstate("UPDATE sluice.balance SET dr = 1"), "23514");
}

TEST_F(LedgerGuard, TheProgramsRoleWritesTheLedgerOnlyThroughItsFunctions) {
    db::Connection app = database_.connect({.statement_timeout = {}, .role = "sluice_app"});

    for (const char* table :
         {"journal",
          "account_entry",
          "balance",
          "account",
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
    EXPECT_EQ(sqlstate(app, "SELECT sluice.move_balances(NULL, NULL, NULL, NULL)"), "42501");
    EXPECT_EQ(sqlstate(app, "SELECT count(*) FROM sluice.entry"), "done");
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
    must(journal("1", "21", "100,-100"));
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
    EXPECT_THAT(database_.unsound(), ::testing::IsEmpty());
    must(journal("1", "21", "100,-100"));

    // The entry carries no number and moved no balance row; and a hold that nothing keeps back.
    must(
        "INSERT INTO sluice.instruction (id, run_id, leg, kind, channel, channel_account, "
        "scene,"
        " account_id, currency, amount, status, merchant, created_at) VALUES ('" +
        id("b", "1") + "', '" + id("c", "1") + "', 1, 'internal', 'prepaid_card', '', '', '" +
        id("a", "1") + "', 'CNY', 100, 'pending', '', now())"
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
