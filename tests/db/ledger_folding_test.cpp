// Balances of deferred accounts: the folded part and the entries since are the sum of all entries,
// whoever posts meanwhile.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "ledger/folding.hpp"
#include "ledger/ledger_store.hpp"
#include "support/process_wait.hpp"
#include "support/test_database.hpp"

namespace sluice::ledger {
namespace {

using sluice::testing::eventually;
using sluice::testing::TestDatabase;

constexpr db::Statement kBalanceAndSum = {
    "folding_balance_and_sum",
    "SELECT b.balance, (SELECT coalesce(sum(e.side * e.amount), 0)::bigint FROM sluice.entry e"
    " WHERE e.account_id = $1) FROM sluice.ledger_balance($1) b"
};

class LedgerFolding : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(database_.unsound(), std::vector<std::string>{}); }

    AccountId open(std::string_view gl) {
        return *LedgerStore(connection_)
                    .open_account({
                        .key = {.gl = gl, .owner = "house", .currency = "CNY"},
                        .floor_minor = std::nullopt,
                        .ceil_minor = std::nullopt,
                    });
    }
    /// Debits what is in transit by one fen more each time, so that no two sums are alike.
    void post(db::Connection& connection, std::int64_t amount) {
        const Id128 id{random_.next(), random_.next()};
        const auto posted = connection.run(
            "SELECT result FROM sluice.post_journal('" + id.to_uuid() +
            "', 'test', NULL, NULL, now(), 'test', NULL, ARRAY['" + transit_.raw().to_uuid() +
            "', '" + pending_.raw().to_uuid() + "']::uuid[], '{1,-1}', '{" +
            std::to_string(amount) + "," + std::to_string(amount) + "}')"
        );
        ASSERT_TRUE(posted.has_value()) << posted.error().message;
        ASSERT_EQ((*posted)[0].text(0), "posted");
    }
    std::int64_t fold(std::int64_t transactions = 1'000'000) {
        return fold_balances(connection_, transactions).value();
    }
    std::int64_t balance() { return LedgerStore(connection_).find(transit_)->balance.minor(); }
    std::string folded() {
        const auto rows = connection_.run(
            "SELECT coalesce(sum(dr), 0)::text FROM sluice.folded_balance WHERE account_id = '" +
            transit_.raw().to_uuid() + "'"
        );
        return std::string((*rows)[0].text(0));
    }

    void must(const std::string& sql) {
        const auto done = connection_.run(sql);
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    /// Ranges of the journal that every reader of young journals must look at.
    std::int64_t not_in_index() {
        const auto rows = connection_.run("SELECT brin_summarize_new_values('sluice.journal_xid')");
        return (*rows)[0].int64(0);
    }

    TestDatabase database_;
    db::Connection connection_ = database_.connect();
    SeededRandom random_{5};
    AccountId transit_ = open(kPaymentInTransit);
    AccountId pending_ = open(kMerchantPending);
};

TEST_F(LedgerFolding, ChangesNoBalance) {
    post(connection_, 100);
    post(connection_, 20);
    EXPECT_EQ(balance(), 120);

    EXPECT_EQ(fold(), 0);
    EXPECT_EQ(folded(), "120");
    EXPECT_EQ(balance(), 120);
    EXPECT_EQ(fold(), 0);
    post(connection_, 3);

    EXPECT_EQ(folded(), "120");
    EXPECT_EQ(balance(), 123);
    EXPECT_EQ(fold(), 0);
    EXPECT_EQ(folded(), "123");
}

TEST_F(LedgerFolding, MissesNobodyWhoCommitsLate) {
    db::Connection slow = database_.connect();
    ASSERT_TRUE(slow.run("BEGIN"));
    post(slow, 1'000);
    post(connection_, 20);

    fold();
    EXPECT_EQ(balance(), 20) << "what is not committed does not count";
    ASSERT_TRUE(slow.run("COMMIT"));

    EXPECT_EQ(balance(), 1'020);
    fold();
    EXPECT_EQ(folded(), "1020");
    EXPECT_EQ(balance(), 1'020);
}

TEST_F(LedgerFolding, GoesOnlySoFarAtATime) {
    for (int i = 0; i < 5; ++i) {
        post(connection_, 10);
    }

    EXPECT_GT(fold(2), 0);
    EXPECT_EQ(balance(), 50);
    while (fold(2) > 0) {
        EXPECT_EQ(balance(), 50);
    }

    EXPECT_EQ(folded(), "50");
}

TEST_F(LedgerFolding, IsLeftToWhoeverDoesItAlready) {
    post(connection_, 10);
    db::Connection other = database_.connect();
    ASSERT_TRUE(other.run("BEGIN"));
    ASSERT_TRUE(other.run("SELECT sluice.fold_balances(1000000)"));

    EXPECT_EQ(fold(), 0);
    EXPECT_EQ(folded(), "0");
    EXPECT_EQ(balance(), 10);
    ASSERT_TRUE(other.run("COMMIT"));

    EXPECT_EQ(folded(), "10");
    EXPECT_EQ(balance(), 10);
}

TEST_F(LedgerFolding, StaysExactInBooksThatCameFromAnotherServer) {
    post(connection_, 10);
    fold();
    ASSERT_TRUE(connection_.run("UPDATE sluice.fold_mark SET below = 1000000000000"));

    EXPECT_EQ(balance(), 10);
    post(connection_, 5);
    EXPECT_EQ(balance(), 15);
    while (fold() > 0) {
    }

    EXPECT_EQ(folded(), "15");
    EXPECT_EQ(balance(), 15);
}

TEST_F(LedgerFolding, IsExactAtEveryMomentWhileOthersPost) {
    constexpr int kWriters = 3;
    constexpr int kJournals = 150;
    constexpr int kCompared = 10;
    std::atomic<int> writing = kWriters;
    std::atomic<int> posted = 0;
    std::atomic<int> compared = 0;
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) {
        threads.emplace_back([&, writer] {
            db::Connection own = database_.connect();
            for (int i = 0; i < kJournals || compared <= kCompared; ++i) {
                const auto high = static_cast<std::uint64_t>(100 + writer);
                const Id128 id{high, static_cast<std::uint64_t>(i)};
                const auto done = own.run(
                    "BEGIN; SELECT sluice.post_journal('" + id.to_uuid() +
                    "', 'test', NULL, NULL, now(), 'test', NULL, ARRAY['" +
                    transit_.raw().to_uuid() + "', '" + pending_.raw().to_uuid() +
                    "']::uuid[], '{1,-1}', '{7,7}'); SELECT pg_sleep(0.0005 * (" +
                    std::to_string((i + writer) % 3) + ")); COMMIT"
                );
                EXPECT_TRUE(done.has_value()) << done.error().message;
                ++posted;
            }
            --writing;
        });
    }
    std::thread folder([&] {
        db::Connection own = database_.connect();
        while (writing > 0) {
            EXPECT_TRUE(fold_balances(own, 50).has_value());
        }
    });
    while (writing > 0) {
        const auto rows = connection_.execute(kBalanceAndSum, {transit_});
        ASSERT_TRUE(rows.has_value()) << rows.error().message;
        ASSERT_EQ((*rows)[0].int64(0), (*rows)[0].int64(1)) << "after " << compared;
        ++compared;
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    folder.join();

    EXPECT_GT(compared, kCompared);
    while (fold() > 0) {
    }
    EXPECT_EQ(balance(), std::int64_t{7} * posted);
    EXPECT_EQ(folded(), std::to_string(balance()));
}

TEST_F(LedgerFolding, IsDoneInTheBackground) {
    post(connection_, 10);
    db::Pool pool(
        database_.conninfo(), {.connection = {.statement_timeout = {}, .role = "sluice_app"}}
    );

    Folding folding(pool, {.every = std::chrono::milliseconds(5)});
    folding.start();
    EXPECT_TRUE(eventually([&] { return folded() == "10"; }));
    folding.stop();
}

TEST_F(LedgerFolding, LeavesNoJournalThatTheIndexDoesNotKnow) {
    must(
        "INSERT INTO sluice.journal (id, event, book_date, effective_at, actor, book, currency,"
        " accounts, amounts) SELECT gen_random_uuid(), 'test', '2026-01-01', now(), 'test', 1,"
        " 'CNY', ARRAY['" +
        transit_.raw().to_uuid() + "', '" + pending_.raw().to_uuid() +
        "']::uuid[], '{1,-1}' FROM generate_series(1, 2000)"
    );

    EXPECT_EQ(fold(), 0);

    EXPECT_EQ(not_in_index(), 0);
    EXPECT_EQ(folded(), "2000");
}

TEST_F(LedgerFolding, DoesNotWaitForAVacuum) {
    post(connection_, 100);
    db::Connection vacuum = database_.connect();
    ASSERT_TRUE(vacuum.run("BEGIN; LOCK TABLE sluice.journal IN SHARE UPDATE EXCLUSIVE MODE"));

    EXPECT_EQ(fold(), 0);

    EXPECT_EQ(folded(), "100");
    ASSERT_TRUE(vacuum.run("ROLLBACK"));
}

}  // namespace
}  // namespace sluice::ledger
