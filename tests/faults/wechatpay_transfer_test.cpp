// Money paid out to users of WeChat Pay: bills that the payee confirms, and batches, over sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/teller.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::int64_t kAvailable = 1'000'000;
constexpr std::int64_t kAmount = 5'000;

class WechatpayTransfers : public ::testing::Test {
  protected:
    Reply pay(const std::string& number, const std::string& prefer = "wait=30") {
        return cluster_.api().post(
            "/v1/payouts",
            Value(ValueObject{
                {"merchant_payout_number", number},
                {"amount", kAmount},
                {"currency", "CNY"},
                {"method", "wechatpay"},
                {"description", "十月报酬"},
                {"payee",
                 Value(ValueObject{{"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}, {"name", "张三丰"}})}
            }),
            {{"Prefer", prefer}}
        );
    }
    Value payout(const std::string& id) { return teller_.payout(id); }
    Reply control(const std::string& path, const Value& body) {
        Api api(cluster_.psp().url(), "");
        return api.post(path, body);
    }
    /// What the channel paid to users, of all merchants.
    std::int64_t paid_at_the_channel() {
        Api api(cluster_.psp().url(), "");
        std::int64_t paid = 0;
        const Reply books = api.get("/sim/wechat/books");
        for (const Value& account : *books.body.find("accounts")->as_array()) {
            paid += account.int_or("paid", 0);
        }
        return paid;
    }
    void expect_booked(std::int64_t paid) {
        EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailable - paid);
        EXPECT_EQ(teller_.booked("2203"), 0);
        EXPECT_EQ(teller_.booked("1103"), -paid);
        EXPECT_EQ(paid_at_the_channel(), paid);
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }

    Cluster cluster_;
    Teller teller_{cluster_, kAvailable};
};

TEST_F(WechatpayTransfers, ArePaidAndTold) {
    const Reply paid = pay("T-1");

    EXPECT_EQ(paid.text("status"), "succeeded") << to_json(paid.body) << paid.why;
    expect_booked(kAmount);
}

TEST_F(WechatpayTransfers, WaitForThePayeeWhoIsGivenWhatToConfirmWith) {
    cluster_.psp().order_fault({.operation = "payout", .kind = "processing_ms", .value = 3'600'000}
    );
    const Reply begun = pay("T-1", "wait=0");
    const std::string id = begun.text("id");
    Value action;
    EXPECT_TRUE(eventually([&] {
        const Value shown = payout(id);
        const Value* found = shown.find("next_action");
        action = found == nullptr ? Value() : *found;
        return action.as_object() != nullptr;
    })) << to_json(payout(id));
    EXPECT_EQ(action.text_or_empty("type"), "payee_confirms");
    EXPECT_THAT(
        std::string(action.find("parameters")->text_or_empty("package")), StartsWith("package-of-")
    );

    const Reply confirmed = control(
        "/sim/wechat/transfer",
        Value(ValueObject{
            {"out_bill_no", Teller::number_at_bank(payout(id))}, {"status", "succeeded"}
        })
    );

    EXPECT_EQ(confirmed.status, 200) << confirmed.why;
    const Value done = teller_.wait_for_status(id, "succeeded");
    EXPECT_EQ(done.text_or_empty("status"), "succeeded") << to_json(done);
    EXPECT_TRUE(done.find("next_action")->is_null());
    expect_booked(kAmount);
}

TEST_F(WechatpayTransfers, AreBookedBackWhenTheyFailed) {
    cluster_.psp().order_fault({.operation = "payout", .kind = "payout_failed", .count = -1});

    const Reply failed = pay("T-1");

    EXPECT_EQ(failed.text("status"), "failed") << to_json(failed.body);
    expect_booked(0);
}

TEST_F(WechatpayTransfers, GoByABatchWhenTheFirstAccountIsShortOfMoney) {
    cluster_.psp().order_fault({.operation = "payout", .kind = "not_enough"});

    const Reply paid = pay("T-1");

    EXPECT_EQ(paid.text("status"), "succeeded") << to_json(paid.body);
    EXPECT_EQ(Teller::instructions_of(paid.body), "wx-main refused, wx-backup succeeded");
    expect_booked(kAmount);
}

TEST_F(WechatpayTransfers, AreAskedAboutWhenTheAnswerWasLostAndNeverSentAgain) {
    std::int64_t paid = 0;
    for (const char* kind : {"drop_after", "garbage", "bad_signature", "status_5xx_after"}) {
        cluster_.psp().order_fault({.operation = "payout", .kind = kind});
        cluster_.psp().order_fault({.operation = "payout_callback", .kind = "missing"});

        const Reply done = pay(std::string("T-") + kind);

        EXPECT_EQ(done.text("status"), "succeeded") << kind << " " << to_json(done.body);
        EXPECT_EQ(Teller::instructions_of(done.body), "wx-main succeeded") << kind;
        paid += kAmount;
    }
    expect_booked(paid);
}

TEST_F(WechatpayTransfers, AreConflictedWhenAnotherAmountIsTold) {
    cluster_.psp().order_fault({.operation = "payout_callback", .kind = "wrong_amount"});
    // It is the notice that tells of the end, however late it comes.
    cluster_.psp().order_fault({.operation = "payout_query", .kind = "status_5xx", .count = -1});
    const Reply begun = pay("T-1", "wait=0");

    EXPECT_TRUE(eventually([&] {
        return Teller::instructions_of(payout(begun.text("id"))) == "wx-main conflicted";
    })) << to_json(payout(begun.text("id")));
    EXPECT_EQ(teller_.booked("1103"), 0) << "a person must look";
}

}  // namespace
}  // namespace sluice::testing
