// Money that comes when nobody waits for it any more: every fen is back with the payer or stands on
// 2204 with an open case.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SurplusMoney : public ::testing::Test {
  protected:
    explicit SurplusMoney(const ClusterOptions& options = {}) : cluster_(options) {}

    PaymentView given_closed_payment() {
        const PaymentView begun = shop_.begin(shop_.next_order());
        shop_.close(begun.id());
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "closed").status(), "closed");
        return begun;
    }
    /// Another attempt to pay the same order, which replaces the first.
    PaymentView begun_instead_of(const PaymentView& first, const CompositeOrder& order) {
        Value payment;
        payment.set("order_id", cluster_.api().get("/v1/payments/" + first.id()).text("order_id"));
        payment.set("legs", *body_of(order).find("legs"));
        const PaymentView second(cluster_.api().post("/v1/payments", payment).body);
        EXPECT_EQ(shop_.payment(first.id()).failure_code(), "superseded");
        return second;
    }
    std::vector<std::string> cases() {
        return cluster_.query(
            "SELECT c.kind, c.amount, c.status, coalesce(r.status, '') FROM sluice.money_case c "
            "LEFT JOIN sluice.refund r ON r.id = c.refund_id ORDER BY c.opened_at, c.id"
        );
    }
    bool all_cases_are(const std::string& status) {
        return eventually([&] {
            return cluster_.query_one(
                       "SELECT coalesce(bool_and(c.status = '" + status +
                       "' AND c.refund_id IS NOT NULL), false)::text FROM sluice.money_case c"
                   ) == "true" &&
                   wait_until_quiet(cluster_);
        });
    }
    /// What stands on an account of the general ledger, over all owners.
    std::int64_t booked(const std::string& gl) {
        return std::stoll(cluster_.query_one(
            "SELECT coalesce(sum(-e.side * e.amount), 0) FROM sluice.entry e "
            "JOIN sluice.account a ON a.id = e.account_id "
            "JOIN sluice.journal j ON j.id = e.journal_id "
            "WHERE j.order_id IS NOT NULL AND a.gl = '" +
            gl + "'"
        ));
    }
    /// What the channel has of all payers.
    std::int64_t kept_by_channel() {
        std::int64_t kept = 0;
        for (const ChannelOrder& order : cluster_.psp().books()) {
            kept += order.payments * order.amount_total - order.refunded_amount;
        }
        return kept;
    }
    void expect_nothing_lost() {
        EXPECT_EQ(-booked("1101"), kept_by_channel());
        EXPECT_EQ(booked("2201"), 0);
        EXPECT_EQ(booked("2202"), 0);
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }
    void expect_all_back() {
        EXPECT_EQ(kept_by_channel(), 0);
        EXPECT_EQ(booked("2204"), 0);
        EXPECT_EQ(shop_.card_held(), 0);
        expect_nothing_lost();
    }

    Cluster cluster_;
    Shop shop_{cluster_};
};

TEST_F(SurplusMoney, ThatComesAfterTheCloseGoesBackByItself) {
    const PaymentView payment = given_closed_payment();

    ASSERT_TRUE(cluster_.psp().pay_late(payment.channel_number()));

    EXPECT_EQ(shop_.wait_for_status(payment.id(), "surplus").channel_status(), "surplus");
    ASSERT_TRUE(all_cases_are("closed")) << ::testing::PrintToString(cases());
    EXPECT_THAT(cases(), ElementsAre("(surplus,7000,closed,succeeded)"));
    expect_all_back();
    EXPECT_EQ(
        cluster_.query_one("SELECT count(*) FROM sluice.event WHERE type = 'payment.surplus'"), "1"
    );
}

TEST_F(SurplusMoney, ThatComesAfterTheExpiryGoesBackByItself) {
    CompositeOrder order = shop_.next_order();
    order.expires_in_seconds = 6;
    const PaymentView payment = shop_.begin(order);
    ASSERT_EQ(shop_.wait_for_status(payment.id(), "closed").status(), "closed");
    ASSERT_TRUE(eventually([&] { return shop_.payment(payment.id()).order_status() == "closed"; }));

    ASSERT_TRUE(cluster_.psp().pay_late(payment.channel_number()));

    EXPECT_EQ(shop_.wait_for_status(payment.id(), "surplus").order_status(), "closed");
    ASSERT_TRUE(all_cases_are("closed"));
    expect_all_back();
}

TEST_F(SurplusMoney, OfAnAttemptThatAnotherReplacedIsNotPaidTwiceAndSaysWhetherItIsTheSamePayer) {
    const std::pair<const char*, const char*> rows[] = {
        {"o-zhang", "same_payer"}, {"o-li", "another_payer"}
    };
    std::int64_t kept = 0;
    for (const auto& [late_payer, expected] : rows) {
        const CompositeOrder order = shop_.next_order();
        const PaymentView first = shop_.begin(order);
        const PaymentView second = begun_instead_of(first, order);
        ASSERT_TRUE(cluster_.psp().pay_as(second.channel_number(), "o-zhang")) << second.shown();
        ASSERT_EQ(shop_.wait_for_status(second.id(), "succeeded").order_status(), "paid");
        kept += kChannelPart;

        ASSERT_TRUE(cluster_.psp().pay_late(first.channel_number(), late_payer));

        EXPECT_EQ(shop_.wait_for_status(first.id(), "surplus").order_status(), "paid");
        ASSERT_TRUE(all_cases_are("closed"));
        const Reply shown = cluster_.api().get("/v1/payments/" + first.id());
        EXPECT_EQ(shown.text("order_paid_by"), expected) << to_json(shown.body);
    }
    EXPECT_EQ(kept_by_channel(), kept) << "what the second ones paid";
    EXPECT_EQ(booked("2101"), std::ssize(rows) * kWhole);
    EXPECT_EQ(
        cluster_.query_one("SELECT sum(paid) || ' ' || sum(refunded) FROM sluice.orders"), "20000 0"
    );
    expect_nothing_lost();
}

TEST_F(SurplusMoney, ThatThePayersBankDoesNotTakeBackStaysOwedWithAnOpenCaseAndIsTriedAgain) {
    const PaymentView payment = given_closed_payment();
    cluster_.psp().order_fault({.operation = "refund", .kind = "refund_closed"});

    ASSERT_TRUE(cluster_.psp().pay_late(payment.channel_number()));

    ASSERT_TRUE(eventually([&] {
        return cases() == std::vector<std::string>{"(surplus,7000,open,pending)"};
    })) << ::testing::PrintToString(cases());
    EXPECT_TRUE(eventually([&] {
        return cluster_.query_one("SELECT (wake_at > now())::text FROM sluice.flow_run") == "true";
    }));
    EXPECT_EQ(booked("2202"), kChannelPart);
    EXPECT_EQ(-booked("1101"), kept_by_channel());
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(SurplusMoney, GoesBackAlsoWhenTheProcessDiesBeforeItsRefundBegins) {
    const PaymentView payment = given_closed_payment();
    auto owner = cluster_.connect();
    ASSERT_TRUE(owner
                    .run("CREATE FUNCTION sluice.no_refund() RETURNS trigger LANGUAGE plpgsql AS "
                         "$$ BEGIN RAISE EXCEPTION 'none' USING ERRCODE = 'P0001'; END $$")
                    .has_value());
    ASSERT_TRUE(owner
                    .run("CREATE TRIGGER fails BEFORE INSERT ON sluice.refund FOR EACH ROW "
                         "EXECUTE FUNCTION sluice.no_refund()")
                    .has_value());
    ASSERT_TRUE(cluster_.psp().pay_late(payment.channel_number()));
    ASSERT_EQ(shop_.wait_for_status(payment.id(), "surplus").status(), "surplus");
    EXPECT_EQ(booked("2204"), kChannelPart);
    // Its commit must not be under way any more when the trigger goes.
    ASSERT_TRUE(eventually([&] { return cluster_.node(0).has_logged("surplus_refund_not_begun"); })
    );

    cluster_.kill_node(0);
    ASSERT_TRUE(owner.run("DROP TRIGGER fails ON sluice.refund").has_value());
    EXPECT_THAT(cases(), ElementsAre("(surplus,7000,open,\"\")"));
    cluster_.start_node(0);
    ASSERT_TRUE(cluster_.serves_everything());

    ASSERT_TRUE(all_cases_are("closed")) << ::testing::PrintToString(cases());
    expect_all_back();
}

TEST_F(SurplusMoney, IsListedForFinanceByTheDay) {
    const PaymentView payment = given_closed_payment();
    ASSERT_TRUE(cluster_.psp().pay_late(payment.channel_number()));
    ASSERT_TRUE(all_cases_are("closed"));
    const std::string day = cluster_.query_one(
        "SELECT (opened_at AT TIME ZONE 'Asia/Shanghai')::date FROM sluice.money_case"
    );

    const Reply list = cluster_.api().get("/v1/surpluses?day=" + day);

    ASSERT_EQ(list.status, 200) << list.why;
    const Value& item = list.body.find("surpluses")->as_array()->at(0);
    EXPECT_EQ(item.text_or_empty("payment_id"), payment.id());
    EXPECT_EQ(item.text_or_empty("status"), "closed");
    EXPECT_EQ(item.text_or_empty("refund_status"), "succeeded");
    const Value& total = list.body.find("totals")->as_array()->at(0);
    EXPECT_EQ(total.int_or("amount", 0), kChannelPart);
    EXPECT_EQ(total.int_or("amount_open", -1), 0);
}

class SurplusMoneyAtTwoNodes : public SurplusMoney {
  protected:
    SurplusMoneyAtTwoNodes() : SurplusMoney({.nodes = 2}) {}
};

TEST_F(SurplusMoneyAtTwoNodes, IsBookedAndGivenBackOnceHoweverOftenItIsTold) {
    const PaymentView payment = given_closed_payment();
    cluster_.psp().order_fault({.operation = "callback", .kind = "duplicate", .value = 12});
    ASSERT_TRUE(cluster_.psp().pay_late(payment.channel_number()));
    std::vector<std::thread> senders;
    for (int i = 0; i < 4; ++i) {
        senders.emplace_back([&] {
            EXPECT_THAT(
                cluster_.psp().send_callback(payment.channel_number(), "resend"), AnyOf(200, 204)
            );
        });
    }
    for (std::thread& sender : senders) {
        sender.join();
    }

    ASSERT_TRUE(all_cases_are("closed")) << ::testing::PrintToString(cases());

    EXPECT_THAT(cases(), ElementsAre("(surplus,7000,closed,succeeded)"));
    EXPECT_EQ(cluster_.psp().order(payment.channel_number()).refunds, 1);
    expect_all_back();
}

TEST_F(SurplusMoneyAtTwoNodes, IsNeverLostWhenPayersPayWhileTheirPaymentsAreClosed) {
    constexpr int kPayments = 8;
    std::vector<PaymentView> payments;
    for (int i = 0; i < kPayments; ++i) {
        payments.push_back(shop_.begin(shop_.next_order()));
    }
    std::thread payer([&] {
        for (const PaymentView& payment : payments) {
            EXPECT_TRUE(cluster_.psp().pay_late(payment.channel_number()));
        }
    });
    std::vector<std::thread> closers;
    for (const PaymentView& payment : payments) {
        closers.emplace_back([&] {
            (void)cluster_.api().post("/v1/payments/" + payment.id() + "/close");
        });
    }
    payer.join();
    for (std::thread& closer : closers) {
        closer.join();
    }
    for (const PaymentView& payment : payments) {
        EXPECT_TRUE(eventually([&] {
            const std::string status = shop_.payment(payment.id()).status();
            return status == "succeeded" || status == "surplus";
        })) << shop_.payment(payment.id()).shown();
    }
    EXPECT_TRUE(eventually([&] {
        return cluster_.query_one("SELECT count(*) FROM sluice.money_case WHERE status = 'open'") ==
               "0";
    })) << ::testing::PrintToString(cases());
    EXPECT_TRUE(wait_until_quiet(cluster_));

    const std::string succeeded =
        cluster_.query_one("SELECT count(*) FROM sluice.payment WHERE status = 'succeeded'");
    EXPECT_EQ(kept_by_channel(), std::stoll(succeeded) * kChannelPart);
    expect_nothing_lost();
}

}  // namespace
}  // namespace sluice::testing
