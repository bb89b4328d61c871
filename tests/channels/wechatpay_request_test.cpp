#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/crypto.hpp"
#include "channels/wechatpay_world.hpp"
#include "json/json.hpp"

namespace sluice::channel::testing {
namespace {

constexpr std::string_view kNonce = "593BEC0C930BF1AFEB40B4A08C8FB242";

class WechatpayRequest : public ::testing::Test {
  protected:
    Result<http::ClientRequest> build(const ExchangeOrder& order) {
        return host_.build(
            order,
            *registry_->find_account({"wechatpay", "main"}),
            {test_now(), std::string(kNonce)}
        );
    }

    RegistryPtr registry_ = wechatpay_registry(wechatpay_account());
    AdapterHost host_{registry_->find_adapter("wechatpay")};
};

/// The value of one of the quoted parameters of the Authorization header.
std::string parameter(const http::ClientRequest& request, const std::string& name) {
    const std::string_view header = request.headers.get_or_empty("authorization");
    const std::size_t begin = header.find(name + "=\"") + name.size() + 2;
    return std::string(header.substr(begin, header.find('"', begin) - begin));
}

void expect_signed(const http::ClientRequest& request, std::string_view path) {
    const std::string message = request.method + "\n" + std::string(path) + "\n" +
                                parameter(request, "timestamp") + "\n" +
                                parameter(request, "nonce_str") + "\n" + request.body + "\n";
    EXPECT_TRUE(
        rsa_sha256_verify(public_key("merchant"), {message, parameter(request, "signature")})
    );
    EXPECT_TRUE(request.headers.get_or_empty("authorization")
                    .starts_with("WECHATPAY2-SHA256-RSA2048 mchid=\"1900000109\","));
    EXPECT_EQ(parameter(request, "serial_no"), kMerchantSerial);
    EXPECT_EQ(parameter(request, "nonce_str"), kNonce);
    EXPECT_FALSE(request.headers.get_or_empty("user-agent").empty());
}

TEST_F(WechatpayRequest, CreatesAnOrderForTheExactAmount) {
    const auto request = build(wechatpay_order(Operation::collect));

    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url, "https://api.mch.weixin.qq.com/v3/pay/transactions/native");
    expect_signed(*request, "/v3/pay/transactions/native");
    const Value expected = ValueObject{
        {"amount", ValueObject{{"currency", "CNY"}, {"total", 7000}}},
        {"appid", "wxd678efh567hg6787"},
        {"description", "两斤橙子"},
        {"mchid", "1900000109"},
        {"notify_url", "https://pay.example.com/callbacks/wechatpay/main"},
        {"out_trade_no", kNumber},
        {"time_expire", "2026-01-01T08:10:00+08:00"},
    };
    EXPECT_EQ(json::parse(request->body).value(), expected) << request->body;
}

TEST_F(WechatpayRequest, IsTheSameOrderWhenItIsSentAgainLater) {
    const ExchangeOrder order = wechatpay_order(Operation::collect);
    const ChannelAccount& account = *registry_->find_account({"wechatpay", "main"});

    const auto first = host_.build(order, account, {test_now(), "first"});
    const auto later = host_.build(order, account, {test_now() + std::chrono::minutes(3), "later"});

    EXPECT_EQ(first->body, later->body);
    EXPECT_NE(
        first->headers.get_or_empty("authorization"), later->headers.get_or_empty("authorization")
    );
}

TEST_F(WechatpayRequest, QueriesByOurNumberWithAnEmptyBody) {
    const auto request = build(wechatpay_order(Operation::query));

    ASSERT_TRUE(request) << request.error().message;
    const std::string path =
        "/v3/pay/transactions/out-trade-no/" + std::string(kNumber) + "?mchid=1900000109";
    EXPECT_EQ(request->method, "GET");
    EXPECT_EQ(request->url, "https://api.mch.weixin.qq.com" + path);
    EXPECT_EQ(request->body, "");
    expect_signed(*request, path);
}

TEST_F(WechatpayRequest, ClosesByOurNumber) {
    const auto request = build(wechatpay_order(Operation::close));

    ASSERT_TRUE(request) << request.error().message;
    const std::string path = "/v3/pay/transactions/out-trade-no/" + std::string(kNumber) + "/close";
    EXPECT_EQ(request->url, "https://api.mch.weixin.qq.com" + path);
    EXPECT_EQ(request->body, R"({"mchid":"1900000109"})");
    expect_signed(*request, path);
}

TEST_F(WechatpayRequest, AsksForTheKeyThatTheAccountNames) {
    ChannelAccountSettings settings = wechatpay_account();
    settings.settings["platform_serial"] = kPublicKeyId;
    registry_ = wechatpay_registry(std::move(settings));

    const auto with_key = build(wechatpay_order(Operation::query));

    EXPECT_EQ(with_key->headers.get_or_empty("wechatpay-serial"), kPublicKeyId);
}

TEST_F(WechatpayRequest, CutsALongDescriptionBetweenCharacters) {
    ExchangeOrder order = wechatpay_order(Operation::collect);
    order.description.clear();
    for (int i = 0; i < 50; ++i) {
        order.description += "橙";
    }

    const auto request = build(order);

    const Value body = json::parse(request->body).value();
    EXPECT_EQ(
        body.text_or_empty("description"), std::string_view(order.description).substr(0, 126)
    );
}

TEST_F(WechatpayRequest, NeverAsksForMoreThanSevenDays) {
    ExchangeOrder order = wechatpay_order(Operation::collect);
    order.instruction.expires_at = order.instruction.created_at + std::chrono::days(30);

    const auto request = build(order);

    const Value body = json::parse(request->body).value();
    EXPECT_EQ(body.text_or_empty("time_expire"), "2026-01-08T08:00:00+08:00");
}

TEST_F(WechatpayRequest, RefundsPartOfATransaction) {
    const auto request = build(wechatpay_order(Operation::refund));

    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url, "https://api.mch.weixin.qq.com/v3/refund/domestic/refunds");
    expect_signed(*request, "/v3/refund/domestic/refunds");
    const Value expected = ValueObject{
        {"amount", ValueObject{{"currency", "CNY"}, {"refund", 2500}, {"total", 7000}}},
        {"notify_url", "https://pay.example.com/callbacks/wechatpay/main"},
        {"out_refund_no", kNumber},
        {"reason", "少发一斤"},
        {"transaction_id", kTransactionId},
    };
    EXPECT_EQ(json::parse(request->body).value(), expected) << request->body;
}

TEST_F(WechatpayRequest, NamesThePaymentByOurNumberWhenTheirsIsNotKnown) {
    ExchangeOrder order = wechatpay_order(Operation::refund);
    order.instruction.original.channel_reference.clear();
    order.description.clear();

    const auto request = build(order);

    const Value expected = ValueObject{
        {"amount", ValueObject{{"currency", "CNY"}, {"refund", 2500}, {"total", 7000}}},
        {"notify_url", "https://pay.example.com/callbacks/wechatpay/main"},
        {"out_refund_no", kNumber},
        {"out_trade_no", kOriginalNumber},
    };
    EXPECT_EQ(json::parse(request->body).value(), expected) << request->body;
}

TEST_F(WechatpayRequest, IsTheSameRefundWhenItIsSentAgainLater) {
    const ExchangeOrder order = wechatpay_order(Operation::refund);
    const ChannelAccount& account = *registry_->find_account({"wechatpay", "main"});

    const auto first = host_.build(order, account, {test_now(), "first"});
    const auto later = host_.build(order, account, {test_now() + std::chrono::minutes(3), "later"});

    EXPECT_EQ(first->body, later->body);
    EXPECT_EQ(
        registry_->find_adapter("wechatpay")->resend_of(Operation::refund), Resend::idempotent
    );
}

TEST_F(WechatpayRequest, CutsALongReasonBetweenCharacters) {
    ExchangeOrder order = wechatpay_order(Operation::refund);
    order.description.clear();
    for (int i = 0; i < 50; ++i) {
        order.description += "橙";
    }

    const Value body = json::parse(build(order)->body).value();

    EXPECT_EQ(body.text_or_empty("reason"), std::string_view(order.description).substr(0, 78));
}

TEST_F(WechatpayRequest, QueriesARefundByItsNumberWithAnEmptyBody) {
    const auto request = build(wechatpay_order(Operation::refund_query));

    ASSERT_TRUE(request) << request.error().message;
    const std::string path = "/v3/refund/domestic/refunds/" + std::string(kNumber);
    EXPECT_EQ(request->method, "GET");
    EXPECT_EQ(request->url, "https://api.mch.weixin.qq.com" + path);
    EXPECT_EQ(request->body, "");
    expect_signed(*request, path);
}

TEST_F(WechatpayRequest, IsOfAChannelThatRefundsFor365DaysIn50Parts) {
    const Capabilities& can = registry_->find_adapter("wechatpay")->capabilities;

    ASSERT_TRUE(can.refund);
    EXPECT_EQ(std::chrono::seconds(can.refund->window_seconds), std::chrono::days(365));
    EXPECT_EQ(can.refund->parts_max, 50);
}

TEST_F(WechatpayRequest, IsNotBuiltOutsideTheChannelsCapabilities) {
    ExchangeOrder foreign = wechatpay_order(Operation::collect);
    foreign.instruction.amount = Money(100, Currency::parse("USD").value());
    ExchangeOrder scene = wechatpay_order(Operation::collect);
    scene.instruction.scene = "face";
    ExchangeOrder nothing = wechatpay_order(Operation::collect);
    nothing.instruction.amount = Money(0, cny());

    for (const ExchangeOrder& order : {foreign, scene, nothing}) {
        const auto request = build(order);
        ASSERT_FALSE(request);
        EXPECT_EQ(request.error().context, "capabilities");
    }
}

}  // namespace
}  // namespace sluice::channel::testing
