// Platform certificates of WeChat Pay: what is asked, and which answer is believed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "channel/shown_keys.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::HasSubstr;

class WechatpayKeys : public ::testing::Test {
  protected:
    WechatpayKeys() {
        ChannelAccountSettings settings = wechatpay_account();
        settings.settings["certificates"] = "download";
        use(std::move(settings));
    }
    void use(ChannelAccountSettings settings) {
        registry_ = wechatpay_registry(std::move(settings));
    }
    [[nodiscard]] const ChannelAccount& account() const {
        return *registry_->find_account({"wechatpay", "main"});
    }
    AdapterHost host() {
        return AdapterHost(registry_->find_adapter("wechatpay"), [this](const ChannelAccount&) {
            ++missed_;
        });
    }
    Result<std::vector<ShownKey>> read(const http::Response& answer) {
        AdapterHost reader = host();
        return read_shown_keys(reader, {account(), answer}, {test_now(), "nonce"});
    }
    /// What the channel answers, its certificate sealed under this key.
    static http::Response shown(std::string_view api_v3_key, std::string_view signature) {
        const AeadBox box{api_v3_key, "fdasflkja484", "certificate"};
        const Value sealed = ValueObject{
            {"algorithm", "AEAD_AES_256_GCM"},
            {"associated_data", "certificate"},
            {"ciphertext", aes_256_gcm_encrypt(box, "the next certificate")},
            {"nonce", "fdasflkja484"},
        };
        const Value item = ValueObject{{"serial_no", "5157"}, {"encrypt_certificate", sealed}};
        const std::string body = to_json(ValueObject{{"data", ValueArray{item}}});
        return {200, signature_headers(signature, body), body};
    }

    RegistryPtr registry_;
    int missed_ = 0;
};

TEST_F(WechatpayKeys, AreAskedForWhereTheAccountSaysSo) {
    AdapterHost asking = host();
    const auto request = ask_for_keys(asking, account(), {test_now(), "nonce"});
    ASSERT_TRUE(request && *request);
    EXPECT_EQ((*request)->url, "https://api.mch.weixin.qq.com/v3/certificates");

    use(wechatpay_account());
    AdapterHost silent = host();
    EXPECT_FALSE(ask_for_keys(silent, account(), {test_now(), "nonce"}).value());
    EXPECT_TRUE(ask_for_keys(silent, account(), {test_now(), "nonce"}, KeysFor::trial).value())
        << "the answer tells whether its keys are right";
}

TEST_F(WechatpayKeys, AreBelievedWhenSignedOrWhenOurKeyOpensThem) {
    for (const char* signature : {"good", "good_public_key", "unknown_serial"}) {
        const auto keys = read(shown(kApiV3Key, signature));
        ASSERT_TRUE(keys) << signature << keys.error().message;
        ASSERT_EQ(keys->size(), 1U);
        EXPECT_EQ(keys->front().serial, "5157");
        EXPECT_EQ(keys->front().certificate, "the next certificate");
    }
}

TEST_F(WechatpayKeys, AreNotBelievedOtherwise) {
    EXPECT_THAT(read(shown(kApiV3Key, "wrong")).error().message, HasSubstr("SIGNATURE_INVALID"));
    EXPECT_THAT(read(shown(kApiV3Key, "none")).error().message, HasSubstr("SIGNATURE_MISSING"));
    EXPECT_THAT(read(shown(kApiV3Key, "stale")).error().message, HasSubstr("SIGNATURE_STALE"));
    const std::string foreign(32, 'f');
    EXPECT_THAT(read(shown(foreign, "good")).error().message, HasSubstr("NOT_DECRYPTED"));
    EXPECT_THAT(read(shown(foreign, "unknown_serial")).error().message, HasSubstr("NOT_DECRYPTED"));
    EXPECT_FALSE(read({500, {}, "busy"}));
}

TEST_F(WechatpayKeys, OfMerchantsWhoHaveThePublicKeyOnlyAreNone) {
    const auto keys = read({404, {}, R"({"code":"RESOURCE_NOT_EXISTS","message":"none"})"});

    ASSERT_TRUE(keys);
    EXPECT_TRUE(keys->empty());
}

TEST_F(WechatpayKeys, ThatAreMissedAreTold) {
    (void)read(shown(kApiV3Key, "good"));
    EXPECT_EQ(missed_, 0);
    (void)read(shown(kApiV3Key, "unknown_serial"));
    EXPECT_EQ(missed_, 1);
}

}  // namespace
}  // namespace sluice::channel::testing
