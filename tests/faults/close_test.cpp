// Close against pay: whatever comes first, the money decides, and only one of them is true.
#include <iostream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/rounds.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

class Close : public ::testing::Test {
  protected:
    Cluster cluster_;
    Shop shop_{cluster_};
};

TEST_F(Close, BeforeThePayerPaysEndsThePayment) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);

    shop_.close(begun.id());
    const PaymentView ended = shop_.wait_for_status(begun.id(), "closed");

    EXPECT_EQ(ended.status(), "closed") << ended.shown();
    EXPECT_EQ(ended.failure_code(), "closed_by_business");
    EXPECT_FALSE(cluster_.psp().pay(begun.channel_number()));
    EXPECT_EQ(cluster_.psp().order(begun.channel_number()).trade_state, "CLOSED");
    EXPECT_EQ(shop_.card_held(), 0);
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(Close, JustAfterThePayerPaidLosesToTheMoney) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);
    cluster_.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});
    cluster_.psp().order_fault({.operation = "close", .kind = "close_after_pay"});

    shop_.close(begun.id());
    const PaymentView ended = shop_.wait_for_status(begun.id(), "succeeded");

    EXPECT_EQ(ended.status(), "succeeded") << ended.shown();
    EXPECT_EQ(ended.order_status(), "paid");
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(Close, WhoseAnswerIsLostIsAskedAgain) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);
    cluster_.psp().order_fault({.operation = "close", .kind = "drop_after"});

    shop_.close(begun.id());

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "closed").status(), "closed");
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(Close, AtTheSameMomentAsThePayerPaysEndsInOneOfTheTwo) {
    const std::size_t orders = 3 * fault_rounds(8);
    std::map<std::string, std::string> acknowledged;
    for (std::size_t i = 0; i < orders; ++i) {
        const CompositeOrder order = shop_.next_order();
        const PaymentView begun = shop_.begin(order);
        acknowledged[order.number] = begun.id();
        std::thread payer([&] { cluster_.psp().pay(begun.channel_number()); });
        shop_.close(begun.id());
        payer.join();
    }

    ASSERT_TRUE(wait_until_quiet(cluster_));
    const AuditReport report = audit(cluster_, acknowledged);
    std::cout << report.summary() << "\n";
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_EQ(report.succeeded + report.closed, orders);
}

TEST_F(Close, CanBeAskedForAgainAndAfterTheEnd) {
    const PaymentView begun = shop_.begin(shop_.next_order());

    shop_.close(begun.id());
    shop_.close(begun.id());
    ASSERT_EQ(shop_.wait_for_status(begun.id(), "closed").status(), "closed");

    EXPECT_EQ(shop_.close(begun.id()).status(), "closed");
}

TEST_F(Close, OfAnOrderComesByItselfWhenNobodyPaysInTime) {
    Value order;
    order.set("merchant_order_number", "nobody-pays-1");
    order.set("amount", kWhole);
    order.set("currency", "CNY");
    order.set("description", "an order that nobody pays");
    order.set("expires_in_seconds", 1);
    const std::string id = cluster_.api().post("/v1/orders", order).text("id");

    EXPECT_TRUE(eventually([&] {
        return cluster_.api().get("/v1/orders/" + id).text("status") == "closed";
    }));
    Value payment;
    payment.set("order_id", id);
    payment.set("legs", *body_of(shop_.next_order()).find("legs"));
    const Reply refused = cluster_.api().post("/v1/payments", payment);

    EXPECT_EQ(refused.status, 422) << to_json(refused.body);
    EXPECT_EQ(refused.text("code"), "order_not_open");
}

}  // namespace
}  // namespace sluice::testing
