// Alipay from the API to the channel and back, over real sockets, with the books held against it.
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

constexpr std::int64_t kAmount = 1234;

class Alipay : public ::testing::Test {
  protected:
    /// A payment of 12.34 by a code; returns when there is one.
    PaymentView begin(const std::string& number, const std::string& scene = "qr") {
        const Value leg(ValueObject{
            {"kind", "external"}, {"method", "alipay"}, {"scene", scene}, {"amount", kAmount}
        });
        const Value order(ValueObject{
            {"merchant_order_number", number},
            {"amount", kAmount},
            {"currency", "CNY"},
            {"description", "两斤橙子 a/b=c&d"},
            {"expires_in_seconds", 1800}
        });
        const Reply reply = cluster_.api().post(
            "/v1/payments", Value(ValueObject{{"order", order}, {"legs", ValueArray{leg}}})
        );
        EXPECT_EQ(reply.status, 201) << reply.why;
        return PaymentView(reply.body);
    }
    PaymentView given_paid(const std::string& number) {
        const PaymentView begun = begin(number);
        EXPECT_TRUE(begun.code_url().starts_with("https://qr.alipay.com/")) << begun.shown();
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
        const PaymentView paid = shop_.wait_for_status(begun.id(), "succeeded");
        EXPECT_EQ(paid.status(), "succeeded") << paid.shown();
        return paid;
    }
    Reply refund(const std::string& number, const std::string& payment, std::int64_t amount) {
        return cluster_.api().post(
            "/v1/refunds",
            Value(ValueObject{
                {"merchant_refund_number", number},
                {"payment_id", payment},
                {"amount", amount},
                {"currency", "CNY"},
                {"reason", "the goods came back"}
            }),
            {{"Prefer", "wait=30"}}
        );
    }
    std::int64_t given_back(const std::string& channel_number) {
        std::int64_t sum = 0;
        for (const ChannelRefund& each : cluster_.psp().refunds(channel_number)) {
            sum += each.status == "SUCCESS" ? each.amount : 0;
        }
        return sum;
    }
    /// What stands on an account of the general ledger, debits above zero.
    std::int64_t booked(const std::string& gl) {
        return std::stoll(cluster_.query_one(
            "SELECT coalesce(sum(e.side * e.amount), 0)::text FROM sluice.entry e "
            "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '" +
            gl + "'"
        ));
    }
    void scan(const std::string& channel_number) {
        Api api(cluster_.psp().url(), "");
        const Reply seen =
            api.post("/sim/scan", Value(ValueObject{{"out_trade_no", channel_number}}));
        EXPECT_EQ(seen.status, 200) << seen.why;
    }

    Cluster cluster_{{.has_alipay = true}};
    Shop shop_{cluster_};
};

TEST_F(Alipay, CollectsByACodeAndGivesBackInParts) {
    const PaymentView paid = given_paid("A-1");
    EXPECT_EQ(cluster_.psp().order(paid.channel_number()).payments, 1);
    EXPECT_TRUE(eventually([&] {
        return cluster_.psp().order(paid.channel_number()).callbacks_acknowledged == 1;
    }));
    EXPECT_EQ(booked("1101"), kAmount);

    const Reply first = refund("AR-1", paid.id(), 234);
    const Reply rest = refund("AR-2", paid.id(), 1000);
    const Reply more = refund("AR-3", paid.id(), 1);

    EXPECT_EQ(first.text("status"), "succeeded") << to_json(first.body);
    EXPECT_EQ(rest.text("status"), "succeeded") << to_json(rest.body);
    EXPECT_GE(more.status, 400);
    EXPECT_EQ(given_back(paid.channel_number()), kAmount);
    EXPECT_EQ(booked("1101"), 0);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(Alipay, TellingTheSameAgainIsAcknowledgedAndChangesNothing) {
    const PaymentView paid = given_paid("A-again");
    ASSERT_TRUE(eventually([&] { return cluster_.last_callback().has_value(); }));
    const auto notice = cluster_.last_callback();
    EXPECT_EQ(cluster_.send_again(*notice), 200);
    const auto kept = [&] {
        return cluster_.query_one(
            "SELECT (SELECT count(*) FROM sluice.late_fact) + (SELECT count(*) FROM "
            "sluice.flow_journal) + (SELECT count(*) FROM sluice.money_case)"
        );
    };
    const std::string before = kept();

    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(cluster_.send_again(*notice), 200);
    }

    EXPECT_EQ(kept(), before);
    EXPECT_EQ(shop_.payment(paid.id()).status(), "succeeded");
}

/// One scene in which the payer takes to the channel what we signed.
struct HandedOver {
    const char* scene;
    const char* type;    ///< of the next_action
    const char* member;  ///< of it, that has what we signed
};

class AlipayPayer : public Alipay, public ::testing::WithParamInterface<HandedOver> {};

INSTANTIATE_TEST_SUITE_P(
    Scenes,
    AlipayPayer,
    ::testing::Values(
        HandedOver{"page", "redirect", "url"},
        HandedOver{"wap", "redirect", "url"},
        HandedOver{"app", "app", "order_string"}
    ),
    [](const auto& test) { return std::string(test.param.scene); }
);

TEST_P(AlipayPayer, TakesWhatWeSignedToTheChannelAndPaysThere) {
    const PaymentView begun = begin("A-1", GetParam().scene);
    const Reply shown = cluster_.api().get("/v1/payments/" + begun.id());
    const Value* action = shown.body.find("next_action");
    ASSERT_TRUE(action != nullptr && action->as_object() != nullptr) << begun.shown();
    EXPECT_EQ(action->text_or_empty("type"), GetParam().type);
    std::string taken(action->text_or_empty(GetParam().member));
    const std::string gateway = cluster_.psp().url() + "/gateway.do?";
    if (taken.starts_with(gateway)) {
        taken.erase(0, gateway.size());
    } else {
        EXPECT_STREQ(GetParam().scene, "app") << "a browser needs the address: " << taken;
    }
    const std::string method = std::string("method=alipay.trade.") + GetParam().scene + ".pay";
    ASSERT_NE(taken.find(method), std::string::npos) << taken;
    EXPECT_TRUE(cluster_.psp().order(begun.channel_number()).out_trade_no.empty())
        << "nothing is sent by us";

    Api payer(cluster_.psp().url(), "");
    EXPECT_EQ(payer.get("/gateway.do?" + taken).status, 302);
    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_EQ(cluster_.psp().order(begun.channel_number()).payments, 1);
    EXPECT_EQ(booked("1101"), kAmount);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(Alipay, IsAskedWhenItTellsNothing) {
    cluster_.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});

    const PaymentView paid = given_paid("A-1");

    EXPECT_EQ(cluster_.psp().order(paid.channel_number()).callbacks_sent, 0);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(Alipay, GivesTheCodeOnceMoreWhenItsAnswerWasLost) {
    for (const char* kind : {"drop_after", "garbage", "bad_signature", "status_5xx"}) {
        cluster_.psp().order_fault({.operation = "create", .kind = kind});
        const PaymentView begun = begin(std::string("A-") + kind);

        EXPECT_TRUE(eventually([&] { return !shop_.payment(begun.id()).code_url().empty(); }))
            << kind << " " << shop_.payment(begun.id()).shown();
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number())) << kind;
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded") << kind;
        EXPECT_EQ(cluster_.psp().order(begun.channel_number()).payments, 1) << kind;
    }
    EXPECT_EQ(booked("1101"), 4 * kAmount);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(Alipay, IsClosedAfterItsPayerLookedAndDidNotPay) {
    const PaymentView begun = begin("A-1");
    scan(begun.channel_number());

    shop_.close(begun.id());

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "closed").status(), "closed");
    EXPECT_EQ(cluster_.psp().order(begun.channel_number()).payments, 0);
    EXPECT_EQ(booked("1101"), 0);
}

TEST_F(Alipay, BooksThePaymentThatWasQuickerThanItsClose) {
    const PaymentView begun = begin("A-1");
    scan(begun.channel_number());
    cluster_.psp().order_fault({.operation = "close", .kind = "close_after_pay"});

    shop_.close(begun.id());

    EXPECT_TRUE(eventually([&] {
        return cluster_.query_one("SELECT count(*) FROM sluice.entry") != "0" &&
               cluster_.psp().order(begun.channel_number()).payments == 1;
    }));
    EXPECT_TRUE(wait_until_quiet(cluster_));
    // Kept or given back by itself: in either case the books say what the channel's books say.
    EXPECT_EQ(booked("1101"), kAmount - given_back(begun.channel_number()));
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(Alipay, SendsTheSameRefundAgainWhenItsAnswerWasLost) {
    for (const char* kind : {"drop_before", "drop_after", "garbage", "status_5xx_after"}) {
        const PaymentView paid = given_paid(std::string("A-") + kind);
        cluster_.psp().order_fault({.operation = "refund", .kind = kind});

        const Reply done = refund(std::string("AR-") + kind, paid.id(), kAmount);

        EXPECT_EQ(done.text("status"), "succeeded") << kind << " " << to_json(done.body);
        EXPECT_THAT(cluster_.psp().refunds(paid.channel_number()), SizeIs(1)) << kind;
        EXPECT_EQ(given_back(paid.channel_number()), kAmount) << kind;
    }
    EXPECT_EQ(booked("1101"), 0);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(Alipay, PaysOutToAnAccountThereAndTakesBackWhatFailed) {
    Teller teller(cluster_, 1'000'000);
    const auto pay = [&](const std::string& number) {
        return cluster_.api().post(
            "/v1/payouts",
            Value(ValueObject{
                {"merchant_payout_number", number},
                {"amount", std::int64_t{5000}},
                {"currency", "CNY"},
                {"method", "alipay"},
                {"payee",
                 Value(ValueObject{{"account_number", "payee@example.com"}, {"name", "张三"}})}
            }),
            {{"Prefer", "wait=30"}}
        );
    };

    const Reply paid = pay("AP-1");
    cluster_.psp().order_fault({.operation = "payout", .kind = "payout_failed", .count = -1});
    const Reply failed = pay("AP-2");

    EXPECT_EQ(paid.text("status"), "succeeded") << to_json(paid.body) << paid.why;
    EXPECT_EQ(failed.text("status"), "failed") << to_json(failed.body);
    EXPECT_EQ(teller.balance_of(teller.account()), 1'000'000 - 5000);
    EXPECT_EQ(booked("2203"), 0);
    EXPECT_EQ(booked("1103"), -5000);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
