// Two nodes share the buckets; each serves what belongs to the other, and what it leaves behind.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

constexpr std::size_t kPaymentsBegun = 16;

/// Waits until both nodes own buckets.
bool share_the_buckets(const Cluster& cluster) {
    return eventually([&] {
        return cluster.query_one(
                   "SELECT min(n) FROM (SELECT count(b.bucket) AS n FROM sluice.node d "
                   "LEFT JOIN sluice.bucket_owner b ON b.node_id = d.id GROUP BY d.id) t"
               ) == "128";
    });
}

/// The address that owns the payment's bucket, "127.0.0.1:PORT".
std::string owner_of(const Cluster& cluster, const std::string& payment) {
    const Id128 id = PaymentId::parse(payment)->raw();
    return cluster.query_one(
        "SELECT b.address FROM sluice.bucket_owner b WHERE b.bucket = " +
        std::to_string(static_cast<int>(id.bucket()))
    );
}

bool is_owned_by(const Cluster& cluster, const std::string& payment, const std::string& url) {
    return "http://" + owner_of(cluster, payment) == url;
}

class TwoNodes : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(share_the_buckets(cluster_));
        ASSERT_TRUE(cluster_.serves_everything());
    }

    /// Payment id -> order number, all posted at the first node.
    std::map<std::string, std::string> begin_at_the_first_node() {
        Api first = cluster_.api_of(0);
        std::map<std::string, std::string> begun;
        for (std::size_t i = 0; i < kPaymentsBegun; ++i) {
            const CompositeOrder order = shop_.next_order();
            const Reply reply = first.post("/v1/payments", body_of(order));
            EXPECT_EQ(reply.status, 201) << reply.why;
            begun[reply.text("id")] = order.number;
        }
        return begun;
    }

    /// How many of them the first node owns; the rest are the other's.
    std::size_t count_of_the_first(const std::map<std::string, std::string>& begun) {
        std::size_t count = 0;
        for (const auto& [payment, number] : begun) {
            count += is_owned_by(cluster_, payment, cluster_.node(0).url()) ? 1U : 0U;
        }
        return count;
    }

    void expect_all_succeed(const std::map<std::string, std::string>& begun) {
        std::map<std::string, std::string> acknowledged;
        for (const auto& [payment, number] : begun) {
            EXPECT_EQ(shop_.wait_for_status(payment, "succeeded").status(), "succeeded");
            acknowledged[number] = payment;
        }
        EXPECT_THAT(audit(cluster_, acknowledged).findings, IsEmpty());
    }

    Cluster cluster_{{.nodes = 2}};
    Shop shop_{cluster_};
};

TEST_F(TwoNodes, ServeRequestsForBucketsOfTheOther) {
    const auto begun = begin_at_the_first_node();

    const std::size_t own = count_of_the_first(begun);
    EXPECT_GT(own, 0U);
    EXPECT_LT(own, begun.size());
    Api second = cluster_.api_of(1);
    for (const auto& [payment, number] : begun) {
        EXPECT_TRUE(cluster_.psp().pay(shop_.payment(payment).channel_number()));
        const Reply waited = second.get("/v1/payments/" + payment, {{"Prefer", "wait=30"}});
        EXPECT_EQ(waited.text("status"), "succeeded") << waited.why;
    }
    expect_all_succeed(begun);
}

TEST_F(TwoNodes, CloseAPaymentOfTheOther) {
    const auto begun = begin_at_the_first_node();
    Api first = cluster_.api_of(0);

    for (const auto& [payment, number] : begun) {
        const Reply closing = first.post("/v1/payments/" + payment + "/close");
        EXPECT_EQ(closing.status, 200) << closing.why;
        EXPECT_EQ(shop_.wait_for_status(payment, "closed").status(), "closed");
    }

    EXPECT_LT(count_of_the_first(begun), begun.size());
    EXPECT_EQ(shop_.card_held(), 0);
}

TEST_F(TwoNodes, FinishThePaymentsOfAKilledOne) {
    const auto begun = begin_at_the_first_node();
    ASSERT_LT(count_of_the_first(begun), begun.size());

    cluster_.kill_node(1);
    for (const auto& [payment, number] : begun) {
        EXPECT_TRUE(cluster_.psp().pay(shop_.payment(payment).channel_number()));
    }

    expect_all_succeed(begun);
    EXPECT_EQ(count_of_the_first(begun), begun.size()) << "buckets of the killed node remain its";
}

TEST_F(TwoNodes, ShareAgainWhenTheKilledOneComesBack) {
    cluster_.kill_node(1);
    ASSERT_TRUE(cluster_.serves_everything());
    cluster_.start_node(1);

    // The killed one is a new node now; the old one keeps a row without buckets.
    EXPECT_TRUE(eventually([this] {
        return cluster_.query_one(
                   "SELECT string_agg(n::text, ' ' ORDER BY n) FROM (SELECT count(*) AS n "
                   "FROM sluice.bucket_owner GROUP BY node_id) t"
               ) == "128 128";
    }));
    expect_all_succeed({});
}

}  // namespace
}  // namespace sluice::testing
