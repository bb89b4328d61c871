#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/aes_cbc.hpp"
#include "channel/certificate_number.hpp"
#include "channel/crypto.hpp"
#include "channel/evidence.hpp"
#include "channel/form_body.hpp"
#include "channels/alipay_world.hpp"
#include "channels/wechatpay_world.hpp"
#include "json/json.hpp"

namespace sluice::channel::testing {
namespace {

/// An account in certificate mode, which transfers want.
ChannelAccountSettings certified_account() {
    const Certificate own = make_self_signed_certificate(
        private_key("merchant"),
        {.common_name = "Test",
         .valid_from = test_now(),
         .valid_until = test_now() + std::chrono::days(1)}
    );
    ChannelAccountSettings settings = alipay_account();
    settings.secrets.insert_or_assign("app_certificate", Secret(std::string(own.pem)));
    settings.secrets.insert_or_assign("root_certificates", Secret(std::string(own.pem)));
    return settings;
}

class AlipayRequest : public ::testing::Test {
  protected:
    Result<http::ClientRequest> build(const ExchangeOrder& order) {
        AdapterHost host(registry_->find_adapter("alipay"));
        return host.build(
            order, *registry_->find_account({"alipay", "main"}), {test_now(), "nonce"}
        );
    }
    /// The parameters of a request that must be good.
    Value sent(const ExchangeOrder& order) {
        const auto request = build(order);
        EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
        if (!request) {
            return Value(ValueObject{});
        }
        EXPECT_EQ(request->method, "POST");
        EXPECT_EQ(request->url, "https://openapi.alipay.com/gateway.do?charset=utf-8");
        return form_decode(request->body, Charset::utf8).value_or(Value(ValueObject{}));
    }
    static Value content_of(const Value& parameters) {
        return json::parse(parameters.text_or_empty("biz_content")).value_or(Value());
    }

    RegistryPtr registry_ = alipay_registry(alipay_account());
};

void expect_signed(const Value& parameters) {
    std::string text;
    for (const auto& [name, value] : *parameters.as_object()) {
        if (name != "sign") {
            text += (text.empty() ? "" : "&") + name + "=" + *value.as_text();
        }
    }
    EXPECT_TRUE(rsa_sha256_verify(public_key("merchant"), {text, parameters.text_or_empty("sign")})
    );
}

TEST_F(AlipayRequest, CreatesACodeForTheExactAmount) {
    const Value parameters = sent(alipay_order(Operation::collect));

    expect_signed(parameters);
    EXPECT_EQ(parameters.text_or_empty("method"), "alipay.trade.precreate");
    EXPECT_EQ(parameters.text_or_empty("timestamp"), "2026-01-01 08:00:31");
    EXPECT_EQ(
        parameters.text_or_empty("notify_url"), "https://pay.example.com/callbacks/alipay/main"
    );
    const Value expected = ValueObject{
        {"out_trade_no", kNumber},
        {"product_code", "FACE_TO_FACE_PAYMENT"},
        {"subject", "两斤橙子"},
        {"time_expire", "2026-01-01 08:10:00"},
        {"total_amount", "70.00"},
    };
    EXPECT_EQ(content_of(parameters), expected) << parameters.text_or_empty("biz_content");
}

TEST_F(AlipayRequest, IsTheSameTradeWhenItIsSentAgainLater) {
    AdapterHost host(registry_->find_adapter("alipay"));
    const ExchangeOrder order = alipay_order(Operation::collect);
    const ChannelAccount& account = *registry_->find_account({"alipay", "main"});
    const auto content_at = [&](Time now) {
        const auto request = host.build(order, account, {now, "nonce"});
        return content_of(form_decode(request->body, Charset::utf8).value());
    };

    EXPECT_EQ(content_at(test_now()), content_at(test_now() + std::chrono::minutes(3)));
}

TEST_F(AlipayRequest, LeavesCharactersOutThatNoSubjectMayHave) {
    ExchangeOrder order = alipay_order(Operation::collect);
    order.description = "a/b=c&d";
    ExchangeOrder silent = alipay_order(Operation::collect);
    silent.description.clear();

    EXPECT_EQ(content_of(sent(order)).text_or_empty("subject"), "a b c d");
    EXPECT_EQ(content_of(sent(silent)).text_or_empty("subject"), kNumber);
}

TEST_F(AlipayRequest, RefundsPartOfATradeUnderItsOwnNumber) {
    ExchangeOrder by_our_number = alipay_order(Operation::refund);
    by_our_number.instruction.original.channel_reference.clear();

    const Value parameters = sent(alipay_order(Operation::refund));
    const Value expected = ValueObject{
        {"out_request_no", kNumber},
        {"refund_amount", "25.00"},
        {"refund_reason", "少发一斤"},
        {"trade_no", kTradeNumber},
    };

    expect_signed(parameters);
    EXPECT_EQ(content_of(parameters), expected);
    EXPECT_EQ(content_of(sent(by_our_number)).text_or_empty("out_trade_no"), kOriginalNumber);
}

TEST_F(AlipayRequest, SaysItsCertificatesAndHidesItsContentWhenTheAccountHasThem) {
    const Certificate own = make_self_signed_certificate(
        private_key("merchant"),
        {.common_name = "Test",
         .valid_from = test_now(),
         .valid_until = test_now() + std::chrono::days(1)}
    );
    const Secret<std::string> content_key((std::string(kContentKey)));
    ChannelAccountSettings settings = alipay_account();
    settings.secrets.insert_or_assign("app_certificate", Secret(std::string(own.pem)));
    settings.secrets.insert_or_assign("root_certificates", Secret(own.pem + own.pem));
    settings.secrets.insert_or_assign("content_key", content_key);
    registry_ = alipay_registry(std::move(settings));

    const Value parameters = sent(alipay_order(Operation::query));

    const std::string number = certificate_number(own.pem).value();
    expect_signed(parameters);
    EXPECT_EQ(parameters.text_or_empty("app_cert_sn"), number);
    EXPECT_EQ(parameters.text_or_empty("alipay_root_cert_sn"), number + "_" + number);
    EXPECT_EQ(parameters.text_or_empty("encrypt_type"), "AES");
    EXPECT_EQ(
        aes_128_cbc_decrypt(content_key, parameters.text_or_empty("biz_content")).value(),
        R"({"out_trade_no":"01KDXW2E8B5F7M9Q3T6V8X0Z2C"})"
    );
}

TEST_F(AlipayRequest, TransfersOnlyInCertificateModeAndToSomebodyWithAName) {
    const ExchangeOrder order = alipay_order(Operation::payout);
    EXPECT_FALSE(build(order).has_value()) << "key mode";
    registry_ = alipay_registry(certified_account());
    ExchangeOrder nameless = order;
    nameless.instruction.payee = Value(ValueObject{{"account_number", "payee@example.com"}});
    ExchangeOrder user = nameless;
    user.instruction.payee = Value(ValueObject{{"account_number", "2088102116773037"}});
    ExchangeOrder card = order;
    card.instruction.scene = "bank_account";

    const Value content = content_of(sent(order));

    EXPECT_EQ(content.text_or_empty("trans_amount"), "50.00");
    EXPECT_EQ(content.text_or_empty("product_code"), "TRANS_ACCOUNT_NO_PWD");
    EXPECT_EQ(content.find("payee_info")->text_or_empty("identity_type"), "ALIPAY_LOGON_ID");
    EXPECT_FALSE(build(nameless).has_value());
    EXPECT_EQ(
        content_of(sent(user)).find("payee_info")->text_or_empty("identity_type"), "ALIPAY_USER_ID"
    );
    EXPECT_EQ(content_of(sent(card)).text_or_empty("product_code"), "TRANS_BANKCARD_NO_PWD");
}

TEST_F(AlipayRequest, NamesTheProductOfTheContractForEitherKindOfCode) {
    const std::string other_qr = "QR_CODE_OFFLINE";
    const std::string other_barcode = "OFFLINE_PAYMENT";
    ExchangeOrder shown = alipay_order(Operation::collect);
    shown.instruction.scene = "barcode";
    shown.instruction.payer = ValueObject{{"auth_code", "280000000000000001"}};
    const auto expected = [](const std::string& product) -> Value {
        return ValueObject{
            {"auth_code", "280000000000000001"},
            {"out_trade_no", kNumber},
            {"product_code", product},
            {"scene", "bar_code"},
            {"subject", "两斤橙子"},
            {"time_expire", "2026-01-01 08:10:00"},
            {"total_amount", "70.00"},
        };
    };
    const auto products = [&] {
        const Value content = content_of(sent(shown));
        EXPECT_EQ(content, expected(std::string(content.text_or_empty("product_code"))));
        const Value scanned = content_of(sent(alipay_order(Operation::collect)));
        return std::string(scanned.text_or_empty("product_code")) + " " +
               std::string(content.text_or_empty("product_code"));
    };
    EXPECT_EQ(products(), "FACE_TO_FACE_PAYMENT FACE_TO_FACE_PAYMENT") << "unless it is said";

    ChannelAccountSettings settings = alipay_account();
    settings.settings["qr_product"] = other_qr;
    registry_ = alipay_registry(settings);
    EXPECT_EQ(products(), other_qr + " FACE_TO_FACE_PAYMENT");
    settings.settings["barcode_product"] = other_barcode;
    registry_ = alipay_registry(std::move(settings));
    EXPECT_EQ(products(), other_qr + " " + other_barcode);

    const Form& form = registry_->find_adapter("alipay")->form;
    const auto choices = [&form](const char* field) { return form.find(field)->choices; };
    EXPECT_EQ(choices("qr_product"), std::vector({std::string("FACE_TO_FACE_PAYMENT"), other_qr}));
    EXPECT_EQ(
        choices("barcode_product"),
        std::vector({std::string("FACE_TO_FACE_PAYMENT"), other_barcode})
    );
}

TEST_F(AlipayRequest, TellsTheSceneOfATransferWhereTheContractHasOne) {
    ChannelAccountSettings settings = certified_account();
    registry_ = alipay_registry(settings);
    Value expected = ValueObject{
        {"biz_scene", "DIRECT_TRANSFER"},
        {"order_title", "货款"},
        {"out_biz_no", kNumber},
        {"payee_info",
         ValueObject{
             {"identity", "payee@example.com"},
             {"identity_type", "ALIPAY_LOGON_ID"},
             {"name", "张三"},
         }},
        {"product_code", "TRANS_ACCOUNT_NO_PWD"},
        {"trans_amount", "50.00"},
    };
    ExchangeOrder card = alipay_order(Operation::payout);
    card.instruction.scene = "bank_account";
    EXPECT_EQ(content_of(sent(alipay_order(Operation::payout))), expected) << "no scene is said";

    settings.settings["transfer_scene"] = "佣金报酬";
    settings.settings["transfer_report"] = R"({"报酬说明":"高温补贴","岗位类型":"外卖员"})";
    registry_ = alipay_registry(std::move(settings));
    const Value report(ValueArray{
        Value(ValueObject{{"info_content", "外卖员"}, {"info_type", "岗位类型"}}),
        Value(ValueObject{{"info_content", "高温补贴"}, {"info_type", "报酬说明"}}),
    });
    expected.set("transfer_scene_name", "佣金报酬");
    expected.set("transfer_scene_report_infos", report);

    const Value content = content_of(sent(alipay_order(Operation::payout)));
    const Value to_card = content_of(sent(card));
    EXPECT_EQ(content, expected) << to_json(content);
    EXPECT_EQ(to_card.text_or_empty("transfer_scene_name"), "佣金报酬");
    EXPECT_EQ(*to_card.find("transfer_scene_report_infos"), report);
}

TEST_F(AlipayRequest, IsNoTransferWithHalfASceneOrAReportThatSaysNothing) {
    struct Row {
        const char* scene;
        const char* report;
        std::string_view why;
    };
    const std::vector<Row> rows = {
        {"佣金报酬", nullptr, "transfer_scene and transfer_report go together"},
        {nullptr, R"({"岗位类型":"外卖员"})", "transfer_scene and transfer_report go together"},
        {"佣金报酬", "外卖员", "transfer_report is no JSON record of names and texts"},
        {"佣金报酬", "{}", "transfer_report is no JSON record of names and texts"},
        {"佣金报酬", R"(["外卖员"])", "transfer_report is no JSON record of names and texts"},
        {"佣金报酬", R"({"岗位类型":""})", "transfer_report says no text of '岗位类型'"},
        {"佣金报酬", R"({"岗位类型":7})", "transfer_report says no text of '岗位类型'"},
    };
    for (const Row& row : rows) {
        ChannelAccountSettings settings = certified_account();
        if (row.scene != nullptr) {
            settings.settings["transfer_scene"] = row.scene;
        }
        if (row.report != nullptr) {
            settings.settings["transfer_report"] = row.report;
        }
        registry_ = alipay_registry(std::move(settings));

        const auto request = build(alipay_order(Operation::payout));

        ASSERT_FALSE(request.has_value()) << row.why;
        EXPECT_NE(request.error().message.find(row.why), std::string::npos)
            << request.error().message;
    }
}

TEST_F(AlipayRequest, AndNoticesShowNobodyWhoPays) {
    const AdapterPtr adapter = registry_->find_adapter("alipay");

    EXPECT_EQ(
        masked_body("buyer_id=2088102116773037&total_amount=70.00&sign=x", adapter->masked),
        "buyer_id=2088***&total_amount=70.00&sign=x"
    );
    EXPECT_EQ(
        masked_body("app_id=1&buyer_logon_id=pay%40example.com", adapter->masked),
        "app_id=1&buyer_logon_id=pay%***"
    );
    EXPECT_EQ(
        masked_body(R"({"buyer_user_id":"2088102116773037"})", adapter->masked),
        R"({"buyer_user_id":"2088***"})"
    );
}

TEST_F(AlipayRequest, WillNotBeBuiltForAKeyThatItsAccountNamesWrongly) {
    ChannelAccountSettings settings = alipay_account();
    const Certificate own = make_self_signed_certificate(
        private_key("platform"),
        {.common_name = "Test",
         .valid_from = test_now(),
         .valid_until = test_now() + std::chrono::days(1)}
    );
    settings.secrets.insert_or_assign("alipay_public_key", Secret(std::string(own.pem)));
    const Form form = registry_->find_adapter("alipay")->form;
    ChannelAccountSettings right = settings;
    right.keys_by_serial = {{certificate_number(own.pem).value(), "alipay_public_key"}};

    EXPECT_FALSE(ChannelAccount::make(std::move(settings), form).has_value());
    EXPECT_TRUE(ChannelAccount::make(std::move(right), form).has_value());
}

}  // namespace
}  // namespace sluice::channel::testing
