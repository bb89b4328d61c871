// One composite payment: how it goes when nothing fails, and when our own side says no.
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/mutex.hpp"
#include "faults/audit.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr std::int64_t kOnCard = 100'000'000;
constexpr const char* kPayer = "oPayerOfATimeline0123456789a";

/// "kind type" of every item, for example "effect stage".
std::set<std::string> items_of(const Reply& timeline) {
    std::set<std::string> found;
    const Value* items = timeline.body.find("items");
    if (items == nullptr || items->as_array() == nullptr) {
        return found;
    }
    for (const Value& item : *items->as_array()) {
        found.insert(
            std::string(item.text_or_empty("kind")) + " " + std::string(item.text_or_empty("type"))
        );
    }
    return found;
}

class CompositePayment : public ::testing::Test {
  protected:
    Cluster cluster_;
    Shop shop_{cluster_};
};

TEST_F(CompositePayment, IsPaidBookedAndExplained) {
    const CompositeOrder order = shop_.next_order();

    const PaymentView begun = shop_.begin(order);
    EXPECT_EQ(begun.status(), "pending");
    EXPECT_THAT(begun.code_url(), ::testing::StartsWith("weixin://"));
    EXPECT_EQ(shop_.card_held(), kCardPart);
    EXPECT_EQ(shop_.card_balance(), kOnCard);

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    const PaymentView paid = shop_.wait_for_status(begun.id(), "succeeded");
    EXPECT_EQ(paid.status(), "succeeded");
    EXPECT_EQ(paid.order_status(), "paid");
    EXPECT_EQ(shop_.card_held(), 0);
    EXPECT_EQ(shop_.card_balance(), kOnCard - kCardPart);
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(CompositePayment, HasATimelineThatExplainsIt) {
    // It is the notice that tells of the end, however late it comes.
    cluster_.psp().order_fault({.operation = "query", .kind = "status_5xx", .count = -1});
    const PaymentView begun = shop_.begin(shop_.next_order());
    EXPECT_TRUE(cluster_.psp().pay_as(begun.channel_number(), kPayer));
    ASSERT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");

    const Reply timeline = cluster_.api().get("/v1/payments/" + begun.id() + "/timeline");

    ASSERT_EQ(timeline.status, 200) << timeline.why;
    EXPECT_THAT(
        items_of(timeline),
        IsSupersetOf(
            {"effect stage",
             "effect instruct",
             "effect hold",
             "effect exchange",
             "effect post",
             "effect status",
             "result decision",
             "fact callback"}
        )
    ) << timeline.why;
    const std::string told = to_json(timeline.body);
    EXPECT_THAT(told, HasSubstr(R"("path":"/callbacks/wechatpay/)")) << "how the notice came";
    EXPECT_THAT(told, Not(HasSubstr(kPayer))) << "whom it named";
}

TEST_F(CompositePayment, IsTheSameForARepeatedRequest) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);

    const Reply while_pending = cluster_.api().post("/v1/payments", body_of(order));
    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    ASSERT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    const Reply when_paid = cluster_.api().post("/v1/payments", body_of(order));

    EXPECT_EQ(while_pending.status, 200) << while_pending.why;
    EXPECT_EQ(while_pending.text("id"), begun.id());
    EXPECT_EQ(when_paid.status, 200) << when_paid.why;
    EXPECT_EQ(when_paid.text("id"), begun.id());
    EXPECT_EQ(when_paid.text("status"), "succeeded");
}

TEST_F(CompositePayment, IsRefusedWhenItsOrderNumberHasAnotherBody) {
    CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);

    order.description = "another order";
    const Reply other = cluster_.api().post("/v1/payments", body_of(order));

    EXPECT_EQ(other.status, 409) << other.why;
    EXPECT_EQ(cluster_.query_one("SELECT count(*) FROM sluice.payment"), "1");
    EXPECT_EQ(shop_.payment(begun.id()).status(), "pending");
}

TEST_F(CompositePayment, IsOneForManyEqualRequestsAtOnce) {
    constexpr std::size_t kAtOnce = 24;
    const Value body = body_of(shop_.next_order());
    Mutex mutex;
    std::multiset<int> statuses;
    std::set<std::string> payments;

    std::vector<std::thread> callers;
    for (std::size_t i = 0; i < kAtOnce; ++i) {
        callers.emplace_back([&] {
            const Reply reply = cluster_.api().post("/v1/payments", body);
            const MutexLock lock(mutex);
            statuses.insert(reply.status);
            payments.insert(reply.text("id"));
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }

    EXPECT_EQ(payments.size(), 1U);
    EXPECT_EQ(statuses.count(201), 1U) << ::testing::PrintToString(statuses);
    EXPECT_EQ(statuses.count(200), kAtOnce - 1) << ::testing::PrintToString(statuses);
    EXPECT_EQ(cluster_.query_one("SELECT count(*) FROM sluice.payment"), "1");
    EXPECT_EQ(cluster_.psp().books().size(), 1U);
    EXPECT_EQ(shop_.card_held(), kCardPart);
}

TEST_F(CompositePayment, IsGivenBackWhenTheCardIsClosedBetweenHoldAndCapture) {
    const PaymentView begun = shop_.begin(shop_.next_order());

    const Reply closed = cluster_.api().post("/v1/accounts/" + cluster_.cards().front() + "/close");
    ASSERT_EQ(closed.status, 200) << closed.why;
    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    const PaymentView unwound = shop_.wait_for_status(begun.id(), "failed");

    EXPECT_EQ(unwound.status(), "failed") << unwound.shown();
    EXPECT_EQ(unwound.failure_code(), "account_closed");
    EXPECT_EQ(unwound.order_status(), "open");
    EXPECT_EQ(unwound.card_status(), "released");
    EXPECT_EQ(shop_.card_held(), 0);
    EXPECT_EQ(shop_.card_balance(), kOnCard);
    EXPECT_THAT(
        cluster_.query("SELECT kind, amount, detail FROM sluice.money_case WHERE status = 'open'"),
        IsEmpty()
    );
    EXPECT_EQ(
        cluster_.query_one(
            "SELECT string_agg(purpose || ' ' || status || ' ' || refunded, ', ' ORDER BY purpose) "
            "FROM sluice.instruction WHERE kind = 'external'"
        ),
        "collect succeeded 7000, refund succeeded 0"
    );
    const auto booked = cluster_.query(
        "SELECT a.gl, sum(-e.side * e.amount) FROM sluice.entry e "
        "JOIN sluice.account a ON a.id = e.account_id JOIN sluice.journal j ON j.id = e.journal_id "
        "WHERE j.order_id IS NOT NULL GROUP BY a.gl ORDER BY a.gl"
    );
    EXPECT_THAT(booked, ::testing::ElementsAre("(1101,0)", "(2201,0)", "(2202,0)"));
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(CompositePayment, ClosesAtTheChannelFirstWhenThePayerNeverPays) {
    CompositeOrder order = shop_.next_order();
    order.expires_in_seconds = 6;

    const PaymentView begun = shop_.begin(order);
    const PaymentView ended = shop_.wait_for_status(begun.id(), "closed");

    EXPECT_EQ(ended.status(), "closed") << ended.shown();
    EXPECT_EQ(ended.failure_code(), "expired");
    const ChannelOrder theirs = cluster_.psp().order(begun.channel_number());
    EXPECT_EQ(theirs.trade_state, "CLOSED");
    EXPECT_GE(theirs.closes, 1) << "the channel was not asked to close it";
    EXPECT_FALSE(cluster_.psp().pay(begun.channel_number()));
    EXPECT_EQ(shop_.card_held(), 0);
    EXPECT_EQ(shop_.card_balance(), kOnCard);
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST(CompositePaymentWithAnEmptyCard, FailsAndSendsNothingToTheChannel) {
    Cluster cluster({.cards = 1, .card_amount = kCardPart - 1});
    Shop shop(cluster);

    const CompositeOrder order = shop.next_order();
    const PaymentView begun = shop.begin(order);
    const PaymentView failed = shop.wait_for_status(begun.id(), "failed");

    EXPECT_EQ(failed.status(), "failed") << failed.shown();
    EXPECT_EQ(failed.failure_code(), "insufficient_balance");
    EXPECT_EQ(failed.channel_number(), "");
    EXPECT_THAT(cluster.psp().books(), IsEmpty());
    EXPECT_EQ(shop.card_held(), 0);
    EXPECT_EQ(shop.card_balance(), kCardPart - 1);
    EXPECT_THAT(audit(cluster, {{order.number, begun.id()}}).findings, IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
