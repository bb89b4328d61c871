#include <set>

#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/aes_cbc.hpp"
#include "channel/certificate_number.hpp"
#include "channel/charset.hpp"
#include "channel/crypto.hpp"
#include "channel/form_body.hpp"
#include "channel/json_source.hpp"
#include "channels/alipay_world.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

class AlipayVectors : public ::testing::Test {
  protected:
    [[nodiscard]] const Value& vector(std::string_view name) const { return *all_.find(name); }

    payment::Outcome read(Operation operation, const std::string& body) {
        const ExchangeOrder order = alipay_order(operation);
        const http::Response response{.status = 200, .headers = {}, .body = body};
        return host_.read(
            {order, response}, *registry_->find_account({"alipay", "main"}), {test_now(), ""}
        );
    }
    CallbackReading tell(const std::string& body) {
        auto reading = host_.read_callback(
            {{}, body}, *registry_->find_account({"alipay", "main"}), {test_now(), ""}
        );
        EXPECT_TRUE(reading.has_value()) << (reading ? "" : reading.error().message);
        return reading.value_or(CallbackReading{});
    }

    RegistryPtr registry_ = alipay_registry(alipay_account());
    AdapterHost host_{registry_->find_adapter("alipay")};

  private:
    Value all_ = source_json("tests/channels/alipay_vectors.json");
};

std::string text(const Value& vector, std::string_view name) {
    return std::string(vector.text_or_empty(name));
}

/// The text with this part of it replaced.
std::string with(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// What is signed of a form: its members without these, sorted by name.
std::string joined(const Value& form, const std::set<std::string>& without) {
    std::string whole;
    for (const auto& [name, value] : *form.as_object()) {
        if (!without.contains(name)) {
            whole += (whole.empty() ? "" : "&") + name + "=" + *value.as_text();
        }
    }
    return whole;
}

TEST_F(AlipayVectors, SignARequest) {
    const Value& v = vector("request");
    const PrivateKey key = private_key("merchant");

    EXPECT_EQ(sha256_hex(text(v, "text")), v.text_or_empty("sha256"));
    EXPECT_EQ(rsa_sha256_sign(key, text(v, "text")), v.text_or_empty("signature"));
    EXPECT_EQ(sha256_hex(text(v, "form")), v.text_or_empty("form_sha256"));
}

TEST_F(AlipayVectors, EncodeAFormAsItWasSigned) {
    const Value& v = vector("request");
    const Value members = form_decode(text(v, "form"), Charset::utf8).value();

    EXPECT_EQ(joined(members, {"sign"}), v.text_or_empty("text"));
    EXPECT_EQ(form_decode(form_encode(members).value(), Charset::utf8).value(), members);
    EXPECT_NE(form_encode(members).value().find("2026-01-01%2008%3A00%3A00"), std::string::npos);
}

TEST_F(AlipayVectors, ReadAnAnswerByItsExactText) {
    const Value& v = vector("answer");
    const std::string body = text(v, "body");

    const auto node = json_source(body, "alipay_trade_precreate_response");
    const payment::Outcome good = read(Operation::collect, body);
    const payment::Outcome changed = read(Operation::collect, with(body, "bax0", "bax1"));

    ASSERT_TRUE(node.has_value());
    EXPECT_EQ(sha256_hex(node.value_or("")), v.text_or_empty("sha256"));
    EXPECT_EQ(good.kind, payment::OutcomeKind::pending);
    EXPECT_EQ(
        good.next_action.text_or_empty("code_url"), "https://qr.alipay.com/bax03431ljhokirwl38f00a7"
    );
    EXPECT_EQ(changed.kind, payment::OutcomeKind::unknown);
    EXPECT_EQ(changed.code, "SIGNATURE_INVALID");
}

TEST_F(AlipayVectors, ReadANotice) {
    const Value& v = vector("notice");
    ASSERT_EQ(sha256_hex(text(v, "text")), v.text_or_empty("sha256"));

    const CallbackReading told = tell(text(v, "body"));
    const CallbackReading changed = tell(with(text(v, "body"), "12.34", "12.35"));

    EXPECT_FALSE(told.is_refused);
    EXPECT_EQ(told.number, "SL20260101000002");
    EXPECT_EQ(told.outcome.kind, payment::OutcomeKind::succeeded);
    EXPECT_EQ(told.outcome.amount, Money(1234, cny()));
    EXPECT_EQ(told.outcome.merchant, kSellerId);
    EXPECT_EQ(told.outcome.channel_reference, kTradeNumber);
    EXPECT_EQ(told.body, Value("success"));
    EXPECT_TRUE(changed.is_refused);
    EXPECT_EQ(changed.status, 401);
}

TEST_F(AlipayVectors, ReadABusinessErrorAsNoTradeYet) {
    const std::string body = text(vector("business_error"), "body");

    const payment::Outcome good = read(Operation::query, body);
    const payment::Outcome changed =
        read(Operation::query, with(body, "TRADE_NOT_EXIST", "TRADE_NOT_EXISU"));

    EXPECT_EQ(good.code, "TRADE_NOT_EXIST");
    EXPECT_EQ(good.kind, payment::OutcomeKind::pending) << "nobody scanned yet";
    EXPECT_EQ(changed.code, "SIGNATURE_INVALID");
}

TEST_F(AlipayVectors, HideAndOpenTheContent) {
    const Value& v = vector("content");
    const Secret<std::string> key(text(v, "key"));
    const Secret<std::string> another("ABEiM0RVZneImaq7zN3u/g==");
    const Secret<std::string> too_short("ABEiMw==");
    const std::string cipher = text(v, "cipher");

    EXPECT_EQ(aes_128_cbc_encrypt(key, text(v, "plain")).value(), cipher);
    EXPECT_EQ(aes_128_cbc_decrypt(key, cipher).value(), v.text_or_empty("plain"));
    EXPECT_FALSE(aes_128_cbc_decrypt(another, cipher).has_value());
    EXPECT_FALSE(aes_128_cbc_decrypt(key, cipher.substr(0, 60)).has_value());
    EXPECT_FALSE(aes_128_cbc_encrypt(too_short, "text").has_value());
}

TEST_F(AlipayVectors, NumberCertificates) {
    for (const Value& v : *vector("certificates").as_array()) {
        EXPECT_EQ(
            certificate_number_of(
                {.issuer = v.text_or_empty("issuer"), .serial = v.text_or_empty("serial")}
            ),
            v.text_or_empty("number")
        );
    }
}

TEST_F(AlipayVectors, NumberACertificateByIssuerAndDecimalSerial) {
    const Certificate made = make_self_signed_certificate(
        private_key("merchant"),
        {.common_name = "Sluice Test R1",
         .valid_from = test_now(),
         .valid_until = test_now() + std::chrono::days(1)}
    );
    const std::string number = certificate_number(made.pem).value();

    EXPECT_EQ(number.size(), 32U);
    EXPECT_EQ(root_certificate_number(made.pem + made.pem).value(), number + "_" + number);
    EXPECT_FALSE(certificate_number("no certificate").has_value());
    EXPECT_FALSE(root_certificate_number("").has_value());
}

TEST_F(AlipayVectors, SignARequestOfTheNewerForm) {
    const Value& v = vector("rest_request");

    EXPECT_EQ(sha256_hex(text(v, "text")), v.text_or_empty("sha256"));
    EXPECT_EQ(
        rsa_sha256_sign(private_key("merchant"), text(v, "text")), v.text_or_empty("signature")
    );
}

TEST_F(AlipayVectors, ReadANoticeInGbk) {
    const Value& v = vector("gbk_notice");
    const std::string body = text(v, "body");
    const Value form = form_decode(body, Charset::gbk).value();

    const CallbackReading told = tell(body);
    const CallbackReading changed = tell(with(body, "%B2%E2", "%B2%E3"));

    EXPECT_EQ(form.text_or_empty("subject"), "测试");
    EXPECT_FALSE(told.is_refused);
    EXPECT_EQ(told.outcome.amount, Money(1, cny()));
    EXPECT_TRUE(changed.is_refused);
}

TEST_F(AlipayVectors, VerifyANoticeInItsBytesOfGbk) {
    const Value& v = vector("gbk_notice");
    const Value form = form_decode(text(v, "body"), Charset::gbk).value();
    const std::string in_utf8 = joined(form, {"sign", "sign_type"});
    const std::string signature = text(form, "sign");

    const std::string bytes = from_utf8(in_utf8, Charset::gbk).value();

    EXPECT_EQ(sha256_hex(bytes), v.text_or_empty("sha256"));
    EXPECT_TRUE(rsa_sha256_verify(public_key("platform"), {bytes, signature}));
    EXPECT_FALSE(rsa_sha256_verify(public_key("platform"), {in_utf8, signature}));
}

TEST_F(AlipayVectors, WriteABillInGbk) {
    const Value& v = vector("bill");

    const std::string bytes = from_utf8(text(v, "text"), Charset::gbk).value();

    EXPECT_EQ(static_cast<std::int64_t>(bytes.size()), v.int_or("bytes", 0));
    EXPECT_EQ(sha256_hex(bytes), v.text_or_empty("sha256"));
    EXPECT_EQ(to_utf8(bytes, Charset::gbk).value(), v.text_or_empty("text"));
    EXPECT_FALSE(to_utf8("\xb2\xe2", Charset::utf8).has_value()) << "the same in GBK";
    EXPECT_FALSE(to_utf8("\xb2", Charset::gbk).has_value()) << "half a character";
}

}  // namespace
}  // namespace sluice::channel::testing
