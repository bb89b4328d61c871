// Each scene of WeChat Pay from the API to the channel and back, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/scene_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kOpenid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

class WechatpayScenes : public ::testing::Test {
  protected:
    static SceneOrder order_in(const std::string& scene, const std::string& number) {
        SceneOrder order{.number = number, .scene = scene};
        if (scene == "jsapi") {
            order.payer = ValueObject{{"openid", kOpenid}};
        } else if (scene == "h5") {
            order.payer = ValueObject{{"client_ip", "203.0.113.7"}, {"device_type", "iOS"}};
        }
        return order;
    }
    std::string summary(const SceneOrder& order) {
        const Reply reply = shop_.pay(order);
        std::string text = std::to_string(reply.status) + " " + reply.text("code");
        const Value* errors = reply.body.find("errors");
        if (errors != nullptr && errors->as_array() != nullptr) {
            for (const Value& error : *errors->as_array()) {
                text += " " + std::string(error.text_or_empty("pointer"));
            }
        }
        return text;
    }

    Cluster cluster_;
    SceneShop shop_{cluster_};
};

TEST_F(WechatpayScenes, CollectWhereverThePayerIs) {
    struct Row {
        const char* scene;
        const char* action;
    };
    for (const Row& row :
         {Row{"jsapi", "jsapi"}, Row{"app", "app"}, Row{"h5", "redirect"}, Row{"qr", "qr_code"}}) {
        const PaymentView begun = shop_.begin(order_in(row.scene, std::string("W-") + row.scene));
        EXPECT_EQ(shop_.action(begun.id()).text_or_empty("type"), row.action) << begun.shown();

        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number())) << row.scene;

        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        EXPECT_EQ(cluster_.psp().order(begun.channel_number()).payments, 1);
    }
    EXPECT_EQ(shop_.booked("1101"), 4 * 1234);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(WechatpayScenes, GiveThePayersClientWhatTheMerchantSigned) {
    const PaymentView begun = shop_.begin(order_in("jsapi", "W-1"));

    const Value action = shop_.action(begun.id());
    const Value* parameters = action.find("parameters");

    ASSERT_TRUE(parameters != nullptr && parameters->as_object() != nullptr) << begun.shown();
    EXPECT_THAT(std::string(parameters->text_or_empty("package")), StartsWith("prepay_id=wx"));
    EXPECT_EQ(parameters->text_or_empty("paySign").size(), 344U);
    EXPECT_EQ(parameters->text_or_empty("nonceStr").size(), 32U);
}

TEST_F(WechatpayScenes, WantTheirPayerBeforeAnythingBegins) {
    SceneOrder nobody = order_in("jsapi", "W-1");
    nobody.payer = Value();
    SceneOrder another = order_in("jsapi", "W-1");
    another.scene = "qr";

    EXPECT_EQ(summary(nobody), "400 invalid_request /legs/0/payer/openid");
    EXPECT_EQ(summary(another), "400 invalid_request /legs/0/payer/openid");
    EXPECT_EQ(cluster_.query_one("SELECT count(*) FROM sluice.payment"), "0");
}

TEST_F(WechatpayScenes, GiveThePayerTheSameOrderOnceMoreWhenTheAnswerWasLost) {
    for (const char* kind : {"drop_after", "garbage", "bad_signature"}) {
        cluster_.psp().order_fault({.operation = "create", .kind = kind});
        const PaymentView begun = shop_.begin(order_in("jsapi", std::string("W-") + kind));

        EXPECT_TRUE(eventually([&] { return !shop_.action(begun.id()).is_null(); })) << kind;
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number())) << kind;

        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded") << kind;
        EXPECT_EQ(cluster_.psp().order(begun.channel_number()).creates, 2) << kind;
    }
    EXPECT_EQ(shop_.booked("1101"), 3 * 1234);
}

TEST_F(WechatpayScenes, KnowTheirPayerAgainAfterACrash) {
    cluster_.psp().order_fault({.operation = "create", .kind = "drop_after"});
    const PaymentView begun = shop_.begin(order_in("jsapi", "W-1"), "wait=0");
    cluster_.kill_node(0);
    cluster_.start_node(0);

    EXPECT_TRUE(eventually([&] { return !shop_.action(begun.id()).is_null(); }))
        << shop_.payment(begun.id()).shown();
    const std::string number = shop_.payment(begun.id()).channel_number();
    EXPECT_TRUE(cluster_.psp().pay(number));

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_GE(cluster_.psp().order(number).creates, 2);
    EXPECT_EQ(
        cluster_.query_one(
            std::string("SELECT count(*) FROM sluice.payment WHERE legs LIKE '%") + kOpenid + "%'"
        ),
        "0"
    ) << "it is sealed";
}

}  // namespace
}  // namespace sluice::testing
