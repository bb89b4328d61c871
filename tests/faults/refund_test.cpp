// Refunds over HTTP, to a channel over real sockets, with whatever may go wrong on the way.
#include <atomic>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/mutex.hpp"
#include "faults/audit.hpp"
#include "faults/rounds.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A composite payment that succeeded: 30.00 from the first card, 70.00 at the channel.
struct Paid {
    std::string payment;
    std::string order;
    std::string channel_number;
};

Value refund_body(const std::string& number, const std::string& payment, std::int64_t amount) {
    return Value(ValueObject{
        {"merchant_refund_number", number},
        {"payment_id", payment},
        {"amount", amount},
        {"currency", "CNY"},
        {"reason", "the goods came back"}
    });
}

class Refunds : public ::testing::Test {
  protected:
    Paid given_paid() {
        const PaymentView begun = shop_.begin(shop_.next_order());
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number())) << begun.shown();
        const PaymentView paid = shop_.wait_for_status(begun.id(), "succeeded");
        EXPECT_EQ(paid.status(), "succeeded") << paid.shown();
        const Reply reply = cluster_.api().get("/v1/payments/" + begun.id());
        return {begun.id(), reply.text("order_id"), begun.channel_number()};
    }
    std::string given_balance() {
        const Reply reply = cluster_.api().post(
            "/v1/accounts",
            Value(ValueObject{{"kind", "balance"}, {"owner_number", "payer"}, {"currency", "CNY"}})
        );
        return reply.text("id");
    }
    Reply post(const Value& body, const std::string& wait = "wait=30") {
        return cluster_.api().post("/v1/refunds", body, {{"Prefer", wait}});
    }
    /// A caller who behaves: what may not have arrived is sent again.
    Reply post_until_answered(const Value& body) {
        Reply reply;
        const bool answered = eventually([&] {
            reply = post(body, "wait=0");
            return !reply.should_be_sent_again();
        });
        EXPECT_TRUE(answered) << reply.status << " " << reply.why;
        return reply;
    }
    /// What GET shows, once there is somebody who answers.
    Value shown(const std::string& path) {
        Reply reply;
        const bool answered = eventually([&] {
            reply = cluster_.api().get(path);
            return !reply.should_be_sent_again();
        });
        EXPECT_TRUE(answered && reply.status == 200) << path << " " << reply.status << reply.why;
        return reply.body;
    }
    Value refund(const std::string& id) { return shown("/v1/refunds/" + id); }
    std::string wait_for_end(const std::string& id) {
        std::string status;
        const bool ended = eventually([&] {
            status = refund(id).text_or_empty("status");
            return status != "pending";
        });
        return ended ? status : "never ends: " + to_json(refund(id));
    }
    std::int64_t balance_of(const std::string& account) {
        return shown("/v1/accounts/" + account).int_or("balance", -1);
    }
    std::int64_t refunded_of_order(const Paid& paid) {
        return shown("/v1/orders/" + paid.order).int_or("amount_refunded", -1);
    }
    /// What stands on an account of the general ledger, credits above zero.
    std::string booked(const std::string& gl) {
        return cluster_.query_one(
            "SELECT coalesce(sum(-e.side * e.amount), 0) FROM sluice.entry e "
            "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '" +
            gl + "'"
        );
    }
    /// Nothing is owed or in transit: what came from the channel and stayed is `at_channel`.
    void expect_settled(std::int64_t at_channel) {
        EXPECT_EQ(booked("1101"), std::to_string(-at_channel));
        EXPECT_EQ(booked("2201"), "0");
        EXPECT_EQ(booked("2202"), "0");
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }
    /// What the channel gave back of an order.
    std::int64_t given_back_by_channel(const std::string& channel_number) {
        std::int64_t sum = 0;
        for (const ChannelRefund& each : cluster_.psp().refunds(channel_number)) {
            sum += each.status == "SUCCESS" ? each.amount : 0;
        }
        return sum;
    }

    Cluster cluster_;
    Shop shop_{cluster_};
};

/// The ways of a refund: "to amount status".
std::vector<std::string> ways_of(const Value& refund) {
    std::vector<std::string> ways;
    const Value* list = refund.find("ways");
    for (const Value& way : list == nullptr ? ValueArray{} : *list->as_array()) {
        ways.push_back(
            std::string(way.text_or_empty("to")) + " " + std::to_string(way.int_or("amount", 0)) +
            " " + std::string(way.text_or_empty("status"))
        );
    }
    return ways;
}

TEST_F(Refunds, GiveBothLegsOfACompositePaymentBack) {
    const std::int64_t before = shop_.card_balance();
    const Paid paid = given_paid();

    const Reply done = post(refund_body("R-1", paid.payment, kWhole));

    EXPECT_EQ(done.status, 201) << to_json(done.body);
    EXPECT_EQ(done.text("status"), "succeeded") << to_json(done.body);
    EXPECT_THAT(
        ways_of(done.body), ElementsAre("original 7000 succeeded", "original 3000 succeeded")
    );
    EXPECT_EQ(given_back_by_channel(paid.channel_number), kChannelPart);
    EXPECT_EQ(shop_.card_balance(), before);
    EXPECT_EQ(refunded_of_order(paid), kWhole);
    const Value payment = cluster_.api().get("/v1/payments/" + paid.payment).body;
    for (const Value& leg : *payment.find("legs")->as_array()) {
        EXPECT_EQ(leg.int_or("amount_refunded", -1), leg.int_or("amount", 0));
    }
    EXPECT_EQ(booked("2101"), "0");
    expect_settled(0);
    EXPECT_EQ(
        cluster_.query_one("SELECT count(*) FROM sluice.event WHERE type = 'refund.succeeded'"), "1"
    );
    EXPECT_EQ(cluster_.api().get("/v1/refunds/" + done.text("id") + "/timeline").status, 200);
}

TEST_F(Refunds, HappenOnceForTheSameNumber) {
    const Paid paid = given_paid();
    const Value body = refund_body("R-1", paid.payment, kWhole);

    const Reply first = post(body);
    const Reply again = post(body);
    const Reply other = post(refund_body("R-1", paid.payment, 1));

    EXPECT_EQ(first.status, 201) << to_json(first.body);
    EXPECT_EQ(again.status, 200) << to_json(again.body);
    EXPECT_EQ(again.text("id"), first.text("id"));
    EXPECT_EQ(other.status, 409);
    EXPECT_EQ(other.text("code"), "merchant_refund_number_reused");
    ASSERT_THAT(cluster_.psp().refunds(), SizeIs(1));
    EXPECT_EQ(cluster_.psp().refunds().front().creates, 1);
}

TEST_F(Refunds, LetExactlyOneOfManyThatExceedThePaymentTogetherBegin) {
    const Paid paid = given_paid();
    Mutex mutex;
    std::multiset<std::string> answers;

    std::vector<std::thread> callers;
    for (int i = 0; i < 12; ++i) {
        callers.emplace_back([&, i] {
            const Reply reply = post(refund_body("R-" + std::to_string(i), paid.payment, 6'000));
            const MutexLock lock(mutex);
            answers.insert(std::to_string(reply.status) + " " + reply.text("code"));
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }

    EXPECT_EQ(answers.count("201 "), 1U) << ::testing::PrintToString(answers);
    EXPECT_EQ(answers.count("422 more_than_paid"), 11U) << ::testing::PrintToString(answers);
    EXPECT_EQ(refunded_of_order(paid), 6'000);
    EXPECT_EQ(given_back_by_channel(paid.channel_number), 6'000);
    expect_settled(1'000);
}

TEST_F(Refunds, UseUpEveryFenWhenManyPartsComeAtOnce) {
    constexpr int kParts = 20;
    const std::int64_t before = shop_.card_balance();
    const Paid paid = given_paid();
    Mutex mutex;
    std::multiset<std::string> answers;

    std::vector<std::thread> callers;
    for (int i = 0; i < kParts; ++i) {
        callers.emplace_back([&, i] {
            const Reply reply =
                post(refund_body("R-" + std::to_string(i), paid.payment, kWhole / kParts));
            const MutexLock lock(mutex);
            answers.insert(std::to_string(reply.status) + " " + reply.text("status"));
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }

    EXPECT_THAT(answers, Each("201 succeeded"));
    EXPECT_EQ(refunded_of_order(paid), kWhole);
    EXPECT_EQ(given_back_by_channel(paid.channel_number), kChannelPart);
    EXPECT_EQ(shop_.card_balance(), before);
    EXPECT_EQ(post(refund_body("R-x", paid.payment, 1)).text("code"), "more_than_paid");
    expect_settled(0);
}

TEST_F(Refunds, AllComeToAnEndWhenTheServerIsKilledAgainAndAgain) {
    constexpr std::size_t kOrders = 6;
    constexpr std::size_t kParts = 4;
    const std::uint64_t seed = fault_seed();
    SeededRandom random(seed);
    std::vector<Paid> orders;
    for (std::size_t i = 0; i < kOrders; ++i) {
        orders.push_back(given_paid());
    }
    cluster_.psp().order_fault(
        {.operation = "refund",
         .kind = "slow_answer_ms",
         .value = 100,
         .count = -1,
         .share_percent = 50}
    );
    std::vector<std::string> refunds;
    std::atomic<std::size_t> begun{0};
    std::atomic<std::size_t> kills{0};
    Mutex mutex;

    std::vector<std::thread> callers;
    for (std::size_t i = 0; i < kOrders; ++i) {
        callers.emplace_back([&, i] {
            for (std::size_t part = 0; part < kParts; ++part) {
                // However fast the machine: each part lives through a kill of its own.
                EXPECT_TRUE(eventually([&] { return kills >= part; }));
                ++begun;
                const std::string number = "R-" + std::to_string(i) + "-" + std::to_string(part);
                const Reply reply =
                    post_until_answered(refund_body(number, orders[i].payment, kWhole / kParts));
                EXPECT_LT(reply.status, 300) << to_json(reply.body);
                const MutexLock lock(mutex);
                refunds.push_back(reply.text("id"));
            }
        });
    }
    // A node lives as long as the thread that started it: this one.
    for (std::size_t part = 0; part < kParts; ++part) {
        EXPECT_TRUE(eventually([&] { return begun > part * kOrders; }));
        let_pass(std::chrono::milliseconds{static_cast<std::int64_t>(random.next() % 80)});
        cluster_.kill_node(0);
        cluster_.start_node(0);
        ++kills;
    }
    for (std::thread& caller : callers) {
        caller.join();
    }

    for (const std::string& id : refunds) {
        EXPECT_EQ(wait_for_end(id), "succeeded");
    }
    EXPECT_EQ(std::set<std::string>(refunds.begin(), refunds.end()).size(), kOrders * kParts);
    for (const Paid& paid : orders) {
        EXPECT_EQ(refunded_of_order(paid), kWhole);
        EXPECT_EQ(given_back_by_channel(paid.channel_number), kChannelPart);
    }
    EXPECT_EQ(
        cluster_.query_one(
            "SELECT count(*) FROM sluice.instruction WHERE purpose = 'refund' AND kind = "
            "'external'"
        ),
        std::to_string(cluster_.psp().refunds().size())
    );
    expect_settled(0);
}

TEST_F(Refunds, SucceedOnceWhenTheAnswerOfTheChannelIsLost) {
    const Paid paid = given_paid();
    cluster_.psp().order_fault({.operation = "refund", .kind = "drop_after"});
    cluster_.psp().order_fault({.operation = "refund_callback", .kind = "missing", .count = -1});

    const Reply done = post(refund_body("R-1", paid.payment, kChannelPart));

    EXPECT_EQ(done.text("status"), "succeeded") << to_json(done.body);
    ASSERT_THAT(cluster_.psp().refunds(), SizeIs(1));
    EXPECT_EQ(cluster_.psp().refunds().front().creates, 1) << "it was asked for again";
    EXPECT_EQ(given_back_by_channel(paid.channel_number), kChannelPart);
    expect_settled(0);
}

TEST_F(Refunds, EndByTheNoticeOfTheChannelAlone) {
    const Paid paid = given_paid();
    cluster_.psp().take_for_refunds(std::chrono::minutes{10});
    cluster_.psp().order_fault({.operation = "refund_query", .kind = "drop_before", .count = -1});
    const Reply begun = post(refund_body("R-1", paid.payment, kChannelPart), "wait=0");
    ASSERT_TRUE(eventually([&] { return cluster_.psp().refunds().size() == 1; }));
    EXPECT_EQ(refund(begun.text("id")).text_or_empty("status"), "pending");

    cluster_.psp().end_refund(cluster_.psp().refunds().front().out_refund_no, "SUCCESS");

    EXPECT_EQ(wait_for_end(begun.text("id")), "succeeded");
    expect_settled(0);
}

TEST_F(Refunds, FailWhenThePayersCardIsClosedAndNoOtherWayIsNamed) {
    const Paid paid = given_paid();
    cluster_.psp().order_fault({.operation = "refund", .kind = "refund_abnormal"});

    const Reply done = post(refund_body("R-1", paid.payment, kChannelPart));

    EXPECT_EQ(done.status, 201) << to_json(done.body);
    EXPECT_EQ(done.text("status"), "failed") << to_json(done.body);
    EXPECT_THAT(ways_of(done.body), ElementsAre("original 7000 refused"));
    EXPECT_EQ(refunded_of_order(paid), 0);
    EXPECT_EQ(booked("2101"), std::to_string(kWhole)) << "the merchant has it again";
    expect_settled(kChannelPart);
}

TEST_F(Refunds, GoToTheBalanceWhenThePayersCardIsClosed) {
    const Paid paid = given_paid();
    const std::string balance = given_balance();
    cluster_.psp().order_fault({.operation = "refund", .kind = "refund_abnormal"});
    Value body = refund_body("R-1", paid.payment, kWhole);
    body.set("fallback", Value(ValueObject{{"balance_account_id", balance}}));

    const Reply done = post(body);

    EXPECT_EQ(done.text("status"), "succeeded") << to_json(done.body);
    EXPECT_THAT(
        ways_of(done.body),
        ElementsAre("original 7000 refused", "balance 7000 succeeded", "original 3000 succeeded")
    );
    EXPECT_EQ(balance_of(balance), kChannelPart);
    expect_settled(kChannelPart);
}

TEST_F(Refunds, ReachTheBalanceWhenThePrepaidCardWasClosedSinceThePayment) {
    const Paid paid = given_paid();
    const std::string balance = given_balance();
    const std::string& card = cluster_.cards().front();
    ASSERT_EQ(cluster_.api().post("/v1/accounts/" + card + "/close").status, 200);
    Value body = refund_body("R-1", paid.payment, kWhole);
    body.set("fallback", Value(ValueObject{{"balance_account_id", balance}}));

    const Reply done = post(body);

    EXPECT_EQ(done.text("status"), "succeeded") << to_json(done.body);
    EXPECT_EQ(balance_of(balance), kCardPart);
    EXPECT_EQ(given_back_by_channel(paid.channel_number), kChannelPart);
    expect_settled(0);
}

TEST_F(Refunds, OfAnOrderTakeItsLastPaymentFirst) {
    Value order(ValueObject{
        {"merchant_order_number", "parts"},
        {"amount", kWhole},
        {"currency", "CNY"},
        {"description", "an order"}
    });
    const std::string id = cluster_.api().post("/v1/orders", order).text("id");
    std::vector<std::string> payments;
    for (const std::int64_t amount : {std::int64_t{4'000}, std::int64_t{6'000}}) {
        const Value leg(ValueObject{
            {"kind", "external"}, {"method", "wechatpay"}, {"scene", "qr"}, {"amount", amount}
        });
        const PaymentView begun(
            cluster_.api()
                .post(
                    "/v1/payments", Value(ValueObject{{"order_id", id}, {"legs", ValueArray{leg}}})
                )
                .body
        );
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
        payments.push_back(shop_.wait_for_status(begun.id(), "succeeded").id());
    }
    const Value body(ValueObject{
        {"merchant_refund_number", "R-1"},
        {"order_id", id},
        {"amount", std::int64_t{7'000}},
        {"currency", "CNY"},
        {"reason", "the goods came back"}
    });

    const Reply done = post(body);
    const Reply too_much = post(refund_body("R-2", payments[0], 3'001));
    const Reply rest = post(refund_body("R-3", payments[0], 3'000));

    EXPECT_EQ(done.text("status"), "succeeded") << to_json(done.body);
    EXPECT_THAT(
        ways_of(done.body), ElementsAre("original 6000 succeeded", "original 1000 succeeded")
    );
    EXPECT_EQ(
        to_json(*done.body.find("payment_ids")), "[\"" + payments[1] + "\",\"" + payments[0] + "\"]"
    );
    EXPECT_EQ(too_much.text("code"), "more_than_paid") << to_json(too_much.body);
    EXPECT_EQ(rest.text("status"), "succeeded") << to_json(rest.body);
    expect_settled(0);
}

TEST_F(Refunds, KeepRoomForAllTheirPartsWhileAnotherRefundBegins) {
    const std::string balance = given_balance();
    const Value top_up(
        ValueObject{{"top_up_number", "T-1"}, {"amount", std::int64_t{2'000}}, {"currency", "CNY"}}
    );
    cluster_.api().post("/v1/accounts/" + balance + "/top_ups", top_up);
    Value body = body_of(shop_.next_order());
    ValueArray legs = *body.find("legs")->as_array();
    legs.back().set("amount", kChannelPart - 2'000);
    const Value leg(ValueObject{
        {"kind", "internal"},
        {"method", "balance"},
        {"account_id", balance},
        {"amount", std::int64_t{2'000}}
    });
    legs.insert(legs.begin(), leg);
    body.set("legs", std::move(legs));
    const PaymentView begun(cluster_.api().post("/v1/payments", body).body);
    ASSERT_TRUE(cluster_.psp().pay(begun.channel_number())) << begun.shown();
    ASSERT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    cluster_.psp().take_for_refunds(std::chrono::milliseconds{1'500});

    // 50.00 of the channel and 10.00 of the card, which waits for the channel.
    const Reply slow = post(refund_body("R-1", begun.id(), 6'000), "wait=0");
    const Reply quick = post(refund_body("R-2", begun.id(), 4'000));

    EXPECT_EQ(quick.text("status"), "succeeded") << to_json(quick.body);
    EXPECT_THAT(
        ways_of(quick.body), ElementsAre("original 2000 succeeded", "original 2000 succeeded")
    );
    EXPECT_EQ(wait_for_end(slow.text("id")), "succeeded");
    expect_settled(0);
}

}  // namespace
}  // namespace sluice::testing
