// Refunds by other ways than the one they came by, over real sockets to a channel and a bank.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/teller.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class Ways : public ::testing::Test {
  protected:
    /// 30.00 from the card, 70.00 at the channel; the payment's id.
    std::string given_paid() {
        const PaymentView begun = shop_.begin(shop_.next_order());
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        return begun.id();
    }
    Reply refund(
        const std::string& number, const Value& what, std::int64_t amount, const Value& more = {}
    ) {
        Value body = what;
        body.set("merchant_refund_number", number);
        body.set("amount", amount);
        body.set("currency", "CNY");
        body.set("reason", "the goods came back");
        for (const auto& [name, value] : more.is_null() ? ValueObject{} : *more.as_object()) {
            body.set(name, value);
        }
        return cluster_.api().post("/v1/refunds", body, {{"Prefer", "wait=30"}});
    }
    static Value of_payment(const std::string& id) {
        return Value(ValueObject{{"payment_id", id}});
    }
    static Value to_balance(const std::string& account) {
        return Value(ValueObject{{"to", "balance"}, {"account_id", account}});
    }
    static Value with_payee() {
        const Value payee(ValueObject{
            {"name", "Zhang San"},
            {"account_number", "6222021234567890"},
            {"bank_code", "102100099996"}
        });
        return Value(ValueObject{
            {"fallback", Value(ValueObject{{"method", "bank_account"}, {"payee", payee}})}
        });
    }
    std::int64_t given_back_by_channel() {
        std::int64_t sum = 0;
        for (const ChannelRefund& each : cluster_.psp().refunds()) {
            sum += each.status == "SUCCESS" ? each.amount : 0;
        }
        return sum;
    }
    void expect_nothing_owed() {
        for (const char* gl : {"2201", "2202", "2203"}) {
            EXPECT_EQ(teller_.booked(gl), 0) << gl;
        }
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
        EXPECT_THAT(cluster_.query("SELECT * FROM sluice.quarantine"), IsEmpty());
    }

    Cluster cluster_;
    Shop shop_{cluster_};
    Teller teller_{cluster_, 1'000};
};

TEST_F(Ways, PayThePayeeWhenThePayersCardIsClosed) {
    const std::string payment = given_paid();
    cluster_.psp().order_fault({.operation = "refund", .kind = "refund_abnormal"});

    const Reply done = refund("R-1", of_payment(payment), kChannelPart, with_payee());

    EXPECT_EQ(done.text("status"), "succeeded") << to_json(done.body);
    const ValueArray& ways = *done.body.find("ways")->as_array();
    ASSERT_THAT(ways, SizeIs(2));
    EXPECT_EQ(ways[0].text_or_empty("to"), "original");
    EXPECT_EQ(ways[0].text_or_empty("status"), "refused");
    EXPECT_EQ(ways[1].text_or_empty("to"), "payout");
    EXPECT_EQ(ways[1].text_or_empty("status"), "succeeded");
    EXPECT_EQ(teller_.bank().paid(), kChannelPart);
    EXPECT_EQ(teller_.booked("1103"), -kChannelPart);
    EXPECT_EQ(given_back_by_channel(), 0);
    expect_nothing_owed();
}

TEST_F(Ways, PayThePayeeOnceThroughACrashAndALostAnswer) {
    const std::string payment = given_paid();
    cluster_.psp().order_fault({.operation = "refund", .kind = "refund_abnormal"});
    teller_.bank().order_fault({.operation = "payout", .kind = "drop_after"});
    teller_.bank().order_fault({.operation = "payout_callback", .kind = "missing", .count = -1});
    Value body = of_payment(payment);
    body.set("merchant_refund_number", "R-1");
    body.set("amount", kChannelPart);
    body.set("currency", "CNY");
    body.set("reason", "the goods came back");
    body.set("fallback", *with_payee().find("fallback"));
    const Reply begun = cluster_.api().post("/v1/refunds", body, {{"Prefer", "wait=0"}});
    ASSERT_TRUE(eventually([&] { return teller_.bank().payouts().size() == 1; }));

    cluster_.kill_node(0);
    cluster_.start_node(0);
    std::string status;
    EXPECT_TRUE(eventually([&] {
        const Reply reply = cluster_.api().get("/v1/refunds/" + begun.text("id"));
        status = reply.text("status");
        return status == "succeeded" || status == "failed";
    }));

    EXPECT_EQ(status, "succeeded");
    EXPECT_EQ(teller_.bank().paid(), kChannelPart);
    EXPECT_THAT(teller_.bank().payouts(), SizeIs(1));
    expect_nothing_owed();
}

TEST_F(Ways, FailAndLeaveTheMerchantTheMoneyWhenTheBankRefusesToo) {
    const std::string payment = given_paid();
    const std::int64_t before = teller_.booked("2101");
    cluster_.psp().order_fault({.operation = "refund", .kind = "refund_abnormal"});
    teller_.bank().order_fault({.operation = "payout", .kind = "payout_failed", .count = -1});

    const Reply done = refund("R-1", of_payment(payment), kChannelPart, with_payee());

    EXPECT_EQ(done.text("status"), "failed") << to_json(done.body);
    EXPECT_EQ(teller_.bank().paid(), 0);
    EXPECT_EQ(teller_.booked("2101"), before);
    expect_nothing_owed();
}

TEST_F(Ways, LetARefundToABalanceLeaveAgainTheWayItCame) {
    const std::string payment = given_paid();
    const std::string account = teller_.open_balance("payer", 500);
    const Reply first = refund("R-1", of_payment(payment), kChannelPart, to_balance(account));
    ASSERT_EQ(first.text("status"), "succeeded") << to_json(first.body);
    ASSERT_EQ(teller_.balance_of(account), kChannelPart + 500);
    const Value converting(ValueObject{{"converts", first.text("id")}});

    const Reply out = refund("R-2", converting, 5'000);
    const Reply too_much = refund("R-3", converting, 2'001);
    const Reply again = refund("R-2", converting, 5'000);

    EXPECT_EQ(out.text("status"), "succeeded") << to_json(out.body);
    EXPECT_EQ(out.text("converts"), first.text("id"));
    EXPECT_EQ(out.body.find("ways")->as_array()->front().text_or_empty("to"), "original");
    EXPECT_EQ(too_much.status, 422) << too_much.why;
    EXPECT_EQ(again.text("id"), out.text("id"));
    EXPECT_EQ(given_back_by_channel(), 5'000);
    EXPECT_EQ(teller_.balance_of(account), 2'500);
    const std::string order = cluster_.api().get("/v1/payments/" + payment).text("order_id");
    EXPECT_EQ(
        cluster_.api().get("/v1/orders/" + order).body.int_or("amount_refunded", 0), kChannelPart
    ) << "the same money counts once";
    expect_nothing_owed();
}

TEST_F(Ways, EndAtTheFiftyPartsThatTheChannelTakesAndGoToTheBalance) {
    const std::string payment = given_paid();
    const std::string account = teller_.open_balance("payer", 100);
    const Value fallback(
        ValueObject{{"fallback", Value(ValueObject{{"balance_account_id", account}})}}
    );
    for (int part = 1; part <= 50; ++part) {
        const Reply done = refund("R-" + std::to_string(part), of_payment(payment), 10, fallback);
        ASSERT_EQ(done.text("status"), "succeeded") << part << " " << to_json(done.body);
    }

    const Reply one_more = refund("R-51", of_payment(payment), 10, fallback);

    EXPECT_EQ(one_more.text("status"), "succeeded") << to_json(one_more.body);
    EXPECT_EQ(one_more.body.find("ways")->as_array()->front().text_or_empty("to"), "balance");
    EXPECT_THAT(cluster_.psp().refunds(), SizeIs(50)) << "the channel was not even asked";
    EXPECT_EQ(teller_.balance_of(account), 110);
    expect_nothing_owed();
}

}  // namespace
}  // namespace sluice::testing
