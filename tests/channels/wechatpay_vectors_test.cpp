#include <algorithm>

#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channel/crypto.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

class WechatpayVectors : public ::testing::Test {
  protected:
    [[nodiscard]] const Value& vector(std::string_view name) const { return *all_.find(name); }
    [[nodiscard]] const ChannelAccount& account() const {
        return *registry_->find_account({"wechatpay", "main"});
    }

    RegistryPtr registry_ = wechatpay_registry(wechatpay_account());
    AdapterHost host_{registry_->find_adapter("wechatpay")};

  private:
    Value all_ = source_json("tests/channels/wechatpay_vectors.json");
};

std::string text(const Value& vector, std::string_view name) {
    return std::string(vector.text_or_empty(name));
}

std::string string_to_sign(const Value& vector) {
    return text(vector, "method") + "\n" + text(vector, "path") + "\n" + text(vector, "timestamp") +
           "\n" + text(vector, "nonce") + "\n" + text(vector, "body") + "\n";
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

http::Headers headers_of(const Value& vector) {
    return {
        {"Wechatpay-Timestamp", text(vector, "timestamp")},
        {"Wechatpay-Nonce", text(vector, "nonce")},
        {"Wechatpay-Signature", text(vector, "signature")},
        {"Wechatpay-Serial", std::string(kCertificateSerial)},
    };
}

/// The text with one character in its middle changed to another one that is allowed there.
std::string with_one_change(std::string text) {
    char& c = text[text.size() / 2];
    c = c == 'A' ? 'B' : 'A';
    return text;
}

TEST_F(WechatpayVectors, SignARequestWithBody) {
    const Value& w = vector("request_with_body");

    EXPECT_EQ(sha256_hex(string_to_sign(w)), w.text_or_empty("sha256"));
    EXPECT_EQ(
        rsa_sha256_sign(private_key("merchant"), string_to_sign(w)), w.text_or_empty("signature")
    );
}

TEST_F(WechatpayVectors, SignARequestWithoutBody) {
    const Value& w = vector("request_without_body");

    EXPECT_EQ(sha256_hex(string_to_sign(w)), w.text_or_empty("sha256"));
    EXPECT_EQ(
        rsa_sha256_sign(private_key("merchant"), string_to_sign(w)), w.text_or_empty("signature")
    );
}

TEST_F(WechatpayVectors, WriteTheHeaderThatCarriesTheSignature) {
    const Value& w = vector("request_with_body");
    const Moment moment{test_now() - std::chrono::seconds(31), text(w, "nonce")};

    const auto request = host_.build(wechatpay_order(Operation::collect), account(), moment);

    ASSERT_TRUE(request) << request.error().message;
    std::string header(request->headers.get_or_empty("authorization"));
    const std::size_t begin = header.find("signature=\"") + 11;
    // Of another body, so only it differs.
    header.replace(begin, header.find('"', begin) - begin, text(w, "signature"));
    EXPECT_EQ(header, w.text_or_empty("header"));
}

TEST_F(WechatpayVectors, VerifyOnlyWhatWasSigned) {
    const PublicKey key = public_key("merchant");
    for (const std::string_view name : {"request_with_body", "request_without_body"}) {
        const Value& w = vector(name);
        const std::string message = string_to_sign(w);
        const std::string signature = text(w, "signature");

        EXPECT_TRUE(rsa_sha256_verify(key, {message, signature}));
        EXPECT_FALSE(rsa_sha256_verify(key, {with_one_change(message), signature}));
        EXPECT_FALSE(rsa_sha256_verify(key, {message, with_one_change(signature)}));
        EXPECT_FALSE(rsa_sha256_verify(public_key("platform"), {message, signature}));
    }
}

TEST_F(WechatpayVectors, ReadAnAnswer) {
    const Value& w = vector("answer");
    const ExchangeOrder order = wechatpay_order(Operation::collect);
    http::Response response{200, headers_of(w), text(w, "body")};

    const auto good = host_.read({order, response}, account(), {test_now(), ""});
    response.body = with_one_change(response.body);
    const auto changed = host_.read({order, response}, account(), {test_now(), ""});

    EXPECT_EQ(good.kind, payment::OutcomeKind::pending);
    EXPECT_EQ(good.next_action.text_or_empty("code_url"), "weixin://wxpay/bizpayurl?pr=p4lpSuKzz");
    EXPECT_EQ(changed.kind, payment::OutcomeKind::unknown);
    EXPECT_EQ(changed.code, "SIGNATURE_INVALID");
}

TEST_F(WechatpayVectors, ReadACallback) {
    const Value& w = vector("callback");
    const http::Headers headers = headers_of(w);
    const std::string body = text(w, "body");
    ASSERT_EQ(sha256_hex(body), w.text_or_empty("sha256"));

    const auto reading = host_.read_callback({headers, body}, account(), {test_now(), ""});

    ASSERT_TRUE(reading) << reading.error().message;
    EXPECT_FALSE(reading->is_refused);
    EXPECT_EQ(reading->number, "SL20260101000001");
    EXPECT_EQ(reading->outcome.kind, payment::OutcomeKind::succeeded);
    EXPECT_EQ(reading->outcome.amount, Money(1234, cny()));
    EXPECT_EQ(reading->outcome.merchant, "1900000109");
    EXPECT_EQ(reading->outcome.channel_reference, "4200000000202601010000000001");
    EXPECT_EQ(format_rfc3339(reading->outcome.happened_at.value()), "2026-01-01T00:00:30Z");
}

TEST_F(WechatpayVectors, RefuseAChangedCallback) {
    const Value& w = vector("callback");
    const http::Headers headers = headers_of(w);
    const std::string body = with_one_change(text(w, "body"));

    const auto reading = host_.read_callback({headers, body}, account(), {test_now(), ""});

    ASSERT_TRUE(reading) << reading.error().message;
    EXPECT_TRUE(reading->is_refused);
    EXPECT_EQ(reading->status, 401);
}

TEST_F(WechatpayVectors, RefuseACallbackAfterFiveMinutes) {
    const Value& w = vector("callback");
    const http::Headers headers = headers_of(w);
    const std::string body = text(w, "body");
    const auto read_after = [&](int seconds) {
        const Moment moment{test_now() + std::chrono::seconds(seconds), ""};
        return host_.read_callback({headers, body}, account(), moment).value();
    };

    EXPECT_FALSE(read_after(300).is_refused);
    EXPECT_TRUE(read_after(301).is_refused);
    EXPECT_TRUE(read_after(-301).is_refused);
}

TEST_F(WechatpayVectors, DecryptTheResourceOfACallback) {
    const Value& w = vector("callback");
    const std::string body = text(w, "body");
    const std::size_t begin = body.find("\"ciphertext\":\"") + 14;
    const std::string cipher = body.substr(begin, body.find('"', begin) - begin);

    EXPECT_EQ(
        aes_256_gcm_decrypt({kApiV3Key, "fdasflkja484", "transaction"}, cipher).value(),
        w.text_or_empty("plain")
    );
    EXPECT_FALSE(aes_256_gcm_decrypt({kApiV3Key, "fdasflkja484", "transactioN"}, cipher).has_value()
    );
    EXPECT_FALSE(aes_256_gcm_decrypt({kApiV3Key, "fdasflkja485", "transaction"}, cipher).has_value()
    );
    EXPECT_FALSE(
        aes_256_gcm_decrypt({kApiV3Key, "fdasflkja484", "transaction"}, with_one_change(cipher))
            .has_value()
    );
}

TEST_F(WechatpayVectors, SignTheClientsInvocation) {
    const Value& w = vector("invoke");
    const std::string start =
        text(w, "appid") + "\n" + text(w, "timestamp") + "\n" + text(w, "nonce") + "\n";
    const PrivateKey key = private_key("merchant");

    EXPECT_EQ(
        rsa_sha256_sign(key, start + "prepay_id=" + text(w, "prepay_id") + "\n"),
        w.text_or_empty("jsapi")
    );
    EXPECT_EQ(rsa_sha256_sign(key, start + text(w, "prepay_id") + "\n"), w.text_or_empty("app"));
}

TEST_F(WechatpayVectors, DecryptASensitiveField) {
    const Value& w = vector("sensitive_field");
    const std::string cipher = text(w, "cipher");

    EXPECT_EQ(
        rsa_oaep_sha1_decrypt(private_key("platform"), cipher).value(), w.text_or_empty("plain")
    );
    EXPECT_FALSE(rsa_oaep_sha1_decrypt(private_key("platform"), with_one_change(cipher)).has_value()
    );
    EXPECT_FALSE(rsa_oaep_sha1_decrypt(private_key("merchant"), cipher).has_value());
}

TEST_F(WechatpayVectors, SignTheOldProtocol) {
    const Value& w = vector("v2_sign");
    const Secret<std::string> key(text(w, "key"));
    const std::string whole = text(w, "text");
    ASSERT_TRUE(whole.ends_with(key.reveal()));
    const std::string before_key = whole.substr(0, whole.size() - key.reveal().size());
    const auto sign = [&](KeyedSign kind) { return upper(sign_with_key(kind, key, before_key)); };

    EXPECT_EQ(sign(KeyedSign::md5), w.text_or_empty("md5"));
    EXPECT_EQ(sign(KeyedSign::hmac_sha256), w.text_or_empty("hmac_sha256"));
    EXPECT_NE(
        upper(sign_with_key(KeyedSign::md5, key, with_one_change(before_key))),
        w.text_or_empty("md5")
    );
}

TEST_F(WechatpayVectors, HashABill) {
    const Value& w = vector("bill");
    const std::string bill = source_text("tests/channels/bills/wechatpay_trade.csv");

    EXPECT_EQ(static_cast<std::int64_t>(bill.size()), w.int_or("bytes", 0));
    EXPECT_EQ(sha1_hex(bill), w.text_or_empty("sha1"));
    EXPECT_NE(sha1_hex(with_one_change(bill)), w.text_or_empty("sha1"));
}

}  // namespace
}  // namespace sluice::channel::testing
