#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "db/array.hpp"
#include "ledger/ledger_store.hpp"
#include "support/test_database.hpp"

// Many sessions at once on the same few accounts; afterwards the books must be sound.
namespace sluice::ledger {
namespace {

using sluice::testing::TestDatabase;

constexpr Time kNoon{std::chrono::seconds{1'790'000'000}};
constexpr int kSessions = 6;
constexpr int kStepsEach = 60;
constexpr db::Statement kPost = {
    "race_post",
    "SELECT result FROM sluice.post_journal($1, 'race', NULL, NULL, now(), 'test', NULL, $2,"
    " '{1,-1}', $3)"
};

class LedgerRace : public ::testing::Test {
  protected:
    void SetUp() override {
        LedgerStore store(connection_);
        for (int i = 0; i < 4; ++i) {
            const std::string owner = "card_" + std::to_string(i);
            accounts_.push_back(*store.open_account({
                .key = {.gl = kPrepaidCard, .owner = owner, .currency = "CNY"},
                .floor_minor = 0,
                .ceil_minor = std::nullopt,
            }));
            ASSERT_TRUE(store.top_up({accounts_.back(), Money(1000, cny()), "m_1", owner, kNoon})
                            .has_value());
        }
    }
    void TearDown() override { EXPECT_EQ(database_.unsound(), std::vector<std::string>{}); }

    static std::string transfer(
        db::Connection& connection,
        Id128 journal,
        std::pair<AccountId, AccountId> accounts,
        std::int64_t amount
    ) {
        db::ArrayBuilder ids(db::ArrayType::uuid);
        db::ArrayBuilder amounts(db::ArrayType::int64);
        ids.append(accounts.first);
        ids.append(accounts.second);
        amounts.append(amount);
        amounts.append(amount);
        const Result<db::Rows> rows = connection.execute(kPost, {journal, ids, amounts});
        return rows ? std::string((*rows)[0].text(0)) : rows.error().message;
    }
    template <class Work>
    static void in_sessions(Work work) {
        std::vector<std::thread> threads;
        for (int session = 0; session < kSessions; ++session) {
            threads.emplace_back([=] { work(session); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
    std::int64_t total() {
        LedgerStore store(connection_);
        std::int64_t sum = 0;
        for (const AccountId account : accounts_) {
            sum += store.find(account)->balance.minor();
        }
        return sum;
    }

    TestDatabase database_;
    db::Connection connection_ = database_.connect();
    std::vector<AccountId> accounts_;
};

TEST_F(LedgerRace, TransfersInEveryDirectionNeitherLoseMoneyNorBreakAFloorNorDeadlock) {
    std::atomic<int> refused = 0;
    std::atomic<int> strange = 0;
    in_sessions([&](int session) {
        db::Connection own = database_.connect();
        std::mt19937_64 random(static_cast<std::uint64_t>(session));
        for (int step = 0; step < kStepsEach; ++step) {
            const std::size_t from = random() % accounts_.size();
            const std::size_t to =
                (from + 1 + random() % (accounts_.size() - 1)) % accounts_.size();
            const auto amount = static_cast<std::int64_t>(1 + random() % 900);
            const Id128 journal{random(), random()};
            const std::string result =
                transfer(own, journal, {accounts_[from], accounts_[to]}, amount);
            refused += result == "insufficient_balance" ? 1 : 0;
            strange += result != "insufficient_balance" && result != "posted" ? 1 : 0;
        }
    });

    EXPECT_EQ(strange, 0);
    EXPECT_GT(refused, 0) << "no floor was ever met: the test shows nothing";
    EXPECT_EQ(total(), 4000);
}

TEST_F(LedgerRace, OneJournalSentByAllIsPostedByOne) {
    std::atomic<int> posted = 0;
    std::atomic<int> repeated = 0;
    in_sessions([&](int) {
        db::Connection own = database_.connect();
        for (std::uint64_t step = 0; step < kStepsEach; ++step) {
            const std::string result =
                transfer(own, Id128{7, step}, {accounts_[0], accounts_[1]}, 1);
            posted += result == "posted" ? 1 : 0;
            repeated += result == "repeated" ? 1 : 0;
        }
    });

    EXPECT_EQ(posted, kStepsEach);
    EXPECT_EQ(repeated, (kSessions - 1) * kStepsEach);
    EXPECT_EQ(total(), 4000);
}

TEST_F(LedgerRace, ADeferredOnlyJournalSentByAllIsPostedByOne) {
    LedgerStore store(connection_);
    const auto open = [&](std::string_view gl) {
        return *store.open_account({
            .key = {.gl = gl, .owner = "house", .currency = "CNY"},
            .floor_minor = std::nullopt,
            .ceil_minor = std::nullopt,
        });
    };
    const std::pair accounts{open(kPaymentInTransit), open(kMerchantPending)};
    std::atomic<int> posted = 0;
    std::atomic<int> repeated = 0;

    in_sessions([&](int) {
        db::Connection own = database_.connect();
        for (std::uint64_t step = 0; step < kStepsEach; ++step) {
            const std::string result = transfer(own, Id128{8, step}, accounts, 1);
            posted += result == "posted" ? 1 : 0;
            repeated += result == "repeated" ? 1 : 0;
        }
    });

    EXPECT_EQ(posted, kStepsEach);
    EXPECT_EQ(repeated, (kSessions - 1) * kStepsEach);
}

TEST_F(LedgerRace, NothingIsPostedOnAnAccountOnceItsClosingWasAnswered) {
    std::atomic<bool> closed = false;
    std::atomic<int> too_late = 0;
    std::atomic<int> refused = 0;
    in_sessions([&](int session) {
        db::Connection own = database_.connect();
        for (std::uint64_t step = 0; step < kStepsEach; ++step) {
            if (session == 0 && step == kStepsEach / 4) {
                LedgerStore store(own);
                EXPECT_TRUE(store.close(accounts_[0]).has_value());
                closed = true;
            }
            const bool was_closed = closed;
            const Id128 journal{static_cast<std::uint64_t>(100 + session), step};
            const std::string result = transfer(own, journal, {accounts_[1], accounts_[0]}, 1);
            too_late += was_closed && result == "posted" ? 1 : 0;
            refused += result == "account_closed" ? 1 : 0;
        }
    });

    EXPECT_EQ(too_late, 0);
    EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace sluice::ledger
