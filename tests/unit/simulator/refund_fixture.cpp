#include "unit/simulator/refund_fixture.hpp"

#include <filesystem>

namespace sluice::simulator::testing {

void PspRefundTest::given_paid(const std::string& out_trade_no, std::int64_t amount) {
    ASSERT_EQ(status_of(create(out_trade_no, amount)), 200);
    ASSERT_EQ(status_of(pay(out_trade_no)), 200);
}

Value PspRefundTest::refund_body(const RefundCall& wanted) const {
    return Value(ValueObject{
        {"out_trade_no", wanted.out_trade_no},
        {"out_refund_no", wanted.out_refund_no},
        {"reason", "商品缺货"},
        {"notify_url", receiver_.url()},
        {"amount",
         Value(ValueObject{{"refund", wanted.refund}, {"total", wanted.total}, {"currency", "CNY"}})
        }
    });
}

http::ClientResult PspRefundTest::send_refund(const Value& body) {
    return call({.method = "POST", .target = "/v3/refund/domestic/refunds", .body = to_json(body)});
}

http::ClientResult PspRefundTest::query_refund(const std::string& out_refund_no) {
    return call({.target = "/v3/refund/domestic/refunds/" + out_refund_no});
}

std::string PspRefundTest::status_of_refund(const std::string& out_refund_no) {
    return std::string(body_of(query_refund(out_refund_no)).text_or_empty("status"));
}

http::ClientResult PspRefundTest::end_refund(
    const std::string& status, const std::string& out_refund_no
) {
    return control(
        "/sim/refund",
        to_json(Value(ValueObject{{"out_refund_no", out_refund_no}, {"status", status}}))
    );
}

void PspRefundTest::given_slow_refunds() {
    ASSERT_EQ(status_of(control("/sim/refund_course", R"({"delay_ms":3600000})")), 200);
}

Value PspRefundTest::booked_refund(const std::string& out_refund_no) {
    const Value report = body_of(control("/sim/refunds?out_refund_no=" + out_refund_no));
    const Value* refunds = report.find("refunds");
    const bool found = refunds != nullptr && !refunds->as_array()->empty();
    return found ? refunds->as_array()->front() : Value();
}

Value PspRefundTest::funds() {
    const Value report = body_of(control("/sim/funds"));
    const Value* rows = report.find("funds");
    if (rows == nullptr || rows->as_array()->empty()) {
        ADD_FAILURE() << "the simulator shows no funds";
        return Value();
    }
    const Value row = rows->as_array()->front();
    EXPECT_EQ(
        row.int_or("collected", -1) + row.int_or("topped_up", -1),
        row.int_or("balance", -1) + row.int_or("refunding", -1) + row.int_or("refunded", -1) +
            row.int_or("held", -1) + row.int_or("swept", -1)
    );
    return row;
}

std::vector<http::Request> PspRefundTest::refund_callbacks(std::size_t all_callbacks) {
    std::vector<http::Request> out;
    for (http::Request& callback : receiver_.wait_for(all_callbacks)) {
        if (callback.body.contains("\"event_type\":\"REFUND.")) {
            out.push_back(std::move(callback));
        }
    }
    return out;
}

channel::RegistryPtr PspRefundTest::adapter_registry(const std::string& callback_base_url) const {
    channel::ChannelAccountSettings account;
    account.name = "main";
    account.channel = "wechatpay";
    account.settings = {
        {"base_url", psp_->url()},
        {"callback_base_url", callback_base_url},
        {"mchid", std::string(kMchid)},
        {"appid", std::string(kAppid)},
        {"merchant_serial", std::string(kMerchantSerial)},
        {"platform_serial", std::string(kPublicKeyId)}
    };
    const TestKeys& keys = TestKeys::get();
    account.secrets = {
        {"merchant_key", keys.merchant.private_key.to_pem()},
        {"api_v3_key", Secret(std::string(kApiV3Key))},
        {"platform_key", Secret(keys.platform.public_key.to_pem())}
    };
    account.keys_by_serial = {{std::string(kPublicKeyId), "platform_key"}};
    const auto files = channel::read_adapter_folder(
        std::filesystem::path(SLUICE_SOURCE_DIR) / "channels" / "wechatpay"
    );
    std::vector<channel::ChannelAccountSettings> accounts;
    accounts.push_back(std::move(account));
    return channel::Registry::build({files.value()}, std::move(accounts)).value();
}

}  // namespace sluice::simulator::testing
