// Payouts over real sockets: the books, the bank and what callers are told agree, whatever fails.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/teller.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::IsEmpty;

class Payouts : public ::testing::Test {
  protected:
    /// What every payout leaves when it has ended: nothing in process, and sound books.
    void expect_sound(std::int64_t paid, std::int64_t earned = 0) {
        EXPECT_TRUE(wait_until_quiet(cluster_));
        EXPECT_EQ(teller_.booked("2203"), 0) << "payouts in process";
        EXPECT_EQ(teller_.booked("1103"), -paid) << "the float";
        EXPECT_EQ(teller_.booked("4002"), -earned) << "fees";
        EXPECT_EQ(teller_.bank().paid(), paid) << "what the bank paid";
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
        EXPECT_THAT(cluster_.query("SELECT * FROM sluice.quarantine"), IsEmpty());
    }
    std::string events_of(const std::string& id) {
        return cluster_.query_one(
            "SELECT coalesce(string_agg(type, ' ' ORDER BY type), '') FROM sluice.event "
            "WHERE object_id = '" +
            PayoutId::parse(id)->raw().to_uuid() + "'"
        );
    }
    static std::string failure_of(const Value& payout) {
        const Value* failure = payout.find("failure");
        return failure == nullptr ? "" : std::string(failure->text_or_empty("code"));
    }

    Cluster cluster_;
    Teller teller_{cluster_, kAvailableUsual};
};

TEST_F(Payouts, LeaveTheAccountBeforeTheBankIsAskedAndTheFloatWhenItPaid) {
    teller_.bank().take_time(milliseconds{600'000});

    const Reply begun = teller_.pay({.number = "P-1", .amount = 50'000, .fee = 100});
    ASSERT_EQ(begun.status, 201) << begun.why;
    EXPECT_EQ(teller_.booked("2203"), -50'100) << "booked before it is paid";
    EXPECT_EQ(teller_.booked("1103"), 0);
    EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailableUsual - 50'100);
    ASSERT_TRUE(eventually([&] { return teller_.bank().payouts().size() == 1; }));
    teller_.bank().advance(Teller::number_at_bank(begun.body), "succeeded");

    const Value ended = teller_.wait_for_status(begun.text("id"), "succeeded");

    EXPECT_EQ(ended.text_or_empty("status"), "succeeded") << to_json(ended);
    EXPECT_EQ(Teller::instructions_of(ended), "bank-main succeeded");
    EXPECT_EQ(events_of(begun.text("id")), "payout.succeeded");
    expect_sound(50'000, 100);
}

TEST_F(Payouts, FromAUsersBalanceAreWithdrawals) {
    const std::string user = teller_.open_balance("user-1", 80'000);

    const Reply paid = teller_.pay(
        {.number = "W-1", .amount = 50'000, .fee = 50, .from_account_id = user}, "wait=30"
    );

    EXPECT_EQ(paid.text("status"), "succeeded") << paid.why;
    EXPECT_EQ(teller_.balance_of(user), 29'950);
    EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailableUsual);
    expect_sound(50'000, 50);
}

TEST_F(Payouts, CostUsWhatTheBankTakesAlsoForThoseThatComeBack) {
    teller_.bank().charge(30);
    const Reply paid = teller_.pay({.number = "P-1", .amount = 50'000, .fee = 100}, "wait=30");
    const Reply returned = teller_.pay({.number = "P-2", .amount = 20'000}, "wait=30");
    ASSERT_EQ(paid.text("status"), "succeeded") << paid.why;
    ASSERT_EQ(returned.text("status"), "succeeded") << returned.why;

    teller_.bank().advance(Teller::number_at_bank(returned.body), "returned");
    const Value ended = teller_.wait_for_status(returned.text("id"), "returned");
    const Reply story = cluster_.api().get("/v1/payouts/" + paid.text("id") + "/timeline");

    EXPECT_EQ(ended.text_or_empty("status"), "returned");
    EXPECT_TRUE(wait_until_quiet(cluster_));
    EXPECT_EQ(teller_.booked("5001"), 60);
    EXPECT_EQ(teller_.booked("1103"), -50'060) << "what the bank has less of ours";
    EXPECT_EQ(teller_.bank().paid(), 50'000);
    EXPECT_EQ(teller_.bank().taken(), 60);
    EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailableUsual - 50'100);
    EXPECT_NE(story.why.find("Channel cost"), std::string::npos) << story.why;
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(Payouts, AreBookedBackWhenNoAccountOfTheBankPays) {
    teller_.bank().order_fault({.operation = "payout", .kind = "payout_failed", .count = -1});

    const Reply failed = teller_.pay({.number = "P-1", .amount = 50'000, .fee = 100}, "wait=30");

    EXPECT_EQ(failed.text("status"), "failed") << failed.why;
    EXPECT_EQ(failure_of(failed.body), "PAYEE_NAME_MISMATCH");
    EXPECT_EQ(Teller::instructions_of(failed.body), "bank-main refused, bank-backup refused");
    EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailableUsual);
    const Reply list = cluster_.api().get("/v1/payouts?status=failed");
    EXPECT_EQ(list.body.find("payouts")->as_array()->size(), 1U) << "one row for two attempts";
    expect_sound(0);
}

TEST_F(Payouts, ThatCameBackWithinTheRunAreBookedBack) {
    teller_.bank().order_fault(
        {.operation = "payout", .kind = "payout_returned", .value = 1, .count = -1}
    );
    teller_.bank().order_fault({.operation = "payout_callback", .kind = "missing", .count = -1});

    const Reply failed = teller_.pay({.number = "P-1", .amount = 50'000}, "wait=60");

    EXPECT_EQ(failed.text("status"), "failed") << failed.why;
    EXPECT_EQ(failure_of(failed.body), "PAYEE_ACCOUNT_CLOSED");
    EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailableUsual);
    expect_sound(0);
}

TEST_F(Payouts, GoToNoOtherChannelWhileNobodyKnowsWhatBecameOfTheFirst) {
    teller_.bank().order_fault({.operation = "payout", .kind = "drop_after"});
    teller_.bank().order_fault({.operation = "payout_callback", .kind = "missing", .count = -1});
    teller_.bank().order_fault({.operation = "payout_query", .kind = "status_5xx", .count = -1});

    const Reply begun = teller_.pay({.number = "P-1", .amount = 50'000});
    ASSERT_TRUE(eventually([&] {
        return Teller::instructions_of(teller_.payout(begun.text("id"))) == "bank-main unknown";
    }));
    EXPECT_EQ(teller_.booked("2203"), -50'000) << "it stands there while nobody knows";
    teller_.bank().clear_faults();
    const Value ended = teller_.wait_for_status(begun.text("id"), "succeeded");

    EXPECT_EQ(Teller::instructions_of(ended), "bank-main succeeded");
    EXPECT_EQ(teller_.bank().payouts().size(), 1U);
    expect_sound(50'000);
}

TEST_F(Payouts, AreBookedOnceHoweverOftenTheBankTellsThem) {
    teller_.bank().take_time(milliseconds{600'000});
    teller_.bank().order_fault(
        {.operation = "payout_callback", .kind = "duplicate", .value = 4, .count = -1}
    );
    const Reply begun = teller_.pay({.number = "P-1", .amount = 50'000});
    const std::string number = Teller::number_at_bank(begun.body);
    ASSERT_TRUE(eventually([&] { return teller_.bank().payouts().size() == 1; }));

    teller_.bank().advance(number, "succeeded");
    std::vector<std::thread> senders;
    std::atomic<int> acknowledged{0};
    for (int i = 0; i < 4; ++i) {
        senders.emplace_back([&] {
            Bank bank(cluster_.psp().url());
            acknowledged += bank.send_callback(number) == 204 ? 1 : 0;
        });
    }
    for (std::thread& sender : senders) {
        sender.join();
    }
    const Value ended = teller_.wait_for_status(begun.text("id"), "succeeded");

    EXPECT_EQ(ended.text_or_empty("status"), "succeeded");
    EXPECT_EQ(acknowledged, 4);
    EXPECT_EQ(events_of(begun.text("id")), "payout.succeeded");
    expect_sound(50'000);
}

TEST_F(Payouts, StaySucceededWhenTheBankSaysAcceptedLate) {
    // Done and called back before the answer "accepted" arrives.
    teller_.bank().order_fault({.operation = "payout", .kind = "early"});
    teller_.bank().order_fault({.operation = "payout", .kind = "slow_answer_ms", .value = 1'500});

    const Reply begun = teller_.pay({.number = "P-1", .amount = 50'000});
    const Value ended = teller_.wait_for_status(begun.text("id"), "succeeded");
    let_pass(milliseconds{2'000});

    EXPECT_EQ(teller_.payout(begun.text("id")), ended) << "nothing moves backwards";
    EXPECT_EQ(Teller::instructions_of(ended), "bank-main succeeded");
    expect_sound(50'000);
}

TEST_F(Payouts, SendNothingAboveTheLimitOfThePolicy) {
    const Reply above = teller_.pay({.number = "P-1", .amount = 500'000'001}, "wait=30");

    EXPECT_EQ(above.text("status"), "failed");
    EXPECT_EQ(failure_of(above.body), "over_limit");
    EXPECT_THAT(teller_.bank().payouts(), IsEmpty());
    EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailableUsual);
    expect_sound(0);
}

TEST_F(Payouts, ThatHaveNotEnoughFailWithTheLedgersReason) {
    const std::string poor = teller_.open_balance("poor", 100);

    const Reply failed =
        teller_.pay({.number = "P-1", .amount = 100, .fee = 1, .from_account_id = poor}, "wait=30");

    EXPECT_EQ(failed.text("status"), "failed");
    EXPECT_EQ(failure_of(failed.body), "insufficient_balance");
    EXPECT_THAT(teller_.bank().payouts(), IsEmpty());
    EXPECT_EQ(teller_.balance_of(poor), 100);
    expect_sound(0);
}

TEST_F(Payouts, AreTheSameForARepeatAndMaskThePayeeInEveryAnswer) {
    const Reply first = teller_.pay({.number = "P-1"}, "wait=30");
    const Reply repeat = teller_.pay({.number = "P-1"}, "wait=30");
    const Reply other = teller_.pay({.number = "P-1", .amount = 1});
    const Reply timeline = cluster_.api().get("/v1/payouts/" + first.text("id") + "/timeline");
    const Reply events = cluster_.api().get("/v1/events?types=payout.succeeded");

    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(repeat.text("id"), first.text("id"));
    EXPECT_EQ(other.status, 409);
    EXPECT_EQ(teller_.bank().payouts().size(), 1U);
    for (const Reply& reply : {first, repeat, timeline, events}) {
        EXPECT_EQ(reply.why.find("6222021234567890"), std::string::npos) << reply.why;
        EXPECT_EQ(reply.why.find("张三"), std::string::npos) << reply.why;
    }
    expect_sound(50'000);
}

TEST_F(Payouts, BetweenAccountsMoveInOneBookingOrNotAtAll) {
    const std::string from = teller_.open_balance("a", 1'000);
    const std::string to = teller_.open_balance("b", 0);
    const std::string closed = teller_.open_balance("c", 0);
    cluster_.api().post("/v1/accounts/" + closed + "/close");
    const auto transfer =
        [&](const std::string& number, const std::string& receiver, std::int64_t amount) {
            Value body;
            body.set("merchant_transfer_number", number);
            body.set("amount", amount);
            body.set("fee", 10);
            body.set("currency", "CNY");
            body.set("from_account_id", from);
            body.set("to_account_id", receiver);
            return cluster_.api().post("/v1/transfers", body);
        };

    const Reply done = transfer("T-1", to, 500);
    const Reply poor = transfer("T-2", to, 491);
    const Reply refused = transfer("T-3", closed, 100);
    const Reply repeat = transfer("T-1", to, 500);
    const Reply story = cluster_.api().get("/v1/transfers/" + refused.text("id") + "/timeline");

    EXPECT_EQ(done.text("status"), "succeeded") << done.why;
    EXPECT_EQ(failure_of(poor.body), "insufficient_balance") << poor.why;
    EXPECT_EQ(failure_of(refused.body), "account_closed") << refused.why;
    EXPECT_EQ(story.why.find(R"("type":"take")"), std::string::npos) << "nothing was taken";
    EXPECT_EQ(repeat.text("id"), done.text("id"));
    EXPECT_EQ(teller_.balance_of(from), 490);
    EXPECT_EQ(teller_.balance_of(to), 500);
    expect_sound(0, 10);
}

}  // namespace
}  // namespace sluice::testing
