#include "channel/crypto.hpp"

#include <gtest/gtest.h>

namespace sluice::channel {
namespace {

constexpr std::string_view kKey = "0123456789abcdef0123456789ABCDEF";
constexpr std::string_view kNonce = "fdasflkja484";

const RsaKeyPair& key_pair() {
    static const RsaKeyPair pair = make_rsa_key_pair();
    return pair;
}

TEST(Base64, ReadsBackWhatItWrote) {
    for (const std::string_view text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
        EXPECT_EQ(base64_decode(base64_encode(text)).value(), text);
    }
    EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
}

TEST(Base64, RefusesWhatIsNotStrict) {
    for (const std::string_view text :
         {"Zg", "Zg=", "Z===", "====", "Zm9v\n", "Zm 9", "Zm9*", "Zh==", "Zm9=", "Z=g=", "=Zg="}) {
        EXPECT_FALSE(base64_decode(text)) << text;
    }
}

TEST(Digests, AreThePublishedOnes) {
    EXPECT_EQ(
        sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(
        hmac_sha256_hex(Secret<std::string>("Jefe"), "what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

TEST(Digests, ComeAsBytesToo) {
    EXPECT_EQ(
        base64_encode(sha256("{\"hello\": \"world\"}")),
        "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
    );
    EXPECT_EQ(
        base64_encode(sha512("{\"hello\": \"world\"}")),
        "WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew=="
    );
    EXPECT_EQ(hmac_sha256(Secret<std::string>("Jefe"), "what").size(), 32U);
}

TEST(RsaSignature, HoldsForItsTextAndKeyOnly) {
    const std::string signature = rsa_sha256_sign(key_pair().private_key, "pay 70.00");

    EXPECT_TRUE(rsa_sha256_verify(key_pair().public_key, {"pay 70.00", signature}));
    EXPECT_FALSE(rsa_sha256_verify(key_pair().public_key, {"pay 70.01", signature}));
    EXPECT_FALSE(rsa_sha256_verify(key_pair().public_key, {"pay 70.00", ""}));
    EXPECT_FALSE(rsa_sha256_verify(key_pair().public_key, {"pay 70.00", "not base64!"}));
    EXPECT_FALSE(rsa_sha256_verify(make_rsa_key_pair().public_key, {"pay 70.00", signature}));
}

TEST(RsaOaep, OpensWithThePrivateKeyOnly) {
    const std::string cipher = rsa_oaep_sha1_encrypt(key_pair().public_key, "张三").value();

    EXPECT_EQ(rsa_oaep_sha1_decrypt(key_pair().private_key, cipher).value(), "张三");
    EXPECT_EQ(
        rsa_oaep_sha1_decrypt(make_rsa_key_pair().private_key, cipher).error().code,
        ErrorCode::refused
    );
}

TEST(RsaOaep, TakesUpTo214Bytes) {
    EXPECT_TRUE(rsa_oaep_sha1_encrypt(key_pair().public_key, std::string(214, 'x')));
    EXPECT_EQ(
        rsa_oaep_sha1_encrypt(key_pair().public_key, std::string(215, 'x')).error().code,
        ErrorCode::limit
    );
}

TEST(AesGcm, OpensWithTheSameKeyNonceAndAssociatedDataOnly) {
    const std::string cipher = aes_256_gcm_encrypt({kKey, kNonce, "bill"}, "secret");
    const std::string other_key(32, 'k');

    EXPECT_EQ(aes_256_gcm_decrypt({kKey, kNonce, "bill"}, cipher).value(), "secret");
    EXPECT_FALSE(aes_256_gcm_decrypt({other_key, kNonce, "bill"}, cipher));
    EXPECT_FALSE(aes_256_gcm_decrypt({kKey, "fdasflkja485", "bill"}, cipher));
    EXPECT_FALSE(aes_256_gcm_decrypt({kKey, kNonce, ""}, cipher));
}

TEST(AesGcm, RefusesWrongSizes) {
    EXPECT_EQ(aes_256_gcm_decrypt({"short", kNonce, ""}, "AAAA").error().code, ErrorCode::invalid);
    EXPECT_EQ(aes_256_gcm_decrypt({kKey, "short", ""}, "AAAA").error().code, ErrorCode::invalid);
    EXPECT_EQ(aes_256_gcm_decrypt({kKey, kNonce, ""}, "AAAA").error().code, ErrorCode::invalid);
    EXPECT_EQ(aes_256_gcm_decrypt({kKey, kNonce, ""}, "?").error().code, ErrorCode::invalid);
}

TEST(Keys, ReadBackFromTheirPem) {
    const auto again = PrivateKey::from_pem(key_pair().private_key.to_pem().reveal());
    const auto open = PublicKey::from_pem(key_pair().public_key.to_pem());

    EXPECT_TRUE(rsa_sha256_verify(open.value(), {"text", rsa_sha256_sign(again.value(), "text")}));
}

TEST(Keys, RefuseOtherTextWithoutRepeatingIt) {
    const auto key = PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\nsecret\n");

    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().message.find("secret"), std::string::npos);
    EXPECT_FALSE(PublicKey::from_pem(""));
    EXPECT_FALSE(PublicKey::from_pem(key_pair().private_key.to_pem().reveal()));
}

TEST(Certificates, CarryTheirKeyAndSerial) {
    const CertificateOrder order{
        "Sluice Test",
        Time(std::chrono::seconds(1767225600)),
        Time(std::chrono::seconds(1798761600))
    };

    const Certificate certificate = make_self_signed_certificate(key_pair().private_key, order);

    EXPECT_EQ(certificate.serial.size(), 40U);
    EXPECT_EQ(certificate_serial(certificate.pem).value(), certificate.serial);
    const std::string signature = rsa_sha256_sign(key_pair().private_key, "text");
    EXPECT_TRUE(rsa_sha256_verify(PublicKey::from_pem(certificate.pem).value(), {"text", signature})
    );
    EXPECT_FALSE(certificate_serial("no certificate"));
}

}  // namespace
}  // namespace sluice::channel
