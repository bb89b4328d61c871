#include <map>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "gateway/order_store.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using gateway::OpenOrder;

class GatewayOrderStore : public ::testing::Test {
  protected:
    static OpenOrder request(const std::string& number, std::uint64_t hash = 1) {
        static SeededRandom random(3);
        OpenOrder wish;
        payment::Order& order = wish.order;
        order.id = OrderId::generate(kNow, bucket_of("alpha", number), random);
        order.merchant_id = "alpha";
        order.merchant_order_number = number;
        order.product_code = "default";
        order.description = "票 ✓";
        order.amount = Money{10'000, cny()};
        order.created_at = kNow;
        order.expires_at = kNow + std::chrono::minutes(30);
        wish.order_hash = {hash, hash};
        wish.request_hash = {hash, hash + 1};
        return wish;
    }
    static OpenOrder keyed(OpenOrder wish, const std::string& key) {
        wish.idempotency_key = key;
        return wish;
    }
    std::int64_t count(const std::string& table) {
        auto connection = database.connect();
        const auto rows = connection.run("SELECT count(*) FROM sluice." + table);
        return (*rows)[0].int64(0);
    }

    static inline const Time kNow = *parse_rfc3339("2026-01-01T08:00:00.123456Z");
    TestDatabase database;
    db::Pool pool{database.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::OrderStore> store = gateway::make_order_store(pool);
};

TEST_F(GatewayOrderStore, GivesBackWhatItStored) {
    const OpenOrder wish = request("A-1");
    const auto opened = store->open(wish);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    EXPECT_TRUE(opened->is_new);

    const auto found = store->find("alpha", wish.order.id);

    ASSERT_TRUE(found.has_value() && found->has_value());
    EXPECT_EQ((*found)->merchant_order_number, "A-1");
    EXPECT_EQ((*found)->description, "票 ✓");
    EXPECT_EQ((*found)->amount, wish.order.amount);
    EXPECT_EQ((*found)->created_at, wish.order.created_at);
    EXPECT_EQ((*found)->expires_at, wish.order.expires_at);
    EXPECT_EQ((*found)->status, payment::OrderStatus::open);
    EXPECT_EQ((*store->find_by_number({"alpha", "A-1"}))->id, wish.order.id);
}

TEST_F(GatewayOrderStore, TellsWhatWasPaidOutToMakeAnOrderGood) {
    const OpenOrder wish = request("A-1");
    const auto opened = store->open(wish);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->order.compensated_minor, 0);
    ASSERT_TRUE(store->open(request("A-2")).has_value());
    ASSERT_TRUE(database.connect()
                    .run(
                        "INSERT INTO sluice.payout_sum VALUES ('alpha', 'order', '" +
                        wish.order.id.raw().to_uuid() + "', 'CNY', 'infinity', 700)"
                    )
                    .has_value());

    const auto found = store->find("alpha", wish.order.id);
    gateway::OrderQuery query;
    query.merchant_id = "alpha";
    query.window.before = {~std::uint64_t{0}, ~std::uint64_t{0}};
    query.window.limit = 10;
    query.window.looks_max = 10;
    const auto page = store->list(query);

    ASSERT_TRUE(found.has_value() && found->has_value());
    EXPECT_EQ((*found)->compensated_minor, 700);
    ASSERT_TRUE(page.has_value()) << page.error().message;
    std::map<std::string, std::optional<std::int64_t>> listed;
    for (const payment::Order& order : page->orders) {
        listed[order.merchant_order_number] = order.compensated_minor;
    }
    EXPECT_EQ(listed["A-1"], 700);
    EXPECT_EQ(listed["A-2"], 0);
}

TEST_F(GatewayOrderStore, ShowsOrdersToTheirMerchantOnly) {
    const OpenOrder wish = request("A-1");
    ASSERT_TRUE(store->open(wish).has_value());

    EXPECT_FALSE(store->find("beta", wish.order.id)->has_value());
    EXPECT_FALSE(store->find_by_number({"beta", "A-1"})->has_value());
}

TEST_F(GatewayOrderStore, ShowsEveryMerchantsOrderToWhomeverMaySeeAll) {
    const OpenOrder wish = request("A-1");
    ASSERT_TRUE(store->open(wish).has_value());

    const auto found = store->find(std::nullopt, wish.order.id);

    ASSERT_TRUE(found.has_value() && found->has_value());
    EXPECT_EQ((*found)->merchant_id, "alpha");
    EXPECT_FALSE(store->find("", wish.order.id)->has_value());
}

TEST_F(GatewayOrderStore, FindsTheFirstOrderForARepeat) {
    const auto first = store->open(request("A-1"));
    const auto repeat = store->open(request("A-1"));

    ASSERT_TRUE(repeat.has_value());
    EXPECT_FALSE(repeat->is_new);
    EXPECT_EQ(repeat->order.id, first->order.id);
    EXPECT_EQ(count("orders"), 1);
}

TEST_F(GatewayOrderStore, RefusesAnotherBodyUnderTheSameNumber) {
    ASSERT_TRUE(store->open(request("A-1", 1)).has_value());

    const auto other = store->open(request("A-1", 2));

    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().code, ErrorCode::conflict);
    EXPECT_EQ(other.error().context, "merchant_order_number");
}

TEST_F(GatewayOrderStore, RefusesAnotherBodyUnderTheSameKeyAndStoresNothing) {
    ASSERT_TRUE(store->open(keyed(request("A-1", 1), "k")).has_value());
    ASSERT_TRUE(store->open(keyed(request("A-1", 1), "k")).has_value());

    const auto other = store->open(keyed(request("A-2", 2), "k"));

    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().context, "idempotency_key");
    EXPECT_EQ(count("orders"), 1);
    EXPECT_EQ(count("idempotency_key"), 1);
}

TEST_F(GatewayOrderStore, TellsAReusedKeyBeforeAReusedNumber) {
    ASSERT_TRUE(store->open(keyed(request("A-1", 1), "k")).has_value());

    const auto both = store->open(keyed(request("A-1", 2), "k"));
    const auto number = store->open(keyed(request("A-1", 2), "other"));

    EXPECT_EQ(both.error().context, "idempotency_key");
    EXPECT_EQ(number.error().context, "merchant_order_number");
    EXPECT_EQ(count("idempotency_key"), 1);
}

TEST_F(GatewayOrderStore, GivesMerchantsKeysOfTheirOwn) {
    ASSERT_TRUE(store->open(keyed(request("A-1", 1), "k")).has_value());
    OpenOrder other = keyed(request("A-1", 2), "k");
    other.order.merchant_id = "beta";

    EXPECT_TRUE(store->open(other).has_value());
}

TEST_F(GatewayOrderStore, OpensOneOrderForParallelRepeats) {
    for (const std::string key : {"", "k"}) {
        std::vector<OpenOrder> wishes;
        for (int i = 0; i < 4; ++i) {
            wishes.push_back(keyed(request("P" + key), key));
        }
        std::vector<Result<gateway::OpenedOrder>> answers(
            wishes.size(), fail(ErrorCode::unknown, "not run")
        );
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < wishes.size(); ++i) {
            threads.emplace_back([&, i] { answers[i] = store->open(wishes[i]); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        int fresh = 0;
        for (const auto& answer : answers) {
            ASSERT_TRUE(answer.has_value()) << answer.error().message;
            EXPECT_EQ(answer->order.id, answers[0]->order.id);
            fresh += answer->is_new ? 1 : 0;
        }
        EXPECT_EQ(fresh, 1);
    }
}

}  // namespace
}  // namespace sluice::testing
