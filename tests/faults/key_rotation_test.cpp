// The channel goes on to another certificate while payments run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/scene_shop.hpp"
#include "faults/teller.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

class KeyRotation : public ::testing::Test {
  protected:
    SceneOrder order() {
        return {.number = "K-" + std::to_string(++orders_), .scene = "qr", .payer = {}};
    }
    PaymentView begin() { return shop_.begin(order(), "wait=0"); }
    /// Waits for its code and lets the payer pay it.
    void expect_paid(const std::string& payment) {
        EXPECT_TRUE(eventually([&] { return !shop_.action(payment).is_null(); }))
            << shop_.payment(payment).shown();
        EXPECT_TRUE(cluster_.psp().pay(shop_.payment(payment).channel_number()));
        EXPECT_EQ(shop_.wait_for_status(payment, "succeeded").status(), "succeeded");
    }
    void rotate() {
        Api api(cluster_.psp().url(), "");
        EXPECT_EQ(api.post("/sim/wechat/rotate", Value(ValueObject{})).status, 200);
    }
    std::string versions() {
        return cluster_.query_one(
            "SELECT count(*) FROM sluice.channel_account_change WHERE made_by = 'channel_keys'"
        );
    }

    Cluster cluster_{{.nodes = 2, .fetches_certificates = true}};
    SceneShop shop_{cluster_};
    int orders_ = 0;
};

TEST_F(KeyRotation, IsFollowedUnderTrafficWithoutALoss) {
    const PaymentView before = begin();
    const PaymentView across = begin();
    expect_paid(before.id());
    EXPECT_EQ(versions(), "0");

    rotate();
    const PaymentView after = begin();

    // What was signed with the new key was not believed at first, and is asked for again.
    expect_paid(after.id());
    expect_paid(across.id());
    EXPECT_NE(versions(), "0");
    EXPECT_EQ(shop_.booked("1101"), 3 * 1234);
    EXPECT_EQ(cluster_.psp().order(shop_.payment(after.id()).channel_number()).payments, 1);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(KeyRotation, LetsTransfersToPayeesWithANameGoOn) {
    constexpr std::int64_t kAvailable = 1'000'000;
    constexpr std::int64_t kAmount = 5'000;
    Teller teller(cluster_, kAvailable);
    const auto transferred = [&](const std::string& number) {
        const Value payee(ValueObject{{"openid", "oUpF8uMuAJO_M2pxb1Q9"}, {"name", "张三丰"}});
        const Reply begun = cluster_.api().post(
            "/v1/payouts",
            Value(ValueObject{
                {"merchant_payout_number", number},
                {"amount", kAmount},
                {"currency", "CNY"},
                {"method", "wechatpay"},
                {"payee", payee}
            }),
            {{"Prefer", "wait=0"}}
        );
        const Value payout = teller.wait_for_status(begun.text("id"), "succeeded");
        return std::string(payout.text_or_empty("status"));
    };
    EXPECT_EQ(transferred("T-1"), "succeeded");

    rotate();
    expect_paid(begin().id());
    EXPECT_NE(versions(), "0");

    EXPECT_EQ(transferred("T-2"), "succeeded");
    EXPECT_EQ(teller.balance_of(teller.account()), kAvailable - 2 * kAmount);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(KeyRotation, OfAStrangersMakingChangesNothing) {
    const PaymentView begun = begin();
    EXPECT_TRUE(eventually([&] { return !shop_.action(begun.id()).is_null(); }));
    const std::string number = shop_.payment(begun.id()).channel_number();

    EXPECT_EQ(cluster_.psp().send_callback(number, "forged"), 401);

    EXPECT_EQ(versions(), "0");
    EXPECT_EQ(shop_.payment(begun.id()).status(), "pending");
    expect_paid(begun.id());
}

}  // namespace
}  // namespace sluice::testing
