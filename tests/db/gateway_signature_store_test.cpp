#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "gateway/signature_store.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// Two nodes' stores on one database.
class GatewaySignatureStore : public ::testing::Test {
  protected:
    static gateway::SeenSignature seen(const std::string& key, const std::string& nonce) {
        return {key, nonce, kNow + seconds(301)};
    }
    std::int64_t count() {
        auto connection = database.connect();
        return (*connection.run("SELECT count(*) FROM sluice.seen_signature"))[0].int64(0);
    }
    void given_old_rows(int rows, const std::string& good_until) {
        auto connection = database.connect();
        const auto done = connection.run(
            "INSERT INTO sluice.seen_signature SELECT 'old', n::text, '" + good_until +
            "'::timestamptz FROM generate_series(1, " + std::to_string(rows) + ") AS n"
        );
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }

    static inline const Time kNow = *parse_rfc3339("2026-01-01T08:00:00Z");
    TestDatabase database;
    db::Pool pool{database.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::SignatureStore> store = gateway::make_signature_store(pool);
    std::unique_ptr<gateway::SignatureStore> other_node = gateway::make_signature_store(pool);
};

TEST_F(GatewaySignatureStore, TakesANonceOnceOnAllNodes) {
    EXPECT_TRUE(store->remember(seen("shop", "n-1"), kNow).has_value());

    for (auto* again : {store.get(), other_node.get()}) {
        const auto refused = again->remember(seen("shop", "n-1"), kNow);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, ErrorCode::conflict);
        EXPECT_EQ(
            refused.error().message, "nonce 'n-1' of key shop was used before, wanted a new one"
        );
    }
    EXPECT_EQ(count(), 1);
}

TEST_F(GatewaySignatureStore, TellsKeysAndNoncesApart) {
    EXPECT_TRUE(store->remember(seen("shop", "n-1"), kNow).has_value());

    EXPECT_TRUE(store->remember(seen("shop", "n-2"), kNow).has_value());
    EXPECT_TRUE(store->remember(seen("other", "n-1"), kNow).has_value());
}

TEST_F(GatewaySignatureStore, TakesOneOfManyThatComeAtOnce) {
    std::atomic<int> taken = 0;
    std::vector<std::thread> callers;
    callers.reserve(8);
    for (int i = 0; i < 8; ++i) {
        callers.emplace_back([&, i] {
            auto& node = i % 2 == 0 ? *store : *other_node;
            taken += node.remember(seen("shop", "n-1"), kNow).has_value() ? 1 : 0;
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }

    EXPECT_EQ(taken, 1);
}

TEST_F(GatewaySignatureStore, ForgetsWhatIsTooOldForEveryNodesClock) {
    given_old_rows(1, "2026-01-01T07:54:59Z");
    ASSERT_TRUE(store->remember(seen("shop", "n-1"), kNow).has_value());

    EXPECT_EQ(count(), 1);
    EXPECT_FALSE(store->remember(seen("shop", "n-1"), kNow + minutes(10)).has_value());
}

TEST_F(GatewaySignatureStore, KeepsWhatAnotherClockMightStillTake) {
    given_old_rows(1, "2026-01-01T07:55:00Z");
    ASSERT_TRUE(store->remember(seen("shop", "n-1"), kNow).has_value());

    EXPECT_EQ(count(), 2);
}

TEST_F(GatewaySignatureStore, ForgetsABoundedNumberNowAndThen) {
    given_old_rows(2'500, "2026-01-01T07:00:00Z");

    ASSERT_TRUE(store->remember(seen("shop", "0"), kNow).has_value());
    EXPECT_EQ(count(), 1'501);
    for (int i = 1; i < 64; ++i) {
        ASSERT_TRUE(store->remember(seen("shop", std::to_string(i)), kNow).has_value());
    }
    EXPECT_EQ(count(), 1'564);
    ASSERT_TRUE(store->remember(seen("shop", "64"), kNow).has_value());
    EXPECT_EQ(count(), 565);
}

TEST_F(GatewaySignatureStore, TellsThatTheDatabaseIsNotThere) {
    db::Pool nowhere{"host=/nowhere dbname=none", {}};

    const auto kept = gateway::make_signature_store(nowhere)->remember(seen("shop", "n"), kNow);

    ASSERT_FALSE(kept.has_value());
    EXPECT_EQ(kept.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace sluice::testing
