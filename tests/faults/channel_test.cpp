// Answers that are late, lost, unreadable or not yet true: none of them is guessed at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

class Channel : public ::testing::Test {
  protected:
    /// Posts it without waiting for what the channel says; gives the number at the channel.
    PaymentView begin_without_waiting(const CompositeOrder& order) {
        const Reply reply =
            cluster_.api().post("/v1/payments", body_of(order), {{"Prefer", "wait=0"}});
        EXPECT_EQ(reply.status, 201) << reply.why;
        return PaymentView(reply.body);
    }

    /// One order whose create call suffers from this, sent once the fault has been met.
    PaymentView begin_with_fault(const CompositeOrder& order, const ChannelFault& fault) {
        const std::size_t others = cluster_.psp().fault_count();
        cluster_.psp().order_fault(fault);
        PaymentView begun = begin_without_waiting(order);
        EXPECT_TRUE(eventually([&] { return cluster_.psp().fault_count() == others; }));
        return begun;
    }

    Cluster cluster_;
    Shop shop_{cluster_};
};

TEST_F(Channel, WhoseCreateWasExecutedButNotAnsweredIsPaidOnce) {
    const std::vector<ChannelFault> faults = {
        {.operation = "create", .kind = "drop_after"},
        {.operation = "create", .kind = "garbage"},
        {.operation = "create", .kind = "status_5xx_after"},
        {.operation = "create", .kind = "bad_signature"},
        {.operation = "create", .kind = "slow_answer_ms", .value = 12'000},
    };
    // No callback may tell: only a question about the unclear order does.
    cluster_.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});
    std::map<std::string, std::string> acknowledged;
    std::map<std::string, std::string> kind_of;
    for (const ChannelFault& fault : faults) {
        const CompositeOrder order = shop_.next_order();
        const PaymentView begun = begin_with_fault(order, fault);
        acknowledged[order.number] = begun.id();
        kind_of[begun.id()] = fault.kind;
        EXPECT_TRUE(eventually([&] { return cluster_.psp().pay(begun.channel_number()); }))
            << fault.kind;
    }

    for (const auto& [payment, kind] : kind_of) {
        const PaymentView ended = shop_.wait_for_status(payment, "succeeded");
        EXPECT_EQ(ended.status(), "succeeded") << kind << " " << ended.shown();
        EXPECT_EQ(cluster_.psp().order(ended.channel_number()).payments, 1) << kind;
    }
    EXPECT_THAT(audit(cluster_, acknowledged).findings, IsEmpty());
}

TEST_F(Channel, WhoseCreateNeverArrivedIsClosedWithoutMoney) {
    std::map<std::string, std::string> acknowledged;
    for (const char* kind : {"drop_before", "status_5xx"}) {
        cluster_.psp().order_fault({.operation = "create", .kind = kind, .count = -1});
        CompositeOrder order = shop_.next_order();
        order.expires_in_seconds = 4;
        const PaymentView begun = begin_without_waiting(order);
        acknowledged[order.number] = begun.id();
        const PaymentView ended = shop_.wait_for_status(begun.id(), "closed");
        EXPECT_EQ(ended.status(), "closed") << kind << " " << ended.shown();
        EXPECT_EQ(ended.failure_code(), "expired");
        cluster_.psp().clear_faults();
    }

    EXPECT_EQ(shop_.card_held(), 0);
    EXPECT_THAT(cluster_.psp().books(), IsEmpty());
    EXPECT_THAT(audit(cluster_, acknowledged).findings, IsEmpty());
}

TEST_F(Channel, WhoseAnswerWithTheCodeWasLostGivesItOnceMore) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun =
        begin_with_fault(order, {.operation = "create", .kind = "drop_after"});

    EXPECT_TRUE(eventually([&] { return !shop_.payment(begun.id()).code_url().empty(); }))
        << "nobody can scan this order: " << shop_.payment(begun.id()).shown();

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_THAT(cluster_.psp().books(), ::testing::SizeIs(1));
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(Channel, ThatDoesNotFindTheOrderAtFirstIsAskedAgain) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);
    cluster_.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});
    cluster_.psp().order_fault({.operation = "query", .kind = "not_found", .count = 2});

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    const PaymentView ended = shop_.wait_for_status(begun.id(), "succeeded");

    EXPECT_EQ(ended.status(), "succeeded") << ended.shown();
    EXPECT_EQ(cluster_.psp().order(begun.channel_number()).callbacks_sent, 0);
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(Channel, WhoseQueryAnswersCannotBeReadIsAskedAgain) {
    std::map<std::string, std::string> acknowledged;
    for (const char* kind : {"garbage", "status_5xx", "drop_after", "bad_signature"}) {
        const CompositeOrder order = shop_.next_order();
        const PaymentView begun = shop_.begin(order);
        acknowledged[order.number] = begun.id();
        cluster_.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});
        cluster_.psp().order_fault(
            {.operation = "query", .kind = kind, .out_trade_no = begun.channel_number()}
        );
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    }

    for (const auto& [number, payment] : acknowledged) {
        EXPECT_EQ(shop_.wait_for_status(payment, "succeeded").status(), "succeeded") << number;
    }
    EXPECT_THAT(audit(cluster_, acknowledged).findings, IsEmpty());
}

TEST_F(Channel, WhoseQueryNamesAWrongAmountPaysNothing) {
    const PaymentView begun = shop_.begin(shop_.next_order());
    cluster_.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});
    cluster_.psp().order_fault({.operation = "query", .kind = "wrong_amount"});

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));

    EXPECT_TRUE(eventually([&] {
        return shop_.payment(begun.id()).channel_status() == "conflicted";
    }));
    EXPECT_EQ(shop_.payment(begun.id()).status(), "pending");
    EXPECT_EQ(
        cluster_.query_one("SELECT count(*) FROM sluice.money_case WHERE status = 'open'"), "1"
    );
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
