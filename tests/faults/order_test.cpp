// The life of an order over HTTP: paid in parts, attempts that take each other's place, its end.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Orders : public ::testing::Test {
  protected:
    /// An order of 100.00.
    std::string given_order(const std::string& number, std::int64_t expires_in_seconds = 1800) {
        Value order;
        order.set("merchant_order_number", number);
        order.set("amount", kWhole);
        order.set("currency", "CNY");
        order.set("description", "an order");
        order.set("expires_in_seconds", expires_in_seconds);
        return cluster_.api().post("/v1/orders", order).text("id");
    }
    static Value payment_of(const std::string& order, std::int64_t amount) {
        Value leg;
        leg.set("kind", "external");
        leg.set("method", "wechatpay");
        leg.set("scene", "qr");
        leg.set("amount", amount);
        Value payment;
        payment.set("order_id", order);
        payment.set("legs", ValueArray{leg});
        return payment;
    }
    Reply pay(const std::string& order, std::int64_t amount, const http::Headers& headers = {}) {
        return cluster_.api().post("/v1/payments", payment_of(order, amount), headers);
    }
    /// Shows the code and lets the payer pay it.
    std::string pay_to_the_end(const std::string& order, std::int64_t amount) {
        const PaymentView begun(pay(order, amount).body);
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number())) << begun.shown();
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        return begun.id();
    }
    Value order(const std::string& id) { return cluster_.api().get("/v1/orders/" + id).body; }
    Reply close(const std::string& id) {
        return cluster_.api().post("/v1/orders/" + id + "/close");
    }
    /// The numbers of the orders that were told so.
    std::string events(const std::string& type) {
        return cluster_.query_one(
            "SELECT coalesce(string_agg(o.merchant_order_number, ' '), '') FROM sluice.event e "
            "JOIN sluice.orders o ON o.id = e.object_id WHERE e.type = '" +
            type + "'"
        );
    }
    /// What db/checks say; the audit of whole runs knows composite orders only.
    void expect_sound() { EXPECT_THAT(unsound_ledger(cluster_), IsEmpty()); }

    Cluster cluster_;
    Shop shop_{cluster_};
};

TEST_F(Orders, ArePaidInParts) {
    const std::string id = given_order("parts");

    pay_to_the_end(id, 3'000);
    const Value partly = order(id);
    const Reply too_much = pay(id, 7'001);
    pay_to_the_end(id, 7'000);
    const Value paid = order(id);

    EXPECT_EQ(partly.text_or_empty("status"), "open");
    EXPECT_EQ(partly.int_or("amount_paid", 0), 3'000);
    EXPECT_EQ(partly.int_or("amount_due", 0), 7'000);
    EXPECT_EQ(too_much.text("code"), "more_than_due") << to_json(too_much.body);
    EXPECT_EQ(paid.text_or_empty("status"), "paid");
    EXPECT_EQ(paid.int_or("amount_due", -1), 0);
    EXPECT_EQ(pay(id, 1).text("code"), "order_not_open");
    EXPECT_EQ(events("order.paid"), "parts");
    EXPECT_EQ(events("order.closed"), "");
    const Reply list = cluster_.api().get("/v1/payments?order_id=" + id + "&limit=1");
    EXPECT_EQ(list.body.find("payments")->as_array()->at(0).int_or("amount", 0), 7'000);
    EXPECT_NE(list.text("next_cursor"), "");
    expect_sound();
}

TEST_F(Orders, ThatExpirePartlyPaidKeepWhatWasPaid) {
    const std::string id = given_order("partly", 12);
    pay_to_the_end(id, 3'000);

    EXPECT_TRUE(eventually([&] { return order(id).text_or_empty("status") == "closed"; }));

    EXPECT_EQ(order(id).int_or("amount_paid", 0), 3'000);
    EXPECT_EQ(order(id).int_or("amount_due", 0), 7'000);
    EXPECT_EQ(pay(id, 7'000).text("code"), "order_not_open");
    EXPECT_EQ(events("order.closed"), "partly");
    EXPECT_EQ(events("order.paid"), "");
    expect_sound();
}

TEST_F(Orders, GiveTheirPlaceToANewAttemptEvenWhenTheChannelAnswersLate) {
    const std::string id = given_order("superseded");
    const PaymentView first(pay(id, kWhole).body);
    cluster_.psp().order_fault({.operation = "close", .kind = "slow_answer_ms", .value = 500});

    const Reply second = pay(id, kWhole);
    const PaymentView ended = shop_.payment(first.id());

    EXPECT_EQ(second.status, 201) << to_json(second.body);
    EXPECT_EQ(ended.status(), "closed") << ended.shown();
    EXPECT_EQ(ended.failure_code(), "superseded");
    EXPECT_EQ(cluster_.psp().order(first.channel_number()).trade_state, "CLOSED");
    EXPECT_FALSE(cluster_.psp().pay(first.channel_number()));
    const PaymentView begun(second.body);
    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").order_status(), "paid");
    expect_sound();
}

TEST_F(Orders, RefuseANewAttemptWhileTheEndOfTheFirstIsUnknown) {
    const std::string id = given_order("unknown");
    const PaymentView first(pay(id, kWhole).body);
    cluster_.psp().order_fault({.operation = "close", .kind = "drop_before", .count = -1});
    cluster_.psp().order_fault({.operation = "query", .kind = "drop_before", .count = -1});

    const Reply unresolved = pay(id, kWhole);
    const Reply not_closed = close(id);
    cluster_.psp().clear_faults();

    EXPECT_EQ(unresolved.status, 409) << to_json(unresolved.body);
    EXPECT_EQ(unresolved.text("code"), "payment_unresolved");
    EXPECT_THAT(unresolved.text("detail"), HasSubstr(first.id()));
    EXPECT_EQ(not_closed.text("code"), "payment_unresolved") << to_json(not_closed.body);
    EXPECT_EQ(order(id).text_or_empty("status"), "open");
    EXPECT_EQ(shop_.wait_for_status(first.id(), "closed").failure_code(), "superseded");
    EXPECT_EQ(pay(id, kWhole).status, 201);
    expect_sound();
}

TEST_F(Orders, RefuseANewAttemptWhenTheFirstWasPaidMeanwhile) {
    const std::string id = given_order("paid-first");
    const PaymentView first(pay(id, kWhole).body);
    cluster_.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});
    cluster_.psp().order_fault({.operation = "close", .kind = "close_after_pay"});

    const Reply second = pay(id, kWhole, {{"Prefer", "wait=30"}});

    EXPECT_EQ(second.status, 422) << to_json(second.body);
    EXPECT_EQ(second.text("code"), "order_not_open");
    EXPECT_THAT(second.text("detail"), HasSubstr(first.id()));
    EXPECT_EQ(shop_.payment(first.id()).status(), "succeeded");
    EXPECT_EQ(close(id).text("status"), "paid") << "what is paid is answered as it is";
    expect_sound();
}

TEST_F(Orders, LetOneOfTwoNewAttemptsWin) {
    const std::string id = given_order("two-at-once");
    const PaymentView first(pay(id, kWhole).body);
    Reply a;
    Reply b;

    std::thread other([&] { a = pay(id, kWhole); });
    b = pay(id, kWhole);
    other.join();

    // Whoever comes after the other has begun takes its place: then both have begun.
    for (const Reply& reply : {a, b}) {
        EXPECT_TRUE(reply.status == 201 || reply.text("code") == "payment_unresolved")
            << to_json(reply.body);
    }
    EXPECT_TRUE(a.status == 201 || b.status == 201);
    EXPECT_EQ(shop_.payment(first.id()).failure_code(), "superseded");
    EXPECT_EQ(
        cluster_.query_one("SELECT count(*) FROM sluice.payment WHERE status = 'pending'"), "1"
    );
    expect_sound();
}

TEST_F(Orders, AreClosedWithThePaymentThatIsUnderWay) {
    const std::string id = given_order("closed");
    const PaymentView first(pay(id, 3'000).body);

    const Reply closed = close(id);
    const Reply again = close(id);

    EXPECT_EQ(closed.text("status"), "closed") << to_json(closed.body);
    EXPECT_EQ(again.body, closed.body);
    EXPECT_EQ(shop_.payment(first.id()).failure_code(), "closed_by_business");
    EXPECT_EQ(pay(id, 1).text("code"), "order_not_open");
    EXPECT_EQ(events("order.closed"), "closed");
    expect_sound();
}

}  // namespace
}  // namespace sluice::testing
