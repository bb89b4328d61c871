// What the test call of a WeChat Pay account proves, answer by answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/account_trial.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::ElementsAre;

class WechatpayTrial : public ::testing::Test {
  protected:
    /// A merchant who only has the public key: it is shown no certificates.
    static RegistryPtr of_the_public_key() {
        ChannelAccountSettings settings = wechatpay_account();
        settings.secrets.erase("platform_certificate");
        settings.keys_by_serial.erase(std::string(kCertificateSerial));
        return wechatpay_registry(std::move(settings));
    }
    AccountTrial begin() {
        return AccountTrial::make({.adapter = registry_->find_adapter("wechatpay"),
                                   .account = *registry_->find_account({"wechatpay", "main"}),
                                   .moment = {test_now(), "nonce"},
                                   .number = Id128::parse(kNumber).value()})
            .value();
    }
    static http::Response refused(std::string_view word, std::string_view signature) {
        const std::string body = to_json(ValueObject{{"code", word}, {"message", "recorded"}});
        return {404, signature_headers(signature, body), body};
    }
    /// The verdict on both questions, each answered with its 404, signed so.
    AccountTrial::Verdict read(std::string_view query, std::string_view certificates) {
        trial_ = begin();
        AccountTrial::Verdict verdict = trial_.read(refused("ORDER_NOT_EXIST", query));
        if (verdict.works && trial_.go_on()) {
            asked_last_ = trial_.request().url;
            verdict = trial_.read(refused("RESOURCE_NOT_EXISTS", certificates));
        }
        return verdict;
    }

    const RegistryPtr registry_ = of_the_public_key();
    AccountTrial trial_ = begin();
    std::string asked_last_;
};

TEST_F(WechatpayTrial, ProvesOnlyOurKeyWhereNothingIsSigned) {
    const AccountTrial::Verdict verdict = read("none", "none");

    EXPECT_TRUE(verdict.works) << verdict.outcome.code;
    EXPECT_EQ(verdict.outcome.code, "ORDER_NOT_EXIST") << "the order tells, not the certificates";
    EXPECT_EQ(asked_last_, "https://api.mch.weixin.qq.com/v3/certificates");
    EXPECT_THAT(trial_.proof().proved, ElementsAre("merchant_key"));
    EXPECT_THAT(trial_.proof().not_proved, ElementsAre("api_v3_key", "platform_public_key"));
}

TEST_F(WechatpayTrial, ProvesThePublicKeyWhereTheChannelSignsItsRefusals) {
    for (const auto& [query, certificates] :
         {std::pair("good_public_key", "none"), {"none", "good_public_key"}}) {
        EXPECT_TRUE(read(query, certificates).works) << query;
        EXPECT_THAT(trial_.proof().proved, ElementsAre("merchant_key", "platform_public_key"));
        EXPECT_THAT(trial_.proof().not_proved, ElementsAre("api_v3_key"));
    }
}

TEST_F(WechatpayTrial, IsNotPassedWhereASignatureIsNotTheKeys) {
    for (const auto& [query, certificates] :
         {std::pair("wrong", "none"), {"none", "wrong"}, {"none", "unknown_serial"}}) {
        const AccountTrial::Verdict verdict = read(query, certificates);

        EXPECT_FALSE(verdict.works) << query;
        EXPECT_EQ(verdict.outcome.kind, payment::OutcomeKind::unknown);
        EXPECT_THAT(verdict.outcome.code, ::testing::StartsWith("SIGNATURE_"));
        EXPECT_EQ(verdict.http_status, 404);
    }
    EXPECT_THAT(trial_.proof().proved, ElementsAre("merchant_key"));
}

TEST_F(WechatpayTrial, IsNotPassedWhereTheKeysAreNotAnsweredFor) {
    trial_ = begin();
    ASSERT_TRUE(trial_.read(refused("ORDER_NOT_EXIST", "none")).works);
    ASSERT_TRUE(trial_.go_on());

    const auto verdict = trial_.read(http::Response{500, {}, "busy"});

    EXPECT_FALSE(verdict.works);
    EXPECT_EQ(verdict.outcome.code, "HTTP_500");
    EXPECT_EQ(verdict.http_status, 500);
}

}  // namespace
}  // namespace sluice::channel::testing
