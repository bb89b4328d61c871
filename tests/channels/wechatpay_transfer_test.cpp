// What a transfer of WeChat Pay is asked with: bills, and the older batches of one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/crypto.hpp"
#include "channels/wechatpay_world.hpp"
#include "json/json.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::HasSubstr;

class WechatpayTransfer : public ::testing::Test {
  protected:
    WechatpayTransfer() {
        settings_.settings["platform_serial"] = kPublicKeyId;
        order_.instruction.payee.set("name", "张三丰");
    }
    Result<http::ClientRequest> build() {
        const RegistryPtr registry = wechatpay_registry(settings_);
        AdapterHost host(registry->find_adapter("wechatpay"));
        return host.build(
            order_, *registry->find_account({"wechatpay", "main"}), {test_now(), "nonce"}
        );
    }
    /// The body, its encrypted name opened.
    Value body() {
        const auto request = build();
        EXPECT_TRUE(request) << request.error().message;
        EXPECT_EQ(request->headers.get_or_empty("wechatpay-serial"), kPublicKeyId);
        Value body = json::parse(request->body).value();
        open_name(body);
        if (ValueArray* details =
                body.find("transfer_detail_list") != nullptr ? details_of(body) : nullptr) {
            open_name(details->front());
        }
        return body;
    }

    ChannelAccountSettings settings_ = wechatpay_account();
    ExchangeOrder order_ = wechatpay_order(Operation::payout);

  private:
    static ValueArray* details_of(Value& body) {
        for (auto& [name, member] : *body.as_object()) {
            if (name == "transfer_detail_list") {
                return member.as_array();
            }
        }
        return nullptr;
    }
    static void open_name(Value& record) {
        if (record.find("user_name") != nullptr) {
            const std::string cipher(record.text_or_empty("user_name"));
            record.set("user_name", rsa_oaep_sha1_decrypt(private_key("platform"), cipher).value());
        }
    }
};

TEST_F(WechatpayTransfer, IsABillThatItsPayeeConfirms) {
    EXPECT_EQ(
        build()->url, "https://api.mch.weixin.qq.com/v3/fund-app/mch-transfer/transfer-bills"
    );
    const Value report(ValueArray{
        Value(ValueObject{{"info_content", "外卖员"}, {"info_type", "岗位类型"}}),
        Value(ValueObject{{"info_content", "高温补贴"}, {"info_type", "报酬说明"}}),
    });
    const Value expected = ValueObject{
        {"appid", "wxd678efh567hg6787"},
        {"notify_url", "https://pay.example.com/callbacks/wechatpay/main"},
        {"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        {"out_bill_no", kNumber},
        {"transfer_amount", 5000},
        {"transfer_remark", "十月报酬"},
        {"transfer_scene_id", "1005"},
        {"transfer_scene_report_infos", report},
        {"user_name", "张三丰"},
    };
    EXPECT_EQ(body(), expected) << to_json(body());
}

TEST_F(WechatpayTransfer, IsABatchOfOneWhereTheAccountSaysSo) {
    settings_.settings["transfer_api"] = "batches";

    EXPECT_EQ(build()->url, "https://api.mch.weixin.qq.com/v3/transfer/batches");
    const Value detail = ValueObject{
        {"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        {"out_detail_no", kNumber},
        {"transfer_amount", 5000},
        {"transfer_remark", "十月报酬"},
        {"user_name", "张三丰"},
    };
    const Value expected = ValueObject{
        {"appid", "wxd678efh567hg6787"},
        {"batch_name", "十月报酬"},
        {"batch_remark", "十月报酬"},
        {"notify_url", "https://pay.example.com/callbacks/wechatpay/main"},
        {"out_batch_no", kNumber},
        {"total_amount", 5000},
        {"total_num", 1},
        {"transfer_detail_list", ValueArray{detail}},
        {"transfer_scene_id", "1005"},
    };
    EXPECT_EQ(body(), expected) << to_json(body());
}

TEST_F(WechatpayTransfer, SendsNoNameInClearTextAndNeedsOneFrom2000Yuan) {
    EXPECT_THAT(build()->body, ::testing::Not(HasSubstr("张三丰")));

    order_.instruction.payee = ValueObject{{"openid", "o1"}};
    order_.instruction.amount = Money(199'999, cny());
    EXPECT_EQ(body().find("user_name"), nullptr);
    order_.instruction.amount = Money(200'000, cny());
    EXPECT_THAT(build().error().message, HasSubstr("needs the payee's name"));
}

TEST_F(WechatpayTransfer, EncryptsNothingForAKeyThatNobodyNamed) {
    settings_.settings.erase("platform_serial");

    EXPECT_THAT(build().error().message, HasSubstr("platform_serial names no key"));
}

/// The channel goes on from one certificate to the next, and the account is told of each.
class WechatpayTransferAcrossCertificates : public WechatpayTransfer {
  protected:
    WechatpayTransferAcrossCertificates() {
        settings_.settings["certificates"] = "download";
        settings_.settings.erase("platform_serial");
        settings_.secrets.erase("platform_certificate");
        settings_.keys_by_serial.erase(std::string(kCertificateSerial));
    }
    std::string learn(const PrivateKey& key, std::chrono::days from, std::chrono::days until) {
        const Certificate made = make_self_signed_certificate(
            key,
            {.common_name = "Platform",
             .valid_from = test_now() + from,
             .valid_until = test_now() + until}
        );
        const std::string name = "shown_" + made.serial;
        settings_.secrets.emplace(name, Secret<std::string>(made.pem));
        settings_.keys_by_serial.emplace(made.serial, name);
        return made.serial;
    }
    /// Who can open the payee's name of the request that names this key: nobody for another one.
    std::string name_for(std::string_view serial, const PrivateKey& key) {
        const auto request = build();
        EXPECT_TRUE(request) << request.error().message;
        EXPECT_EQ(request->headers.get_or_empty("wechatpay-serial"), serial);
        const Value body = json::parse(request->body).value();
        const Value* list = body.find("transfer_detail_list");
        const Value& record = list != nullptr ? list->as_array()->front() : body;
        return rsa_oaep_sha1_decrypt(key, record.text_or_empty("user_name")).value_or("");
    }

    const PrivateKey first_key_ = private_key("platform");
    const PrivateKey next_key_ = make_rsa_key_pair().private_key;
};

TEST_F(WechatpayTransferAcrossCertificates, EncryptsTheNameForTheNewestThatIsGood) {
    using std::chrono::days;
    const std::string first = learn(first_key_, days(-300), days(30));
    (void)learn(next_key_, days(1), days(400));
    EXPECT_EQ(name_for(first, first_key_), "张三丰") << "the next one is not good yet";

    const std::string next = learn(next_key_, days(-1), days(365));

    for (const char* api : {"bills", "batches"}) {
        settings_.settings["transfer_api"] = api;
        EXPECT_EQ(name_for(next, next_key_), "张三丰") << api;
        settings_.settings["platform_serial"] = first;
        EXPECT_EQ(name_for(next, next_key_), "张三丰") << "the one that people named ends, " << api;
        settings_.settings.erase("platform_serial");
    }
}

TEST_F(WechatpayTransferAcrossCertificates, EncryptsTheNameForThePublicKeyThatTheAccountNames) {
    (void)learn(next_key_, std::chrono::days(-1), std::chrono::days(365));
    settings_.settings["platform_serial"] = kPublicKeyId;

    EXPECT_EQ(name_for(kPublicKeyId, private_key("platform")), "张三丰");
}

TEST_F(WechatpayTransferAcrossCertificates, KeepsToTheNamedOneWhereNoneIsDownloaded) {
    using std::chrono::days;
    const std::string first = learn(first_key_, days(-300), days(30));
    (void)learn(next_key_, days(-1), days(365));
    settings_.settings.erase("certificates");
    settings_.settings["platform_serial"] = first;

    EXPECT_EQ(name_for(first, first_key_), "张三丰");
}

TEST_F(WechatpayTransferAcrossCertificates, NamesOneWhereItIsNeededAndAsksForNoneThatEnded) {
    using std::chrono::days;
    const std::string over = learn(first_key_, days(-300), days(-1));
    EXPECT_THAT(build().error().message, HasSubstr("nor is one downloaded"));
    const std::string next = learn(next_key_, days(-1), days(365));
    order_.operation = Operation::payout_query;
    EXPECT_EQ(build()->headers.find("wechatpay-serial"), nullptr) << "nothing in it is encrypted";

    settings_.settings["platform_serial"] = over;
    EXPECT_EQ(build()->headers.get_or_empty("wechatpay-serial"), next);
}

TEST_F(WechatpayTransfer, SaysWhatIsMissingInTheAccount) {
    settings_.settings["transfer_report"] = "none";
    EXPECT_THAT(build().error().message, HasSubstr("transfer_report is no JSON record"));
    settings_.settings["transfer_api"] = "v2";
    EXPECT_THAT(build().error().message, HasSubstr("wanted bills or batches"));
}

TEST(WechatpayForm, KeepsTheApisThatMoneyBeganWith) {
    const AdapterPtr adapter = wechatpay_registry(wechatpay_account())->find_adapter("wechatpay");

    for (const char* api : {"transfer_api", "barcode_api"}) {
        const FormField* field = adapter->form.find(api);
        ASSERT_NE(field, nullptr) << api;
        EXPECT_TRUE(field->is_fixed) << api << ": the other API knows nothing of what is open";
    }
}

TEST_F(WechatpayTransfer, CutsWhatThePayeeReadsTo32Bytes) {
    order_.description = "一二三四五六七八九十十一";

    EXPECT_EQ(body().text_or_empty("transfer_remark"), "一二三四五六七八九十");
    order_.description = "";
    EXPECT_EQ(body().text_or_empty("transfer_remark"), kNumber);
}

TEST_F(WechatpayTransfer, IsAskedAboutByItsNumberAndNeverSentTwice) {
    const auto adapter = wechatpay_registry(settings_)->find_adapter("wechatpay");
    order_.operation = Operation::payout_query;

    EXPECT_EQ(
        build()->url,
        "https://api.mch.weixin.qq.com/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/" +
            std::string(kNumber)
    );
    EXPECT_EQ(adapter->resend_of(Operation::payout), Resend::query_first);
    settings_.settings["transfer_api"] = "batches";
    EXPECT_EQ(
        build()->url,
        "https://api.mch.weixin.qq.com/v3/transfer/batches/out-batch-no/" + std::string(kNumber) +
            "?need_query_detail=true&offset=0&limit=20&detail_status=ALL"
    );
}

}  // namespace
}  // namespace sluice::channel::testing
