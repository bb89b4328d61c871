// Orders that top an account up, and payouts that make an order good, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/people.hpp"
#include "faults/teller.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

constexpr std::int64_t kTopUp = 20'000;
constexpr std::int64_t kAvailableBefore = 1'000'000;

class TopUps : public ::testing::Test {
  protected:
    /// A code for the payer, for an order of 200.00 that goes to the account.
    PaymentView begin(const std::string& number, const std::string& account) {
        Value order;
        order.set("merchant_order_number", number);
        order.set("amount", kTopUp);
        order.set("currency", "CNY");
        order.set("description", "a top-up");
        if (!account.empty()) {
            order.set("credit_account_id", account);
        }
        Value leg;
        leg.set("kind", "external");
        leg.set("method", "wechatpay");
        leg.set("scene", "qr");
        leg.set("amount", kTopUp);
        Value body;
        body.set("order", std::move(order));
        body.set("legs", ValueArray{leg});
        const Reply reply = cluster_.api().post("/v1/payments", body);
        EXPECT_EQ(reply.status, 201) << reply.why;
        return PaymentView(reply.body);
    }
    std::string order_of(const PaymentView& payment) {
        return cluster_.api().get("/v1/payments/" + payment.id()).text("order_id");
    }
    PaymentView pay(const std::string& number, const std::string& account) {
        PaymentView begun = begin(number, account);
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number())) << begun.shown();
        return begun;
    }
    void expect_sound() {
        EXPECT_TRUE(wait_until_quiet(cluster_));
        for (const char* gl : {"2201", "2202", "2203"}) {
            EXPECT_EQ(teller_.booked(gl), 0) << gl;
        }
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
        EXPECT_THAT(cluster_.query("SELECT * FROM sluice.quarantine"), IsEmpty());
    }

    Cluster cluster_{{.more_configuration = People::keys()}};
    Shop shop_{cluster_};
    Teller teller_{cluster_, kAvailableBefore};
    People people_{cluster_};
};

TEST_F(TopUps, PutWhatWasPaidOnTheAccountFromWhichItMayBeWithdrawn) {
    const std::string account = teller_.open_balance("user-1", 0);

    const PaymentView begun = pay("top-up-1", account);
    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").order_status(), "paid");

    EXPECT_EQ(teller_.balance_of(account), kTopUp);
    EXPECT_EQ(teller_.booked("1101"), kTopUp);
    EXPECT_EQ(teller_.booked("2101"), 0) << "the merchant is owed nothing for it";
    const Reply withdrawn =
        teller_.pay({.number = "W-1", .amount = kTopUp, .from_account_id = account}, "wait=30");
    EXPECT_EQ(withdrawn.text("status"), "succeeded") << withdrawn.why;
    EXPECT_EQ(teller_.balance_of(account), 0);
    expect_sound();
}

TEST_F(TopUps, GiveThePayerTheMoneyBackWhenTheAccountWasClosedMeanwhile) {
    const std::string account = teller_.open_balance("user-1", 0);
    const PaymentView begun = begin("top-up-1", account);
    cluster_.api().post("/v1/accounts/" + account + "/close");

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    const PaymentView ended = shop_.wait_for_status(begun.id(), "failed");

    EXPECT_EQ(ended.status(), "failed") << ended.shown();
    EXPECT_EQ(ended.failure_code(), "account_closed");
    EXPECT_EQ(teller_.balance_of(account), 0);
    EXPECT_EQ(teller_.booked("1101"), 0);
    expect_sound();
}

TEST_F(TopUps, AreNotRefunded) {
    const std::string account = teller_.open_balance("user-1", 0);
    const PaymentView begun = pay("top-up-1", account);
    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    Value refund;
    refund.set("merchant_refund_number", "R-1");
    refund.set("payment_id", begun.id());
    refund.set("amount", kTopUp);
    refund.set("currency", "CNY");
    refund.set("reason", "changed my mind");

    const Reply reply = cluster_.api().post("/v1/refunds", refund);

    EXPECT_EQ(reply.status, 409) << reply.why;
    EXPECT_EQ(reply.text("code"), "top_up_not_refundable");
    EXPECT_EQ(teller_.balance_of(account), kTopUp);
    EXPECT_EQ(teller_.booked("2101"), 0);
    expect_sound();
}

TEST_F(TopUps, LeaveOrdersAloneThatNameNoAccountAndCanBeMadeGoodAtOurCost) {
    const PaymentView begun = pay("order-1", "");
    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_EQ(teller_.booked("2101"), -kTopUp);
    Value body = Teller::body_of({.number = "C-1", .amount = 3'000});
    body.set("currency", "CNY");
    body.set("compensates", begun.id());
    body.set("source", "compensation_cost");
    http::Headers headers;
    headers.add({"Prefer", "wait=0"});

    const Reply wanted = cluster_.api().post("/v1/payouts", body, headers);
    EXPECT_EQ(wanted.text("status"), "pending") << wanted.why;
    EXPECT_EQ(people_.approve("zhao.min", people_.wait_for_task()).text("status"), "approved");
    const Value made_good = teller_.wait_for_status(wanted.text("id"), "succeeded");
    const Reply list = cluster_.api().get("/v1/payouts?order_id=" + order_of(begun));

    EXPECT_EQ(made_good.text_or_empty("status"), "succeeded") << to_json(made_good);
    EXPECT_EQ(list.body.find("payouts")->as_array()->size(), 1U) << list.why;
    EXPECT_EQ(teller_.booked("5002"), 3'000);
    EXPECT_EQ(teller_.booked("1103"), -3'000);
    EXPECT_EQ(teller_.booked("2101"), -kTopUp) << "no refund: the merchant keeps the whole";
    EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailableBefore);
    EXPECT_EQ(cluster_.query_one("SELECT count(*) FROM sluice.refund"), "0");
    expect_sound();
}

}  // namespace
}  // namespace sluice::testing
