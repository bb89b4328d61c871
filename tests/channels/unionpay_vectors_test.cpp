// The two ways in which UnionPay signs, made of what all channels' signatures are made of.
#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

class UnionpayVectors : public ::testing::Test {
  protected:
    [[nodiscard]] std::string text(std::string_view vector, std::string_view name) const {
        return std::string(all_.find(vector)->text_or_empty(name));
    }

  private:
    Value all_ = source_json("tests/channels/unionpay_vectors.json");
};

/// The text with one character in its middle changed to another one that is allowed there.
std::string with_one_change(std::string text) {
    char& c = text[text.size() / 2];
    c = c == '0' ? '1' : '0';
    return text;
}

/// Without certificates: what both sides know stands hashed behind the text.
std::string signature_by_key(const std::string& text, const std::string& key) {
    return sha256_hex(text + "&" + sha256_hex(key));
}

TEST_F(UnionpayVectors, SignTheDigestOfTheText) {
    const std::string digest = sha256_hex(text("certificate_mode", "text"));

    EXPECT_EQ(digest, text("certificate_mode", "digest"));
    EXPECT_EQ(
        rsa_sha256_sign(private_key("merchant"), digest), text("certificate_mode", "signature")
    );
}

TEST_F(UnionpayVectors, VerifyOnlyTheDigestThatWasSigned) {
    const PublicKey key = public_key("merchant");
    const std::string whole = text("certificate_mode", "text");
    const std::string digest = text("certificate_mode", "digest");
    const std::string signature = text("certificate_mode", "signature");

    EXPECT_TRUE(rsa_sha256_verify(key, {digest, signature}));
    EXPECT_FALSE(rsa_sha256_verify(key, {sha256_hex(with_one_change(whole)), signature}));
    EXPECT_FALSE(rsa_sha256_verify(key, {with_one_change(digest), signature}));
    EXPECT_FALSE(rsa_sha256_verify(key, {digest, with_one_change(signature)}));
    EXPECT_FALSE(rsa_sha256_verify(key, {whole, signature})) << "the text itself is not signed";
    EXPECT_FALSE(rsa_sha256_verify(public_key("platform"), {digest, signature}));
}

TEST_F(UnionpayVectors, SignByAKeyThatBothSidesKnow) {
    const std::string whole = text("key_mode", "text");
    const std::string key = text("key_mode", "key");

    EXPECT_EQ(signature_by_key(whole, key), text("key_mode", "signature"));
    EXPECT_NE(signature_by_key(with_one_change(whole), key), text("key_mode", "signature"));
    EXPECT_NE(signature_by_key(whole, with_one_change(key)), text("key_mode", "signature"));
}

}  // namespace
}  // namespace sluice::channel::testing
