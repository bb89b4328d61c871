#include <gtest/gtest.h>

#include "unit/config/settings_file.hpp"

namespace sluice::config {
namespace {

const std::string kHmac(32, 's');

class ApiKeyRefusals : public SettingsFile {
  protected:
    /// A key of merchant "m" with more lines; the third line of the file is the first of them.
    [[nodiscard]] std::string key(const std::string& rest) const {
        return refusal("[[api_key]]\nkey = \"k\"\n" + rest);
    }
    [[nodiscard]] std::string merchants(const std::string& rest) const {
        return key("merchant_id = \"m\"\n" + rest);
    }
    [[nodiscard]] std::string signature(const std::string& rest) const {
        return merchants("signature = { " + rest + " }");
    }
};

TEST_F(SettingsFile, AKeyThatSaysNothingElseHasNoIdNorScopesNorSignature) {
    const auto settings = load_text("[[api_key]]\nkey = \"k\"\nmerchant_id = \"m\"");

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    const ApiKeySettings& key = settings->api_keys.at(0);
    EXPECT_EQ(key.id, "");
    EXPECT_TRUE(key.scopes.empty());
    EXPECT_EQ(key.operator_name, "");
    EXPECT_FALSE(key.signature.has_value());
}

TEST_F(SettingsFile, KeysSayWhatTheyAre) {
    write("public.pem", "-----BEGIN PUBLIC KEY-----\nx\n");
    const auto settings = load_text(
        "[[api_key]]\nkey = \"a\"\nmerchant_id = \"m\"\nid = \"shop\"\nscopes = [\"orders\"]\n"
        "signature = { algorithm = \"hmac-sha256\", secret = \"" +
        kHmac +
        "\" }\n"
        "[[api_key]]\nkey = \"b\"\nmerchant_id = \"*\"\noperator = \"li.lei\"\n"
        "roles = [\"finance\", \"risk\"]\n"
        "[api_key.signature]\nalgorithm = \"ed25519\"\npublic_key = { file = \"public.pem\" }\n"
    );

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    const ApiKeySettings& shop = settings->api_keys.at(0);
    EXPECT_EQ(shop.id, "shop");
    EXPECT_EQ(shop.scopes, std::vector<std::string>{"orders"});
    ASSERT_TRUE(shop.signature.has_value());
    EXPECT_EQ(shop.signature->algorithm, "hmac-sha256");
    EXPECT_EQ(shop.signature->secret.reveal(), kHmac);
    const ApiKeySettings& person = settings->api_keys.at(1);
    EXPECT_EQ(person.merchant_id, "*");
    EXPECT_EQ(person.operator_name, "li.lei");
    EXPECT_EQ(person.roles.size(), 2U);
    ASSERT_TRUE(person.signature.has_value());
    EXPECT_TRUE(person.signature->public_key.starts_with("-----BEGIN"));
}

TEST_F(ApiKeyRefusals, AnIdIsATokenOfItsOwn) {
    EXPECT_EQ(
        merchants("id = \"a b\""),
        "sluice.toml:4: api_key[0].id is \"a b\", wanted 1 to 64 of A-Z a-z 0-9 '.' '_' '-'"
    );
    EXPECT_NE(merchants("id = \"\"").find("api_key[0].id is \"\", wanted"), std::string::npos);
    const std::string first = "[[api_key]]\nkey = \"1\"\nmerchant_id = \"m\"\nid = \"a\"\n";
    EXPECT_EQ(
        refusal(first + "[[api_key]]\nkey = \"2\"\nmerchant_id = \"m\"\nid = \"a\""),
        "sluice.toml:8: api_key[1].id is \"a\", wanted one that no other [[api_key]] has"
    );
    EXPECT_EQ(
        refusal(first + "[[api_key]]\nkey = \"2\"\nmerchant_id = \"m\"\nid = \"b\""), "accepted"
    );
}

TEST_F(ApiKeyRefusals, TwoKeysWithoutIdsAreTwoKeys) {
    const std::string first = "[[api_key]]\nkey = \"1\"\nmerchant_id = \"m\"\n";

    EXPECT_EQ(refusal(first + "[[api_key]]\nkey = \"2\"\nmerchant_id = \"m\"\n"), "accepted");
}

TEST_F(ApiKeyRefusals, ScopesAreKnownNamesAndEachStandsOnce) {
    const std::string all =
        "orders, payments, refunds, payouts, transfers, accounts, events, webhooks, tasks, read";

    EXPECT_EQ(
        merchants("scopes = [\"orders\", \"refund\"]"),
        "sluice.toml:4: api_key[0].scopes[1] is \"refund\", wanted one of " + all +
            " - did you mean 'refunds'?"
    );
    EXPECT_EQ(
        merchants("scopes = [\"read\", \"read\"]"),
        "sluice.toml:4: api_key[0].scopes[1] is \"read\", wanted each only once"
    );
    EXPECT_EQ(
        merchants("scopes = []"),
        "sluice.toml:4: api_key[0].scopes is a list, wanted at least one of " + all
    );
    EXPECT_EQ(merchants("scopes = [\"open\"]").find("accepted"), std::string::npos);
    EXPECT_EQ(merchants("scopes = [\"tasks\", \"read\"]"), "accepted");
}

TEST_F(ApiKeyRefusals, AllMerchantsAreForOperatorsOnly) {
    EXPECT_EQ(
        key("merchant_id = \"*\""),
        "sluice.toml:3: api_key[0].merchant_id is \"*\", wanted 1 to 64 of A-Z a-z 0-9 '.' '_' "
        "'-'; all merchants are for operators"
    );
    EXPECT_EQ(key("merchant_id = \"*\"\noperator = \"a\"\nroles = [\"ops\"]"), "accepted");
    EXPECT_EQ(key("merchant_id = \"m\"\noperator = \"a\"\nroles = [\"ops\"]"), "accepted");
}

TEST_F(ApiKeyRefusals, AnOperatorHasRolesAndNoScopes) {
    EXPECT_EQ(
        merchants("operator = \"a\""),
        "sluice.toml:1: api_key[0].roles is missing, wanted at least one role of the operator"
    );
    EXPECT_EQ(
        merchants("operator = \"a\"\nroles = []"),
        "sluice.toml:5: api_key[0].roles is a list, wanted 1 to 32 roles of the operator"
    );
    EXPECT_EQ(
        merchants("operator = \"a\"\nroles = [\"ops\", \"ops\"]"),
        "sluice.toml:5: api_key[0].roles[1] is \"ops\", wanted each only once"
    );
    EXPECT_EQ(
        merchants("operator = \"a\"\nroles = [\"a b\"]"),
        "sluice.toml:5: api_key[0].roles[0] is \"a b\", wanted 1 to 64 of A-Z a-z 0-9 '.' '_' '-'"
    );
    EXPECT_EQ(
        merchants("roles = [\"ops\"]"),
        "sluice.toml:4: api_key[0].roles is a list, wanted none without operator, whose roles they "
        "are"
    );
    EXPECT_EQ(
        merchants("operator = \"\"\nroles = [\"ops\"]"),
        "sluice.toml:4: api_key[0].operator is \"\", wanted 1 to 64 of A-Z a-z 0-9 '.' '_' '-'"
    );
    EXPECT_EQ(
        merchants("operator = \"a\"\nroles = [\"ops\"]\nscopes = [\"orders\"]"),
        "sluice.toml:6: api_key[0].scopes is a list, wanted none: an operator's key reads "
        "everything and decides tasks"
    );
}

TEST_F(ApiKeyRefusals, ASignatureHasItsAlgorithmsKeyAndNoOther) {
    const std::string hmac = "algorithm = \"hmac-sha256\"";
    const std::string secret = "secret = \"" + kHmac + "\"";
    const std::string pem = "public_key = \"-----BEGIN PUBLIC KEY-----\"";
    const std::string place = "sluice.toml:4: api_key[0].signature";

    EXPECT_EQ(signature(hmac + ", " + secret), "accepted");
    EXPECT_EQ(signature("algorithm = \"ed25519\", " + pem), "accepted");
    EXPECT_EQ(signature(secret), place + ".algorithm is missing, wanted hmac-sha256 or ed25519");
    EXPECT_EQ(
        signature("algorithm = \"hmac\", " + secret),
        place + ".algorithm is \"hmac\", wanted one of hmac-sha256, ed25519"
    );
    EXPECT_EQ(
        signature(hmac), place + ".secret is missing, wanted 32 to 256 visible ASCII characters"
    );
    EXPECT_EQ(
        signature(hmac + ", secret = \"" + kHmac.substr(1) + "\""),
        place + ".secret is *** (a text), wanted 32 to 256 visible ASCII characters"
    );
    EXPECT_EQ(
        signature(hmac + ", " + secret + ", " + pem),
        place + ".public_key is *** (a text), wanted none: hmac-sha256 has a secret"
    );
    EXPECT_EQ(
        signature("algorithm = \"ed25519\""),
        place + ".public_key is missing, wanted a PEM public key"
    );
    EXPECT_EQ(
        signature("algorithm = \"ed25519\", public_key = \"AAAA\""),
        place + ".public_key is *** (a text), wanted a PEM public key"
    );
    EXPECT_EQ(
        signature("algorithm = \"ed25519\", " + pem + ", " + secret),
        place + ".secret is *** (a text), wanted none: ed25519 has a public_key"
    );
    EXPECT_EQ(
        merchants("signature = true"),
        "sluice.toml:4: api_key[0].signature is true, wanted a table: write [api_key[0].signature]"
    );
    EXPECT_NE(signature("").find("algorithm is missing"), std::string::npos);
}

}  // namespace
}  // namespace sluice::config
