// What a channel may send us: too early, too often, wrong, forged, too late.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/journal.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Callback : public ::testing::Test {
  protected:
    /// Everything that a message could have changed.
    [[nodiscard]] std::string state_of(const std::string& payment) {
        const std::string id = PaymentId::parse(payment)->raw().to_uuid();
        const auto callbacks =
            std::ranges::count_if(journal_of(cluster_, payment), [](const std::string& body) {
                return body.find("callback") != std::string::npos;
            });
        const std::string others = cluster_.query_one(
            "SELECT p.status || ' ' || (SELECT count(*) FROM sluice.late_fact) || ' ' || "
            "(SELECT count(*) FROM sluice.money_case) FROM sluice.payment p WHERE p.id = '" +
            id + "'"
        );
        return others + " " + std::to_string(callbacks);
    }

    [[nodiscard]] std::vector<std::string> open_cases() {
        return cluster_.query(
            "SELECT kind FROM sluice.money_case WHERE status = 'open' ORDER BY kind"
        );
    }

    void expect_paid_once(const CompositeOrder& order, const PaymentView& begun) {
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
    }

    /// The answer contradicts our record: nobody is paid, nothing is lost, a person must look.
    /// Only the notice can tell then, however late it comes.
    void refuse_queries() {
        cluster_.psp().order_fault({.operation = "query", .kind = "status_5xx", .count = -1});
    }
    void expect_conflict(const PaymentView& begun) {
        EXPECT_TRUE(eventually([&] {
            return shop_.payment(begun.id()).channel_status() == "conflicted";
        }));
        const PaymentView now = shop_.payment(begun.id());
        EXPECT_EQ(now.status(), "pending") << now.shown();
        EXPECT_EQ(now.order_status(), "open");
        EXPECT_EQ(open_cases().size(), 1U);
        EXPECT_EQ(shop_.card_held(), kCardPart);
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }

    Cluster cluster_;
    Shop shop_{cluster_};
};

TEST_F(Callback, BeforeTheCreateResponseIsNotLost) {
    const CompositeOrder order = shop_.next_order();
    cluster_.psp().order_fault({.operation = "create", .kind = "early"});
    // Whoever asks learns nothing: only the callback can have told us.
    cluster_.psp().order_fault({.operation = "query", .kind = "status_5xx", .count = -1});

    const PaymentView begun = shop_.begin(order);
    expect_paid_once(order, begun);

    EXPECT_TRUE(eventually([&] {
        return cluster_.psp().order(begun.channel_number()).callbacks_acknowledged == 1;
    }));
}

TEST_F(Callback, ManyTimesAtOnceCountsOnce) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);
    cluster_.psp().order_fault({.operation = "callback", .kind = "duplicate", .value = 12});

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    expect_paid_once(order, begun);

    EXPECT_TRUE(eventually([&] {
        return cluster_.psp().order(begun.channel_number()).callbacks_acknowledged == 12;
    })) << "a repeated callback is not acknowledged";
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(Callback, AgainAfterTheEndChangesNothing) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);
    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    expect_paid_once(order, begun);

    for (int i = 0; i < 3; ++i) {
        EXPECT_THAT(
            cluster_.psp().send_callback(begun.channel_number(), "resend"),
            ::testing::AnyOf(200, 204)
        );
    }

    EXPECT_EQ(shop_.payment(begun.id()).status(), "succeeded");
    EXPECT_THAT(open_cases(), IsEmpty());
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(Callback, SentAgainByteForByteIsAcknowledgedAndChangesNothing) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);
    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    expect_paid_once(order, begun);
    ASSERT_TRUE(eventually([&] {
        return cluster_.psp().order(begun.channel_number()).callbacks_acknowledged == 1;
    }));
    const auto notice = cluster_.last_callback();
    ASSERT_TRUE(notice);
    EXPECT_EQ(cluster_.send_again(*notice), 204);
    const std::string before = state_of(begun.id());

    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(cluster_.send_again(*notice), 204);
    }

    EXPECT_EQ(state_of(begun.id()), before) << "what came after the end is kept once";
    EXPECT_THAT(open_cases(), IsEmpty());
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(Callback, OfAnUnknownAccountOrOfAnotherTypeLeavesNoTrace) {
    const PaymentView begun = shop_.begin(shop_.next_order());
    const std::string before = state_of(begun.id());
    ASSERT_EQ(cluster_.psp().send_callback(begun.channel_number(), "bad_signature"), 401);
    http::Request notice = cluster_.last_callback().value();
    const std::string target = notice.target;

    notice.target = "/callbacks/wechatpay/nobody";
    EXPECT_EQ(cluster_.send_again(notice), 404);
    notice.target = target;
    notice.headers.set({"Content-Type", "text/xml"});
    EXPECT_EQ(cluster_.send_again(notice), 415);
    notice.headers.set({"Content-Type", "application/json"});
    notice.body = std::string(65'537, ' ');
    EXPECT_EQ(cluster_.send_again(notice), 413);

    EXPECT_EQ(state_of(begun.id()), before);
    const std::string metrics = cluster_.api().get("/metrics").why;
    for (const char* reason : {"bad_signature", "unknown_account", "content_type", "too_large"}) {
        const std::string line =
            "sluice_callbacks_refused_total{reason=\"" + std::string(reason) + "\"} 1\n";
        EXPECT_THAT(metrics, ::testing::HasSubstr(line));
    }
}

TEST_F(Callback, WithAWrongAmountOpensACaseAndPaysNothing) {
    const PaymentView begun = shop_.begin(shop_.next_order());
    refuse_queries();
    cluster_.psp().order_fault({.operation = "callback", .kind = "wrong_amount"});

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));

    expect_conflict(begun);
}

TEST_F(Callback, OfAWrongMerchantOpensACaseAndPaysNothing) {
    const PaymentView begun = shop_.begin(shop_.next_order());
    refuse_queries();
    cluster_.psp().order_fault({.operation = "callback", .kind = "wrong_merchant"});

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));

    expect_conflict(begun);
}

TEST_F(Callback, CannotMendWhatContradictedBefore) {
    const PaymentView begun = shop_.begin(shop_.next_order());
    refuse_queries();
    cluster_.psp().order_fault({.operation = "callback", .kind = "wrong_amount"});
    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    expect_conflict(begun);

    EXPECT_THAT(
        cluster_.psp().send_callback(begun.channel_number(), "resend"), ::testing::AnyOf(200, 204)
    );

    expect_conflict(begun);
}

TEST_F(Callback, WithABadSignatureIsRefusedAndChangesNothing) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = shop_.begin(order);
    const std::string before = state_of(begun.id());

    EXPECT_EQ(cluster_.psp().send_callback(begun.channel_number(), "bad_signature"), 401);
    EXPECT_EQ(cluster_.psp().send_callback(begun.channel_number(), "forged"), 401);

    EXPECT_EQ(state_of(begun.id()), before);
    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    expect_paid_once(order, begun);
}

TEST_F(Callback, AfterTheCloseIsKeptAndOpensACase) {
    const PaymentView begun = shop_.begin(shop_.next_order());
    shop_.close(begun.id());
    ASSERT_EQ(shop_.wait_for_status(begun.id(), "closed").status(), "closed");

    // A signed message that claims a payment which the channel itself had closed.
    EXPECT_THAT(
        cluster_.psp().send_callback(begun.channel_number(), "wrong_amount"),
        ::testing::AnyOf(200, 204)
    );

    EXPECT_EQ(shop_.payment(begun.id()).status(), "closed");
    EXPECT_THAT(open_cases(), ElementsAre("(conflicted)")) << "the amount is wrong";
    EXPECT_EQ(shop_.card_held(), 0);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
