#include "channel/ed25519.hpp"

#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "channel/keys.hpp"

namespace sluice::channel {
namespace {

// The key of RFC 9421, B.1.4, and what it signs in B.2.6.
constexpr std::string_view kPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n"
    "-----END PUBLIC KEY-----\n";
constexpr std::string_view kMessage =
    "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n"
    "\"@method\": POST\n"
    "\"@path\": /foo\n"
    "\"@authority\": example.com\n"
    "\"content-type\": application/json\n"
    "\"content-length\": 18\n"
    "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
    "\"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
constexpr std::string_view kSignature =
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";

TEST(Ed25519, KnowsThePublishedSignature) {
    const auto key = Ed25519PublicKey::from_pem(kPem);
    ASSERT_TRUE(key.has_value()) << key.error().message;
    const std::string signature = base64_decode(kSignature).value();

    EXPECT_TRUE(key->has_signed({kMessage, signature}));
}

TEST(Ed25519, KnowsNoOtherMessageNorSignature) {
    const auto key = Ed25519PublicKey::from_pem(kPem).value();
    const std::string signature = base64_decode(kSignature).value();
    std::string bent = signature;
    bent[10] = static_cast<char>(bent[10] ^ 1);

    EXPECT_FALSE(key.has_signed({std::string(kMessage) + " ", signature}));
    EXPECT_FALSE(key.has_signed({kMessage, bent}));
    EXPECT_FALSE(key.has_signed({kMessage, signature.substr(0, 63)}));
    EXPECT_FALSE(key.has_signed({kMessage, ""}));
}

TEST(Ed25519, RefusesKeysOfAnotherKindAndTextsThatAreNone) {
    const std::string rsa = make_rsa_key_pair().public_key.to_pem();

    EXPECT_EQ(
        Ed25519PublicKey::from_pem(rsa).error().message,
        "the public key is of another kind, wanted Ed25519"
    );
    EXPECT_EQ(
        Ed25519PublicKey::from_pem("no key").error().message,
        "the public key is not readable PEM, wanted Ed25519"
    );
    EXPECT_FALSE(Ed25519PublicKey::from_pem(""));
}

}  // namespace
}  // namespace sluice::channel
