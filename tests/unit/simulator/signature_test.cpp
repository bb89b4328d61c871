#include <functional>

#include <gtest/gtest.h>

#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using PspSignature = PspTest;

TEST_F(PspSignature, SignsAnswersWithThePublicKeyWhenTheRequestNamesIt) {
    const auto answer = create("SL20260101000001");

    ASSERT_EQ(status_of(answer), 200);
    EXPECT_TRUE(is_signed_by_platform(answer->headers, answer->body));
    EXPECT_EQ(answer->headers.get_or_empty("Wechatpay-Serial"), kPublicKeyId);
    EXPECT_FALSE(answer->headers.get_or_empty("Request-ID").empty());
}

TEST_F(PspSignature, SignsAnswersUnderTheCertificateOtherwise) {
    MerchantCall plain{
        .method = "POST",
        .target = "/v3/pay/transactions/native",
        .body = to_json(create_body("SL20260101000001", 1)),
        .headers = {{"Accept", "*/*"}, {"Content-Type", "application/json"}, {"User-Agent", "t"}}
    };

    const auto answer = call(plain);

    ASSERT_EQ(status_of(answer), 200);
    EXPECT_TRUE(is_signed_by_platform(answer->headers, answer->body));
    EXPECT_EQ(
        answer->headers.get_or_empty("Wechatpay-Serial"),
        TestKeys::get().platform_certificate.serial
    );
}

TEST_F(PspSignature, SignsAnEmptyAnswerToo) {
    ASSERT_EQ(status_of(create("SL20260101000001")), 200);

    const auto answer = close("SL20260101000001");

    ASSERT_EQ(status_of(answer), 204);
    EXPECT_TRUE(is_signed_by_platform(answer->headers, ""));
}

TEST_F(PspSignature, LeavesRefusalsUnsigned) {
    const auto answer = query("SL20260101000009");

    EXPECT_EQ(refusal_of(answer), "404 ORDER_NOT_EXIST");
    EXPECT_FALSE(answer->headers.has("Wechatpay-Signature"));
}

TEST_F(PspSignature, HandsOutItsCertificateEncrypted) {
    const auto answer = call({.target = "/v3/certificates"});

    ASSERT_EQ(status_of(answer), 200);
    const Value row = body_of(answer).find("data")->as_array()->front();
    const Value& sealed = *row.find("encrypt_certificate");
    const auto pem = channel::aes_256_gcm_decrypt(
        {.key = kApiV3Key,
         .nonce = sealed.text_or_empty("nonce"),
         .associated_data = sealed.text_or_empty("associated_data")},
        sealed.text_or_empty("ciphertext")
    );
    ASSERT_TRUE(pem.has_value());
    EXPECT_EQ(channel::certificate_serial(*pem).value_or("?"), row.text_or_empty("serial_no"));
}

struct BadCall {
    const char* name;
    std::function<void(MerchantCall&)> bend;
    const char* refusal;
};

class PspRefusesCalls : public PspTest, public ::testing::WithParamInterface<BadCall> {};

TEST_P(PspRefusesCalls, AndExecutesNothing) {
    MerchantCall bad{
        .method = "POST",
        .target = "/v3/pay/transactions/native",
        .body = to_json(create_body("SL20260101000001", 1234))
    };
    GetParam().bend(bad);

    EXPECT_EQ(refusal_of(call(bad)), GetParam().refusal);
    EXPECT_TRUE(booked("SL20260101000001").is_null());
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    PspRefusesCalls,
    ::testing::Values(
        BadCall{
            "NoUserAgent",
            [](MerchantCall& c) {
                c.headers = {{"Accept", "*/*"}, {"Content-Type", "application/json"}};
            },
            "400 PARAM_ERROR"
        },
        BadCall{
            "WrongAccept",
            [](MerchantCall& c) { c.headers.set({"Accept", "text/html"}); },
            "400 PARAM_ERROR"
        },
        BadCall{
            "WrongContentType",
            [](MerchantCall& c) { c.headers.set({"Content-Type", "text/plain"}); },
            "400 PARAM_ERROR"
        },
        BadCall{
            "EmptyAuthorization", [](MerchantCall& c) { c.authorization = ""; }, "401 SIGN_ERROR"
        },
        BadCall{
            "OtherScheme",
            [](MerchantCall& c) { c.scheme = "WECHATPAY2-SM2-WITH-SM3"; },
            "401 SIGN_ERROR"
        },
        BadCall{
            "SchemeAlone",
            [](MerchantCall& c) { c.authorization = "WECHATPAY2-SHA256-RSA2048"; },
            "401 SIGN_ERROR"
        },
        BadCall{
            "MissingParameter",
            [](MerchantCall& c) {
                c.authorization = "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000109\"";
            },
            "401 SIGN_ERROR"
        },
        BadCall{
            "BlankAfterComma", [](MerchantCall& c) { c.mchid += "\", x=\""; }, "401 SIGN_ERROR"
        },
        BadCall{"EmptyNonce", [](MerchantCall& c) { c.nonce = ""; }, "401 SIGN_ERROR"},
        BadCall{
            "LongNonce", [](MerchantCall& c) { c.nonce = std::string(33, 'n'); }, "401 SIGN_ERROR"
        },
        BadCall{
            "UnknownMerchant", [](MerchantCall& c) { c.mchid = "1900000110"; }, "401 SIGN_ERROR"
        },
        BadCall{"ClockBehind", [](MerchantCall& c) { c.clock_skew_s = -301; }, "401 SIGN_ERROR"},
        BadCall{"ClockAhead", [](MerchantCall& c) { c.clock_skew_s = 301; }, "401 SIGN_ERROR"},
        BadCall{
            "UnknownSerial",
            [](MerchantCall& c) { c.serial = std::string(40, 'A'); },
            "401 SIGN_ERROR"
        },
        BadCall{
            "OtherBodySigned",
            [](MerchantCall& c) { c.signed_body = c.body + " "; },
            "401 SIGN_ERROR"
        },
        BadCall{
            "UnknownPlatformSerial",
            [](MerchantCall& c) { c.headers.set({"Wechatpay-Serial", "PUB_KEY_ID_9"}); },
            "400 PARAM_ERROR"
        },
        BadCall{"NoJson", [](MerchantCall& c) { c.body = "{\"appid\":"; }, "400 PARAM_ERROR"},
        BadCall{"WrongMethod", [](MerchantCall& c) { c.method = "PUT"; }, "405 "},
        BadCall{
            "UnknownPath", [](MerchantCall& c) { c.target = "/v3/pay/transactions/fax"; }, "404 "
        }
    ),
    [](const auto& row) { return row.param.name; }
);

TEST_F(PspSignature, AllowsFiveMinutesOfSkew) {
    for (const std::int64_t skew : {-300, 300}) {
        MerchantCall skewed{.target = "/v3/certificates"};
        skewed.clock_skew_s = skew;
        EXPECT_EQ(status_of(call(skewed)), 200) << skew;
    }
}

}  // namespace
}  // namespace sluice::simulator::testing
