#include "app/key_wiring.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "config/rules.hpp"

namespace sluice::app {
namespace {

config::ApiKeySettings plain_key() {
    config::ApiKeySettings key;
    key.key = Secret<std::string>("sk_1");
    key.merchant_id = "m";
    return key;
}

Result<std::vector<gateway::ApiKey>> wired(const config::ApiKeySettings& key) {
    config::Settings settings;
    settings.api_keys = {key};
    return api_keys_of(settings);
}

/// But the one that only an operator has, by a role.
TEST(KeyWiring, TheConfigurationKnowsExactlyTheScopesThatAKeyMayBeGiven) {
    std::vector<std::string_view> given(gateway::kScopeNames.begin(), gateway::kScopeNames.end());
    EXPECT_EQ(std::erase(given, "channels"), 1U);
    EXPECT_TRUE(std::ranges::equal(config::kScopes, given));
}

TEST(KeyWiring, AKeyWithoutScopesLeavesThemToTheGateway) {
    const auto keys = wired(plain_key());

    ASSERT_TRUE(keys.has_value());
    EXPECT_FALSE(keys->front().scopes.has_value());
    EXPECT_FALSE(keys->front().signature.has_value());
}

TEST(KeyWiring, HandsOverWhatTheKeyMayDo) {
    config::ApiKeySettings key = plain_key();
    key.id = "shop";
    key.scopes = {"orders", "read"};
    key.signature = config::SignatureSettings{"hmac-sha256", Secret<std::string>("s"), ""};

    const auto keys = wired(key);

    ASSERT_TRUE(keys.has_value());
    EXPECT_EQ(keys->front().id, "shop");
    EXPECT_EQ(keys->front().scopes->list(), "orders, read");
    EXPECT_EQ(keys->front().signature->algorithm(), "hmac-sha256");
}

TEST(KeyWiring, HandsOverWhoOperates) {
    config::ApiKeySettings key = plain_key();
    key.merchant_id = "*";
    key.operator_name = "li.lei";
    key.roles = {"finance"};

    const auto keys = wired(key);

    ASSERT_TRUE(keys.has_value());
    EXPECT_EQ(keys->front().merchant_id, gateway::kAllMerchants);
    EXPECT_EQ(keys->front().operator_name, "li.lei");
    EXPECT_EQ(keys->front().roles, std::vector<std::string>{"finance"});
}

TEST(KeyWiring, TellsWhoseKeyCannotBeRead) {
    config::ApiKeySettings key = plain_key();
    key.signature = config::SignatureSettings{"ed25519", {}, "-----BEGIN PUBLIC KEY-----"};

    EXPECT_EQ(
        wired(key).error().message,
        "api_key of m: the public key is not readable PEM, wanted Ed25519"
    );
    key.id = "shop";
    EXPECT_EQ(
        wired(key).error().message,
        "api_key shop: the public key is not readable PEM, wanted Ed25519"
    );
}

}  // namespace
}  // namespace sluice::app
