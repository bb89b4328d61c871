// The program ends without warning while it pays out: every payout is paid once or not at all.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "faults/paid_once.hpp"
#include "faults/rounds.hpp"
#include "faults/teller.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t kKillsUsual = 4;

Value single(const std::string& number) {
    Value body = Teller::body_of({.number = number, .amount = 1'000});
    body.set("currency", "CNY");
    return body;
}

/// A bank on a bad day, which never lies about money.
void make_unruly(Bank& bank) {
    for (const char* operation : {"payout", "payout_query"}) {
        for (const char* kind :
             {"drop_before", "drop_after", "status_5xx", "status_5xx_after", "garbage"}) {
            bank.order_fault({.operation = operation, .kind = kind, .count = -1, .share_percent = 5}
            );
        }
    }
    bank.order_fault(
        {.operation = "payout", .kind = "payout_failed", .count = -1, .share_percent = 10}
    );
    bank.order_fault(
        {.operation = "payout_callback", .kind = "missing", .count = -1, .share_percent = 20}
    );
    bank.order_fault(
        {.operation = "payout_callback",
         .kind = "duplicate",
         .value = 3,
         .count = -1,
         .share_percent = 20}
    );
}

TEST(PayoutsUnderLoad, ArePaidOnceWhenTheServerIsKilledWhileTheBankIsUnruly) {
    Cluster cluster;
    Teller teller(cluster, kAvailableForAll);
    make_unruly(teller.bank());
    SeededRandom random(fault_seed());
    std::atomic<bool> stopping{false};
    std::atomic<std::size_t> acknowledged{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller) {
        callers.emplace_back([&, caller] {
            for (int turn = 0; !stopping; ++turn) {
                const std::string number =
                    "load-" + std::to_string(caller) + "-" + std::to_string(turn);
                const Reply reply = post_until_answered(cluster, "/v1/payouts", single(number));
                EXPECT_TRUE(reply.status == 200 || reply.status == 201) << reply.why;
                ++acknowledged;
            }
        });
    }

    for (std::size_t i = 0; i < fault_rounds(kKillsUsual); ++i) {
        const std::size_t wanted = acknowledged + 1 + random.next() % 40;
        EXPECT_TRUE(eventually([&] { return acknowledged >= wanted; }));
        cluster.kill_node(0);
        cluster.start_node(0);
    }
    stopping = true;
    for (std::thread& caller : callers) {
        caller.join();
    }
    teller.bank().clear_faults();

    expect_paid_once(cluster, teller);
}

TEST(PayoutBatch, OfTwoHundredLinesIsPaidOnceWhenTheServerIsKilledInTheMiddle) {
    constexpr std::size_t kLines = 200;
    constexpr std::size_t kBad = 10;
    Cluster cluster;
    Teller teller(cluster, kAvailableForAll);
    const Value body = batch_of({.count = kLines, .bad = kBad});
    Reply answered;
    std::thread caller([&] { answered = post_until_answered(cluster, "/v1/payout_batches", body); }
    );

    EXPECT_TRUE(eventually([&] {
        return cluster.query_one("SELECT count(*) FROM sluice.payout_batch") == "1";
    }));
    cluster.kill_node(0);
    cluster.start_node(0);
    caller.join();
    const Reply repeat = post_until_answered(cluster, "/v1/payout_batches", body);

    ASSERT_TRUE(answered.status == 200 || answered.status == 201) << answered.why;
    EXPECT_EQ(repeat.text("id"), answered.text("id"));
    expect_paid_once(cluster, teller);
    const Reply batch = cluster.api().get("/v1/payout_batches/" + answered.text("id"));
    EXPECT_EQ(
        to_json(*batch.body.find("totals")),
        R"([{"status":"refused","count":10,"amount":10000},)"
        R"({"status":"succeeded","count":190,"amount":190000}])"
    );
    EXPECT_EQ(teller.bank().paid(), 190'000);
}

/// The node that owns the bucket of the one batch.
std::size_t owner_of_batch(Cluster& cluster) {
    const std::string address = cluster.query_one(
        "SELECT o.address FROM sluice.bucket_owner o, sluice.payout_batch b "
        "WHERE o.bucket = get_byte(uuid_send(b.id), 6)"
    );
    return cluster.node(0).url() == "http://" + address ? 0 : 1;
}

TEST(PayoutBatch, IsFinishedByTheOtherNodeWhenItsOwnDiesInTheMiddle) {
    constexpr std::size_t kLines = 400;
    Cluster cluster({.nodes = 2});
    ASSERT_TRUE(cluster.serves_everything());
    Teller teller(cluster, kAvailableForAll);
    const Value body = batch_of({.count = kLines, .bad = 1});
    // However quick the machine: the commit with this line hangs until the session lets it go, and
    // nobody is told of it.
    auto session = cluster.connect();
    for (const char* sql :
         {"SELECT pg_advisory_lock(7104802)",
          "CREATE FUNCTION sluice.waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
          "PERFORM pg_advisory_xact_lock_shared(7104802); RETURN NEW; END $$",
          "CREATE TRIGGER waits BEFORE INSERT ON sluice.payout FOR EACH ROW "
          "WHEN (NEW.merchant_number = 'L-200') EXECUTE FUNCTION sluice.waits()"}) {
        ASSERT_TRUE(session.run(sql).has_value()) << sql;
    }
    Reply answered;
    std::thread caller([&] { answered = post_until_answered(cluster, "/v1/payout_batches", body); }
    );

    EXPECT_TRUE(eventually([&] {
        return cluster.query_one(
                   "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
                   "classid = 0 AND objid = 7104802 AND NOT granted"
               ) == "1";
    }));
    EXPECT_EQ(cluster.query_one("SELECT count(*) >= 20 FROM sluice.payout"), "t");
    EXPECT_NE(cluster.query_one("SELECT count(*) FROM sluice.payout"), std::to_string(kLines - 1))
        << "it is in the middle";
    cluster.kill_node(owner_of_batch(cluster));
    EXPECT_TRUE(session.run("SELECT pg_advisory_unlock(7104802)").has_value());
    caller.join();

    ASSERT_TRUE(answered.status == 200 || answered.status == 201) << answered.why;
    expect_paid_once(cluster, teller);
    const Reply batch = cluster.api().get("/v1/payout_batches/" + answered.text("id"));
    EXPECT_EQ(
        to_json(*batch.body.find("totals")),
        R"([{"status":"refused","count":1,"amount":1000},)"
        R"({"status":"succeeded","count":399,"amount":399000}])"
    );
    EXPECT_EQ(teller.bank().paid(), 399'000);
}

TEST(PayoutBatch, AndASinglePayoutThatWantTheSameNumberAtOnceAreOnePayout) {
    constexpr std::size_t kLines = 60;
    Cluster cluster;
    Teller teller(cluster, kAvailableForAll);
    const Value body = batch_of({.count = kLines, .bad = 1});
    Reply batch;
    std::thread caller([&] { batch = post_until_answered(cluster, "/v1/payout_batches", body); });
    std::size_t singles = 0;
    for (std::size_t i = 0; i < kLines; ++i) {
        const Reply reply =
            post_until_answered(cluster, "/v1/payouts", single("L-" + std::to_string(i)));
        EXPECT_TRUE(reply.status == 201 || reply.status == 409) << reply.why;
        singles += reply.status == 201 ? 1 : 0;
    }
    caller.join();

    ASSERT_EQ(batch.status, 201) << batch.why;
    std::int64_t lines = 0;
    for (const Value& total : *batch.body.find("totals")->as_array()) {
        lines += total.text_or_empty("status") == "refused" ? 0 : total.int_or("count", 0);
    }
    // Line 2 has the number of line 1, so that number 1 is for the single payout alone.
    EXPECT_EQ(static_cast<std::size_t>(lines) + singles, kLines);
    EXPECT_EQ(cluster.query_one("SELECT count(*) FROM sluice.payout"), std::to_string(kLines));
    expect_paid_once(cluster, teller);
}

}  // namespace
}  // namespace sluice::testing
