#include <algorithm>
#include <stdexcept>

#include "gateway/auth.hpp"
#include "gateway/routes.hpp"
#include "support/openapi_check.hpp"
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class Access : public GatewayFixture {};

TEST_F(Access, NeedsAKeyOnEveryMerchantAddress) {
    for (const gateway::Route& route : gateway::routes()) {
        if (route.scope == gateway::Scope::open) {
            continue;
        }
        const auto response =
            send({.method = std::string(route.method), .target = path_of(route.pattern), .key = ""}
            );
        EXPECT_EQ(summary(response), "401 unauthorized Authorization") << route.pattern;
        EXPECT_EQ(response.headers.get_or_empty("WWW-Authenticate"), R"(Bearer realm="sluice")");
    }
}

TEST_F(Access, RefusesKeysThatAreNotExactlyOurs) {
    for (const std::string value :
         {"Bearer ",
          "Bearer sk_test_alph",
          "Bearer sk_test_alphaa",
          "Bearer SK_TEST_ALPHA",
          "Basic sk_test_alpha",
          "sk_test_alpha",
          "Bearer  sk_test_alpha"}) {
        const auto response = send(
            {.target = "/v1/orders?merchant_order_number=A",
             .headers = {{"Authorization", value}},
             .key = ""}
        );
        EXPECT_EQ(summary(response), "401 unauthorized Authorization") << value;
    }
}

TEST_F(Access, ReadsTheSchemeInAnyCase) {
    const auto response = send(
        {.target = "/v1/orders?merchant_order_number=A",
         .headers = {{"authorization", "bearer sk_test_alpha"}},
         .key = ""}
    );

    EXPECT_EQ(response.status, 200);
}

TEST_F(Access, LeavesTheOpenAddressesOpen) {
    for (const std::string target : {"/healthz", "/readyz", "/metrics", "/openapi.json"}) {
        EXPECT_EQ(send({.target = target, .key = ""}).status, 200) << target;
    }
}

TEST(KeyRing, RefusesEmptyAndDoubleKeys) {
    using gateway::KeyRing;
    const Secret<std::string> key("k");

    EXPECT_THROW(KeyRing({{"", key}}), std::invalid_argument);
    EXPECT_THROW(KeyRing({{"a", Secret<std::string>("")}}), std::invalid_argument);
    EXPECT_THROW(KeyRing({{"a", key}, {"b", key}}), std::invalid_argument);
    EXPECT_NO_THROW(KeyRing({{"a", key}, {"a", Secret<std::string>("other")}}));
}

TEST_F(Access, RefusesMerchantIdsThatWouldBlurAccountOwners) {
    settings.keys = {{"a/b", Secret<std::string>("k")}};

    EXPECT_THROW(send({.target = "/healthz"}), std::invalid_argument);
}

TEST_F(Access, TakesOverAGoodRequestIdAndReplacesABadOne) {
    const auto good = send({.target = "/healthz", .headers = {{"X-Request-Id", "abc-1.2_3"}}});
    EXPECT_EQ(good.headers.get_or_empty("X-Request-Id"), "abc-1.2_3");

    for (const std::string& bad : {std::string("a b"), std::string(65, 'x'), std::string("ü")}) {
        const auto response = send({.target = "/v1/none", .headers = {{"X-Request-Id", bad}}});
        EXPECT_TRUE(response.headers.get_or_empty("X-Request-Id").starts_with("req_"));
        EXPECT_EQ(text_of(response, "request_id"), response.headers.get_or_empty("X-Request-Id"));
    }
}

TEST(Routes, AreExactlyTheAddressesOfTheDocument) {
    std::vector<std::string> ours;
    for (const gateway::Route& route : gateway::routes()) {
        ours.push_back(std::string(route.method) + " " + std::string(route.pattern));
    }

    EXPECT_THAT(OpenApi::project().operations(), ::testing::UnorderedElementsAreArray(ours));
}

TEST(Routes, AreOpenExactlyWhereTheDocumentSaysSo) {
    const Value& paths = *OpenApi::project().document().find("paths");
    for (const gateway::Route& route : gateway::routes()) {
        std::string method(route.method);
        std::ranges::transform(method, method.begin(), [](char c) {
            return static_cast<char>(c - 'A' + 'a');
        });
        const Value* security = paths.find(route.pattern)->find(method)->find("security");
        EXPECT_EQ(security != nullptr, route.scope == gateway::Scope::open) << route.pattern;
    }
}

}  // namespace
}  // namespace sluice::testing
