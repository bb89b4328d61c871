// Payments of several legs at a channel, over real sockets: one after the other, all or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kOnCard = 100'000'000;

Value external(std::int64_t amount) {
    return Value(ValueObject{
        {"kind", "external"}, {"method", "wechatpay"}, {"scene", "qr"}, {"amount", amount}
    });
}

class SeveralLegs : public ::testing::Test {
  protected:
    Value internal(const std::string& method, const std::string& account, std::int64_t amount) {
        return Value(ValueObject{
            {"kind", "internal"}, {"method", method}, {"account_id", account}, {"amount", amount}
        });
    }
    Value card(std::int64_t amount) {
        return internal("prepaid_card", cluster_.cards().front(), amount);
    }
    Value balance(std::int64_t amount) {
        const Reply opened = cluster_.api().post(
            "/v1/accounts",
            Value(ValueObject{{"kind", "balance"}, {"owner_number", "payer"}, {"currency", "CNY"}})
        );
        const std::string id = opened.text("id");
        const Reply topped = cluster_.api().post(
            "/v1/accounts/" + id + "/top_ups",
            Value(
                ValueObject{{"top_up_number", "balance-1"}, {"amount", amount}, {"currency", "CNY"}}
            )
        );
        EXPECT_LT(topped.status, 300) << topped.why;
        return internal("balance", id, amount);
    }
    /// A payment of a new order that these legs pay in full.
    PaymentView begin(const ValueArray& legs, std::int64_t expires_in_seconds = 1800) {
        std::int64_t sum = 0;
        for (const Value& leg : legs) {
            sum += leg.int_or("amount", 0);
        }
        const Value order(ValueObject{
            {"merchant_order_number", "legs-" + std::to_string(++orders_)},
            {"amount", sum},
            {"currency", "CNY"},
            {"description", "several legs"},
            {"expires_in_seconds", expires_in_seconds}
        });
        const Reply reply = cluster_.api().post(
            "/v1/payments", Value(ValueObject{{"order", order}, {"legs", Value(legs)}})
        );
        EXPECT_EQ(reply.status, 201) << reply.why;
        return PaymentView(reply.body);
    }
    Value shown(const std::string& id) { return cluster_.api().get("/v1/payments/" + id).body; }
    /// Waits until that leg waits for its payer, who then pays it.
    void pay_leg(const std::string& id, int leg) {
        ASSERT_TRUE(waits_for_leg(id, leg)) << to_json(shown(id));
        EXPECT_TRUE(cluster_.psp().pay(PaymentView(shown(id)).channel_number()));
    }
    bool waits_for_leg(const std::string& id, int leg) {
        return eventually([&] {
            const Value body = shown(id);
            const Value* action = body.find("next_action");
            return action != nullptr && action->int_or("leg", 0) == leg;
        });
    }
    std::vector<std::string> legs_of(const std::string& id) {
        std::vector<std::string> statuses;
        const Value body = shown(id);
        for (const Value& leg : *body.find("legs")->as_array()) {
            statuses.emplace_back(leg.text_or_empty("status"));
        }
        return statuses;
    }
    std::string booked(const std::string& gl) {
        return cluster_.query_one(
            "SELECT coalesce(sum(-e.side * e.amount), 0) FROM sluice.entry e "
            "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '" +
            gl + "'"
        );
    }
    /// Whether what the channel took and gave back is what is booked, and nothing is owed.
    void expect_settled(std::int64_t at_channel) {
        EXPECT_EQ(booked("1101"), std::to_string(-at_channel));
        EXPECT_EQ(booked("2201"), "0");
        EXPECT_EQ(booked("2202"), "0");
        EXPECT_EQ(taken_by_channel(), at_channel);
        EXPECT_EQ(shop_.card_held(), 0);
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }
    std::int64_t taken_by_channel() {
        std::int64_t sum = 0;
        for (const ChannelOrder& order : cluster_.psp().books()) {
            sum += order.payments * order.amount_total;
        }
        for (const ChannelRefund& refund : cluster_.psp().refunds()) {
            sum -= refund.status == "SUCCESS" ? refund.amount : 0;
        }
        return sum;
    }
    /// The first leg has its money, no channel account takes the second.
    PaymentView given_second_refused() {
        const PaymentView begun = begin({card(1'000), external(4'000), external(5'000)});
        EXPECT_TRUE(waits_for_leg(begun.id(), 2));
        cluster_.psp().order_fault({.operation = "create", .kind = "refused", .count = 2});
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
        return begun;
    }

    Cluster cluster_;
    Shop shop_{cluster_};
    int orders_ = 0;
};

TEST_F(SeveralLegs, AreCollectedInTheirOrderAndBookedTogether) {
    const PaymentView begun =
        begin({external(4'000), balance(700), external(5'000), card(300), external(6'000)});
    EXPECT_THAT(
        legs_of(begun.id()), ElementsAre("pending", "pending", "waiting", "pending", "waiting")
    );

    pay_leg(begun.id(), 1);
    pay_leg(begun.id(), 3);
    EXPECT_EQ(shop_.payment(begun.id()).order_status(), "open");
    pay_leg(begun.id(), 5);

    const PaymentView paid = shop_.wait_for_status(begun.id(), "succeeded");
    EXPECT_EQ(paid.status(), "succeeded") << paid.shown();
    EXPECT_EQ(paid.order_status(), "paid");
    EXPECT_THAT(legs_of(begun.id()), ::testing::Each("succeeded"));
    EXPECT_EQ(shop_.card_balance(), kOnCard - 300);
    EXPECT_EQ(booked("2101"), "16000");
    expect_settled(15'000);
}

TEST_F(SeveralLegs, MayComeThroughTwoChannelAccounts) {
    const PaymentView begun = begin({external(4'000), external(5'000)});
    ASSERT_TRUE(waits_for_leg(begun.id(), 1));
    cluster_.psp().order_fault({.operation = "create", .kind = "refused"});

    pay_leg(begun.id(), 1);
    pay_leg(begun.id(), 2);

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_THAT(
        cluster_.query(
            "SELECT leg, channel_account, status FROM sluice.instruction ORDER BY created_at, id"
        ),
        ElementsAre("(1,wx-main,succeeded)", "(2,wx-main,refused)", "(2,wx-backup,succeeded)")
    );
    expect_settled(9'000);
}

TEST_F(SeveralLegs, GoBackWhenALaterOneIsRefused) {
    const PaymentView begun = given_second_refused();

    const PaymentView ended = shop_.wait_for_status(begun.id(), "failed");

    EXPECT_EQ(ended.status(), "failed") << ended.shown();
    EXPECT_EQ(ended.order_status(), "open");
    EXPECT_THAT(legs_of(begun.id()), ElementsAre("released", "given_back", "refused"));
    EXPECT_THAT(cluster_.psp().refunds(), SizeIs(1));
    EXPECT_EQ(shop_.card_balance(), kOnCard);
    expect_settled(0);
}

TEST_F(SeveralLegs, StayCompensatingThroughACrashUntilTheirMoneyIsBack) {
    // Nothing that is to go back arrives, and nobody knows it.
    cluster_.psp().order_fault({.operation = "refund", .kind = "drop_before", .count = -1});
    const PaymentView begun = given_second_refused();
    ASSERT_EQ(shop_.wait_for_status(begun.id(), "compensating").status(), "compensating");
    EXPECT_TRUE(eventually([&] {
        return cluster_.query_one(
                   "SELECT count(*) FROM sluice.instruction WHERE purpose = 'refund' "
                   "AND status = 'unknown'"
               ) == "1";
    }));

    cluster_.kill_node(0);
    cluster_.start_node(0);
    EXPECT_EQ(shop_.payment(begun.id()).status(), "compensating") << "money is still held";
    EXPECT_EQ(taken_by_channel(), 4'000);
    cluster_.psp().clear_faults();
    const PaymentView ended = shop_.wait_for_status(begun.id(), "failed");

    EXPECT_EQ(ended.status(), "failed") << ended.shown();
    EXPECT_THAT(cluster_.psp().refunds(), SizeIs(1)) << "given back once";
    expect_settled(0);
}

TEST_F(SeveralLegs, GoBackWhenTheBusinessClosesInTheMiddle) {
    const PaymentView begun = begin({external(4'000), external(5'000)});
    pay_leg(begun.id(), 1);
    ASSERT_TRUE(waits_for_leg(begun.id(), 2));

    shop_.close(begun.id());
    const PaymentView ended = shop_.wait_for_status(begun.id(), "closed");

    EXPECT_EQ(ended.status(), "closed") << ended.shown();
    EXPECT_EQ(ended.failure_code(), "closed_by_business");
    EXPECT_THAT(legs_of(begun.id()), ElementsAre("given_back", "closed"));
    expect_settled(0);
}

TEST_F(SeveralLegs, GoBackWhenTheOrderExpiresInTheMiddle) {
    const PaymentView begun = begin({external(4'000), external(5'000)}, 15);
    pay_leg(begun.id(), 1);

    const PaymentView ended = shop_.wait_for_status(begun.id(), "closed");

    EXPECT_EQ(ended.status(), "closed") << ended.shown();
    EXPECT_EQ(ended.failure_code(), "expired");
    EXPECT_TRUE(eventually([&] { return shop_.payment(begun.id()).order_status() == "closed"; }))
        << "the order's own second comes after that of its last leg";
    expect_settled(0);
}

TEST_F(SeveralLegs, MakeAnotherAttemptWaitUntilTheirMoneyIsBack) {
    const PaymentView begun = begin({external(4'000), external(5'000)});
    pay_leg(begun.id(), 1);
    ASSERT_TRUE(waits_for_leg(begun.id(), 2));
    cluster_.psp().order_fault({.operation = "refund", .kind = "drop_before", .count = -1});
    const Value again(ValueObject{
        {"order_id", shown(begun.id()).text_or_empty("order_id")},
        {"legs", ValueArray{external(9'000)}}
    });

    const Reply too_soon = cluster_.api().post("/v1/payments", again);
    EXPECT_EQ(too_soon.status, 409) << too_soon.why;
    EXPECT_EQ(too_soon.text("code"), "payment_unresolved");
    EXPECT_EQ(shop_.wait_for_status(begun.id(), "compensating").status(), "compensating");
    cluster_.psp().clear_faults();
    EXPECT_EQ(shop_.wait_for_status(begun.id(), "closed").status(), "closed");
    const Reply second = cluster_.api().post("/v1/payments", again);

    ASSERT_EQ(second.status, 201) << second.why;
    pay_leg(second.text("id"), 1);
    EXPECT_EQ(shop_.wait_for_status(second.text("id"), "succeeded").status(), "succeeded");
    expect_settled(9'000);
}

}  // namespace
}  // namespace sluice::testing
