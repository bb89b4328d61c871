// Limits of what may be paid out in a day, while callers at two nodes want more than there is.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/edited_scripts.hpp"
#include "faults/teller.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kEach = 10'000;
constexpr std::int64_t kRoom = 25;  ///< payouts that the merchant's day has room for

const std::vector<ScriptEdit> kLowLimits{
    {"scripts/risk/payout_limits.lua", "money(5000000000, currency)", "money(250000, currency)"}
};

std::string failure_of(const Value& payout) {
    const Value* failure = payout.find("failure");
    return failure == nullptr ? "" : std::string(failure->text_or_empty("code"));
}

Value batch_of(std::int64_t count) {
    ValueArray lines;
    for (std::int64_t i = 0; i < count; ++i) {
        lines.push_back(Teller::body_of({.number = "L-" + std::to_string(i), .amount = kEach}));
    }
    Value body;
    body.set("merchant_batch_number", "B-1");
    body.set("currency", "CNY");
    body.set("count", count);
    body.set("total_amount", count * kEach);
    body.set("lines", Value(std::move(lines)));
    return body;
}

class PayoutLimits : public ::testing::Test {
  protected:
    void expect_sound(std::int64_t paid) {
        EXPECT_TRUE(wait_until_quiet(cluster_));
        EXPECT_EQ(teller_.bank().paid(), paid) << "what the bank paid";
        EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailableUsual - paid);
        EXPECT_EQ(
            cluster_.query_one("SELECT amount FROM sluice.payout_sum WHERE kind = 'merchant_day'"),
            std::to_string(paid)
        );
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
        EXPECT_THAT(cluster_.query("SELECT * FROM sluice.quarantine"), IsEmpty());
    }

    EditedScripts scripts_{kLowLimits};
    Cluster cluster_{{.nodes = 2, .root = scripts_.root()}};
    Teller teller_{cluster_, kAvailableUsual};
};

TEST_F(PayoutLimits, LetExactlyAsManyLeaveAsThereIsRoomForOnAllNodesTogether) {
    constexpr int kCallers = 4;
    constexpr int kPayoutsEach = 15;
    std::atomic<int> paid{0};
    std::atomic<int> refused{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
        callers.emplace_back([&, caller] {
            for (int turn = 0; turn < kPayoutsEach; ++turn) {
                const std::string number = "P-" + std::to_string(caller * kPayoutsEach + turn);
                const Reply reply = teller_.pay({.number = number, .amount = kEach}, "wait=30");
                paid += reply.text("status") == "succeeded" ? 1 : 0;
                refused += failure_of(reply.body) == "over_daily_limit" ? 1 : 0;
            }
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }

    EXPECT_EQ(paid, kRoom);
    EXPECT_EQ(refused, kCallers * kPayoutsEach - kRoom);
    expect_sound(kRoom * kEach);
}

TEST_F(PayoutLimits, CountABatchLineByLineAndGiveBackWhatTheBankDidNotPay) {
    constexpr std::int64_t kOver = 5;
    teller_.bank().take_time(std::chrono::minutes{10});

    const Reply batch = cluster_.api().post("/v1/payout_batches", batch_of(kRoom + kOver));

    ASSERT_EQ(batch.status, 201) << batch.why;
    EXPECT_EQ(
        to_json(*batch.body.find("totals")),
        R"([{"status":"failed","count":5,"amount":50000},)"
        R"({"status":"pending","count":25,"amount":250000}])"
    );
    EXPECT_EQ(failure_of(teller_.pay({.number = "P-1", .amount = 1}).body), "over_daily_limit");

    // Neither account of the bank pays: each payout comes back, and its room.
    ASSERT_TRUE(eventually([this] {
        for (const BankPayout& payout : teller_.bank().payouts()) {
            if (payout.status == "accepted" || payout.status == "processing") {
                teller_.bank().advance(payout.request_number, "failed");
            }
        }
        return cluster_.query_one("SELECT count(*) FROM sluice.flow_run") == "0";
    }));
    EXPECT_EQ(
        cluster_.query_one("SELECT count(*) FROM sluice.payout WHERE counted_on IS NOT NULL"), "0"
    );
    teller_.bank().take_time(std::chrono::milliseconds{0});
    const Reply whole = teller_.pay({.number = "P-2", .amount = kRoom * kEach}, "wait=30");
    const Reply more = teller_.pay({.number = "P-3", .amount = 1}, "wait=30");

    EXPECT_EQ(whole.text("status"), "succeeded") << whole.why;
    EXPECT_EQ(failure_of(more.body), "over_daily_limit") << more.why;
    EXPECT_THAT(more.why, HasSubstr("limited to 2500.00 CNY, 0.00 CNY are left, wanted 0.01 CNY"));
    expect_sound(kRoom * kEach);
}

}  // namespace
}  // namespace sluice::testing
