// Payouts that leave in one request to the bank, over real sockets: each ends by itself, whatever
// became of the request, and nothing is paid twice.
#include <algorithm>
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "faults/audit.hpp"
#include "faults/paid_once.hpp"
#include "faults/rounds.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kGatherMs = 150;

class GatheredPayouts : public ::testing::Test {
  protected:
    /// A merchant's batch, begun. Its id.
    std::string given_payouts(std::size_t count, const std::string& number = "B-1") {
        const Value batch = batch_of({.count = count, .number = number, .lines = number + "-"});
        const Reply reply = post_until_answered(cluster_, "/v1/payout_batches", batch);
        EXPECT_TRUE(reply.status == 200 || reply.status == 201) << reply.why;
        return reply.text("id");
    }
    /// "succeeded 3, failed 1": what became of a merchant's batch.
    std::string totals_of(const std::string& id) {
        const Reply batch = cluster_.api().get("/v1/payout_batches/" + id);
        std::string text;
        for (const Value& total : *batch.body.find("totals")->as_array()) {
            text += (text.empty() ? "" : ", ") + std::string(total.text_or_empty("status")) + " " +
                    std::to_string(total.int_or("count", 0));
        }
        return text;
    }
    std::size_t gathered() {
        std::int64_t count = 0;
        for (const BankBatch& batch : teller_.bank().batches()) {
            count += batch.count;
        }
        return static_cast<std::size_t>(count);
    }

    Cluster cluster_{{.payout_gather_ms = kGatherMs}};
    Teller teller_{cluster_, kAvailableForAll};
};

TEST_F(GatheredPayouts, ThatComeAtOnceLeaveInFewRequests) {
    constexpr std::size_t kPayouts = 120;

    const std::string batch = given_payouts(kPayouts);

    expect_paid_once(cluster_, teller_);
    EXPECT_EQ(totals_of(batch), "succeeded 120");
    EXPECT_THAT(teller_.bank().payouts(), Each(Field(&BankPayout::creates, 1)));
    const std::size_t alone = kPayouts - gathered();
    EXPECT_LT(teller_.bank().batches().size() + alone, kPayouts / 4);
    EXPECT_THAT(teller_.bank().batches(), Each(Field(&BankBatch::requests, 1)));
}

TEST_F(GatheredPayouts, AreShownEachInATimelineOfItsOwn) {
    // The answer comes before the notice, which would end the payout without it.
    teller_.bank().take_time(std::chrono::seconds{3});
    given_payouts(3);
    expect_paid_once(cluster_, teller_);
    ASSERT_GE(gathered(), 2U) << "three lines of one request to us come at once";

    const Reply list = cluster_.api().get("/v1/payouts");
    std::size_t shown = 0;
    for (const Value& payout : *list.body.find("payouts")->as_array()) {
        const std::string id(payout.text_or_empty("id"));
        const std::string timeline =
            to_json(cluster_.api().get("/v1/payouts/" + id + "/timeline").body);
        if (timeline.find("/bank/v1/payout_batches") == std::string::npos) {
            continue;
        }
        ++shown;
        for (const BankPayout& other : teller_.bank().payouts()) {
            const bool is_own = other.request_number == Teller::number_at_bank(teller_.payout(id));
            EXPECT_EQ(timeline.find(other.request_number) != std::string::npos, is_own);
        }
        EXPECT_THAT(timeline, AllOf(HasSubstr("more"), Not(HasSubstr("6222021234567890"))));
    }
    EXPECT_EQ(shown, gathered());
}

TEST_F(GatheredPayouts, AloneGoAsTheyDidBefore) {
    const Reply paid = teller_.pay({.number = "P-1", .amount = 1'000}, "wait=30");

    EXPECT_EQ(paid.text("status"), "succeeded") << paid.why;
    EXPECT_EQ(teller_.bank().batches().size(), 0U);
    expect_paid_once(cluster_, teller_);
}

TEST_F(GatheredPayouts, EndEachByItselfWhenTheBankTakesOnlySome) {
    Bank& bank = teller_.bank();
    for (const char* kind :
         {"refused",
          "payout_failed",
          "drop_before",
          "drop_after",
          "status_5xx",
          "status_5xx_after",
          "garbage",
          "not_enough"}) {
        // One fault after another, or they would all meet the first line.
        bank.order_fault({.operation = "payout", .kind = kind, .share_percent = 30});
    }

    const std::string batch = given_payouts(20);

    EXPECT_TRUE(eventually([&] { return gathered() > 0; }));
    bank.clear_faults();
    expect_paid_once(cluster_, teller_);
    // What one account refused, the other paid: there is no payout that neither takes.
    EXPECT_EQ(totals_of(batch), "succeeded 20");
}

TEST_F(GatheredPayouts, AreAskedAboutOneByOneWhenTheAnswerIsLost) {
    for (const std::string kind :
         {"drop_after", "status_5xx_after", "garbage", "bad_signature", "wrong_number"}) {
        teller_.bank().order_fault({.operation = "payout_batch", .kind = kind});
        const std::string batch = given_payouts(6, kind);
        EXPECT_TRUE(wait_until_quiet(cluster_)) << kind;
        EXPECT_EQ(totals_of(batch), "succeeded 6") << kind;
    }

    expect_paid_once(cluster_, teller_);
    EXPECT_THAT(teller_.bank().payouts(), Each(Field(&BankPayout::creates, 1)))
        << "what the bank knows is not sent again";
}

TEST_F(GatheredPayouts, AreSentAgainAloneWhenTheRequestWasNeverExecuted) {
    for (const char* kind : {"drop_before", "status_5xx"}) {
        teller_.bank().order_fault({.operation = "payout_batch", .kind = kind, .count = -1});
    }

    const std::string batch = given_payouts(6);

    EXPECT_TRUE(eventually([&] { return teller_.bank().payouts().size() == 6; }));
    expect_paid_once(cluster_, teller_);
    EXPECT_EQ(totals_of(batch), "succeeded 6");
    EXPECT_EQ(teller_.bank().batches().size(), 0U) << "nobody sends a batch again";
}

TEST_F(GatheredPayouts, GoToTheNextAccountWhenTheirRequestIsRefusedAsAWhole) {
    teller_.bank().order_fault({.operation = "payout_batch", .kind = "refused"});

    const std::string batch = given_payouts(6);

    expect_paid_once(cluster_, teller_);
    EXPECT_EQ(totals_of(batch), "succeeded 6");
    EXPECT_THAT(
        cluster_.query("SELECT DISTINCT channel_account, status FROM sluice.instruction "
                       "ORDER BY channel_account"),
        Contains("(bank-main,refused)")
    );
}

TEST_F(GatheredPayouts, ArePaidOnceWhenTheServerIsKilledBeforeTheAnswer) {
    teller_.bank().order_fault(
        {.operation = "payout_batch", .kind = "slow_answer_ms", .value = 3'000, .count = -1}
    );

    const std::string batch = given_payouts(40);
    EXPECT_TRUE(eventually([&] { return !teller_.bank().payouts().empty(); }));
    cluster_.kill_node(0);
    teller_.bank().clear_faults();
    cluster_.start_node(0);

    expect_paid_once(cluster_, teller_);
    EXPECT_EQ(totals_of(batch), "succeeded 40");
    EXPECT_EQ(teller_.bank().paid(), 40'000);
}

TEST_F(GatheredPayouts, ArePaidOnceUnderLoadWhateverFailsAndDies) {
    Bank& bank = teller_.bank();
    for (const char* operation : {"payout", "payout_batch", "payout_query"}) {
        for (const char* kind :
             {"drop_before", "drop_after", "status_5xx", "status_5xx_after", "garbage"}) {
            bank.order_fault({.operation = operation, .kind = kind, .count = -1, .share_percent = 7}
            );
        }
    }
    SeededRandom random(fault_seed());
    std::atomic<bool> stopping{false};
    std::atomic<std::size_t> acknowledged{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 6; ++caller) {
        callers.emplace_back([&, caller] {
            for (int turn = 0; !stopping; ++turn) {
                const std::string number =
                    "load-" + std::to_string(caller) + "-" + std::to_string(turn);
                Value body = Teller::body_of({.number = number, .amount = 1'000});
                body.set("currency", "CNY");
                const Reply reply = post_until_answered(cluster_, "/v1/payouts", body);
                EXPECT_TRUE(reply.status == 200 || reply.status == 201) << reply.why;
                ++acknowledged;
            }
        });
    }

    for (std::size_t i = 0; i < fault_rounds(2); ++i) {
        // A quick machine would else kill before the first batch has gone.
        const std::size_t before = gathered();
        EXPECT_TRUE(eventually([&] { return gathered() > before; }));
        const std::size_t wanted = acknowledged + 20 + random.next() % 60;
        EXPECT_TRUE(eventually([&] { return acknowledged >= wanted; }));
        cluster_.kill_node(0);
        cluster_.start_node(0);
    }
    stopping = true;
    for (std::thread& caller : callers) {
        caller.join();
    }
    bank.clear_faults();

    expect_paid_once(cluster_, teller_);
}

}  // namespace
}  // namespace sluice::testing
