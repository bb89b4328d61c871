// How payers come to an order of WeChat Pay: inside WeChat, in a browser, in an app.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channels/wechatpay_world.hpp"
#include "json/json.hpp"

namespace sluice::channel::testing {
namespace {

class WechatpayScene : public ::testing::Test {
  protected:
    [[nodiscard]] const ChannelAccount& account() const {
        return *registry_->find_account({"wechatpay", "main"});
    }
    Result<http::ClientRequest> build(const ExchangeOrder& order) {
        return host_.build(order, account(), {test_now(), "nonce"});
    }
    /// What the payer is given when a create in this scene is answered so.
    Value given(std::string_view scene, const std::string& body, const Moment& moment) {
        const http::Response answer{200, signature_headers("good", body), body};
        const ExchangeOrder order = wechatpay_order_by(scene, Operation::collect);
        return host_.read({order, answer}, account(), moment).next_action;
    }
    void use(ChannelAccountSettings settings) {
        registry_ = wechatpay_registry(std::move(settings));
    }

    RegistryPtr registry_ = wechatpay_registry(wechatpay_account());
    AdapterHost host_{registry_->find_adapter("wechatpay")};
    const Value vector_ = *source_json("tests/channels/wechatpay_vectors.json").find("invoke");
};

TEST_F(WechatpayScene, CreatesEachOrderWhereItsPayerIs) {
    struct Row {
        std::string_view scene;
        std::string_view path;
        std::string_view member;
        Value said;
    };
    const std::vector<Row> rows = {
        {"qr", "native", "scene_info", Value()},
        {"app", "app", "payer", Value()},
        {"jsapi", "jsapi", "payer", Value(ValueObject{{"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}})},
        {"h5",
         "h5",
         "scene_info",
         Value(ValueObject{
             {"h5_info", Value(ValueObject{{"type", "Wap"}})}, {"payer_client_ip", "203.0.113.7"}
         })},
    };
    for (const Row& row : rows) {
        const auto request = build(wechatpay_order_by(row.scene, Operation::collect));

        ASSERT_TRUE(request) << row.scene << ": " << request.error().message;
        EXPECT_EQ(
            request->url,
            "https://api.mch.weixin.qq.com/v3/pay/transactions/" + std::string(row.path)
        );
        const Value body = json::parse(request->body).value();
        const Value* said = body.find(row.member);
        EXPECT_EQ(said == nullptr ? Value() : *said, row.said) << request->body;
        EXPECT_EQ(body.find("amount")->int_or("total", 0), 7000);
    }
}

TEST_F(WechatpayScene, NamesTheDeviceOfABrowser) {
    ExchangeOrder order = wechatpay_order_by("h5", Operation::collect);
    order.instruction.payer.set("device_type", "iOS");

    const Value body = json::parse(build(order)->body).value();

    EXPECT_EQ(body.find("scene_info")->find("h5_info")->text_or_empty("type"), "iOS");
}

TEST_F(WechatpayScene, SendsNothingOfAPayerWhoIsNotTheScenes) {
    ExchangeOrder nobody = wechatpay_order_by("jsapi", Operation::collect);
    nobody.instruction.payer = Value();
    ExchangeOrder another = wechatpay_order_by("jsapi", Operation::collect);
    another.instruction.scene = "app";

    const auto without = build(nobody);
    const auto with = build(another);

    ASSERT_FALSE(without);
    EXPECT_EQ(without.error().message, "payer field 'openid' is missing");
    EXPECT_EQ(without.error().context, "capabilities");
    ASSERT_FALSE(with);
    EXPECT_EQ(with.error().message, "payer field 'openid' is not known, wanted none");
}

TEST_F(WechatpayScene, SignsForTheClientAsTheChannelsVectorsSay) {
    ChannelAccountSettings settings = wechatpay_account();
    settings.settings["appid"] = vector_.text_or_empty("appid");
    use(std::move(settings));
    const std::string prepay_id(vector_.text_or_empty("prepay_id"));
    const std::string body = R"({"prepay_id":")" + prepay_id + "\"}";
    const Moment moment{
        Time(std::chrono::seconds(1767225603)), std::string(vector_.text_or_empty("nonce"))
    };

    const Value jsapi = *given("jsapi", body, moment).find("parameters");
    const Value app = *given("app", body, moment).find("parameters");

    EXPECT_EQ(jsapi.text_or_empty("paySign"), vector_.text_or_empty("jsapi"));
    EXPECT_EQ(jsapi.text_or_empty("package"), "prepay_id=" + prepay_id);
    EXPECT_EQ(app.text_or_empty("sign"), vector_.text_or_empty("app"));
    EXPECT_EQ(app.text_or_empty("prepayId"), prepay_id);
    EXPECT_EQ(app.text_or_empty("partnerId"), "1900000109");
}

TEST_F(WechatpayScene, SendsABrowserBackWhereTheAccountSays) {
    ChannelAccountSettings settings = wechatpay_account();
    settings.settings["return_url"] = "https://shop.example/done?a=1";
    use(std::move(settings));

    const Value action =
        given("h5", R"({"h5_url":"https://wx.tenpay.com/x?prepay_id=1"})", {test_now(), "nonce"});

    EXPECT_EQ(
        action.text_or_empty("url"),
        "https://wx.tenpay.com/x?prepay_id=1&redirect_url=https%3A%2F%2Fshop.example%2Fdone%3Fa%3D1"
    );
}

TEST_F(WechatpayScene, HidesThePayerFromEvidence) {
    EXPECT_THAT(
        registry_->find_adapter("wechatpay")->masked.whole,
        ::testing::IsSupersetOf({"openid", "client_ip", "auth_code", "name"})
    );
}

}  // namespace
}  // namespace sluice::channel::testing
