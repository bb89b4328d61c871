#include <set>
#include <stdexcept>

#include "gateway/auth.hpp"
#include "gateway/routes.hpp"
#include "gateway/scope.hpp"
#include "support/openapi_check.hpp"
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using gateway::ApiKey;
using gateway::Scope;
using gateway::Scopes;

ApiKey key_of(const std::string& key, const Scopes& scopes) {
    ApiKey made{"alpha", Secret<std::string>(key)};
    made.id = key + "-id";
    made.scopes = scopes;
    return made;
}

ApiKey operator_key(const std::string& key, const std::string& merchant) {
    ApiKey made{merchant, Secret<std::string>(key)};
    made.operator_name = "li.lei";
    made.roles = {"finance"};
    return made;
}

/// A key for each scope alone, one for all but one, and operators of a merchant and of all.
class ScopedAccess : public GatewayFixture {
  protected:
    ScopedAccess() {
        for (const std::string_view name : gateway::kScopeNames) {
            Scopes others;
            for (const std::string_view other : gateway::kScopeNames) {
                if (other != name && other != "read") {
                    others.add(*gateway::parse_scope(other));
                }
            }
            settings.keys.push_back(
                key_of("only_" + std::string(name), Scopes().add(*gateway::parse_scope(name)))
            );
            settings.keys.push_back(key_of("no_" + std::string(name), others));
        }
        settings.keys.push_back(operator_key("op_alpha", "alpha"));
        settings.keys.push_back(operator_key("op_all", "*"));
        ApiKey channels = operator_key("op_channels", "*");
        channels.roles = {"channels"};
        settings.keys.push_back(channels);
        ApiKey of_alpha = operator_key("op_alpha_channels", "alpha");
        of_alpha.roles = {"channels"};
        settings.keys.push_back(of_alpha);
    }

    http::Response call(const gateway::Route& route, const std::string& key) {
        return send(
            {.method = std::string(route.method), .target = path_of(route.pattern), .key = key}
        );
    }
    static std::vector<gateway::Route> guarded() {
        std::vector<gateway::Route> some;
        for (const gateway::Route& route : gateway::routes()) {
            if (route.scope != Scope::open) {
                some.push_back(route);
            }
        }
        return some;
    }
};

TEST_F(ScopedAccess, IsForTheScopeThatAnAddressNames) {
    for (const gateway::Route& route : guarded()) {
        const std::string name(to_string(route.scope));
        // People alone configure how money travels.
        const std::string let_in = route.scope == Scope::channels ? "op_" : "only_";
        EXPECT_NE(call(route, let_in + name).status, 403) << route.method << route.pattern;

        const auto refused = call(route, "no_" + name);

        EXPECT_EQ(summary(refused), "403 forbidden") << route.method << route.pattern;
        EXPECT_THAT(text_of(refused, "detail"), ::testing::EndsWith(", wanted " + name));
    }
}

TEST_F(ScopedAccess, ToEverythingReadableIsForReaders) {
    for (const gateway::Route& route : guarded()) {
        for (const std::string key : {"only_read", "op_alpha", "op_all"}) {
            const bool decides = key != "only_read" && route.scope == Scope::tasks;
            const bool may_read = key != "only_read" || route.scope != Scope::channels;
            const bool is_let_in = call(route, key).status != 403;
            EXPECT_EQ(is_let_in, (route.method == "GET" && may_read) || decides)
                << key << " " << route.method << " " << route.pattern;
        }
    }
}

TEST_F(ScopedAccess, ToChannelAccountsIsForOperatorsOfThatRoleAlone) {
    const auto make = [&](const std::string& key) {
        return send(
            {.method = "POST",
             .target = "/v1/channel_accounts",
             .body = R"({"channel":"bank","name":"a","settings":{"base_url":"https://a.example"}})",
             .key = key}
        );
    };

    EXPECT_EQ(summary(make("only_channels")), "403 forbidden");
    EXPECT_EQ(summary(make("op_all")), "403 forbidden");
    EXPECT_EQ(summary(make("op_channels")), "503 unavailable") << "it came as far as the database";
}

TEST_F(ScopedAccess, ToTheChannelsOfAllIsForOperatorsOfAllMerchantsAlone) {
    const auto reload = [&](const std::string& key) {
        return send({.method = "POST", .target = "/v1/channels/reload", .key = key});
    };

    EXPECT_EQ(summary(reload("only_channels")), "403 forbidden");
    EXPECT_EQ(summary(reload("op_alpha_channels")), "403 forbidden");
    EXPECT_THAT(
        text_of(reload("op_alpha_channels"), "detail"),
        ::testing::HasSubstr("is not an operator's of all merchants, wanted one")
    );
    EXPECT_EQ(reload("op_channels").status, 200);
}

TEST_F(ScopedAccess, OfAnOperatorIsToldWhyAnAdapterDoesNotLoad) {
    loaded = fail(ErrorCode::refused, "channels/toy/adapter.lua, line 7: no", "adapter_refused");

    const auto refused =
        send({.method = "POST", .target = "/v1/channels/reload", .key = "op_channels"});

    EXPECT_EQ(summary(refused), "422 adapter_refused");
    EXPECT_EQ(text_of(refused, "detail"), "channels/toy/adapter.lua, line 7: no");
    const auto with_body = send(
        {.method = "POST",
         .target = "/v1/channels/reload",
         .body = R"({"channel":"bank"})",
         .key = "op_channels"}
    );
    EXPECT_EQ(with_body.status, 400);
}

TEST_F(ScopedAccess, RefusedTellsWhatTheKeyHasAndWhatItNeeds) {
    EXPECT_EQ(
        text_of(
            send({.method = "POST", .target = "/v1/payments", .body = "{}", .key = "op_all"}),
            "detail"
        ),
        "key key-0aea022f has the scopes tasks, read, wanted payments"
    );
    EXPECT_EQ(
        text_of(
            send({.method = "POST", .target = "/v1/orders", .body = "{}", .key = "only_events"}),
            "detail"
        ),
        "key only_events-id has the scopes events, wanted orders"
    );
}

TEST_F(ScopedAccess, IsRefusedBeforeTheQueryAndTheBodyAreRead) {
    const auto response =
        send({.method = "POST", .target = "/v1/orders?x=1", .body = "{", .key = "only_events"});

    EXPECT_EQ(summary(response), "403 forbidden");
    EXPECT_EQ(orders.size(), 0U);
}

TEST_F(ScopedAccess, ByAnOperatorEndsWhereMoneyMoves) {
    const auto response = send(
        {.method = "POST",
         .target = "/v1/payments",
         .body = qr_payment_json(order_json("A-1")),
         .key = "op_alpha"}
    );

    EXPECT_EQ(summary(response), "403 forbidden");
    EXPECT_TRUE(intake.starts.empty());
}

TEST_F(ScopedAccess, ByAnOperatorOfAllMerchantsReachesEachOfThem) {
    const std::string order = given_order("A-1");
    const std::string payment = given_payment("A-2");
    const std::string account = given_account("u");
    const std::string other = text_of(
        send({.method = "POST", .target = "/v1/orders", .body = order_json("B"), .key = kOtherKey}),
        "id"
    );

    for (const std::string& target :
         {"/v1/orders/" + order,
          "/v1/orders/" + other,
          "/v1/payments/" + payment,
          "/v1/payments/" + payment + "/timeline",
          "/v1/accounts/" + account,
          "/v1/accounts/" + account + "/entries"}) {
        EXPECT_EQ(send({.target = target, .key = "op_all"}).status, 200) << target;
    }
    EXPECT_EQ(send({.target = "/v1/orders/" + order, .key = "op_alpha"}).status, 200);
    EXPECT_EQ(send({.target = "/v1/orders/" + other, .key = "op_alpha"}).status, 404);
}

TEST_F(ScopedAccess, ByNumberNeedsTheMerchantFromWhomeverSeesAll) {
    given_order("A-1");
    const auto find = [&](std::string_view key, const std::string& more) {
        return summary(send({.target = "/v1/orders?merchant_order_number=A-1" + more, .key = key}));
    };

    EXPECT_EQ(find("op_all", "&merchant_id=alpha"), "200");
    EXPECT_EQ(find("op_all", "&merchant_id=beta"), "200") << "an empty list";
    EXPECT_EQ(find("op_all", ""), "400 invalid_request merchant_id");
    EXPECT_EQ(find("op_alpha", ""), "200");
    EXPECT_EQ(find(kMerchantKey, "&merchant_id=alpha"), "200");
    EXPECT_EQ(find(kOtherKey, "&merchant_id=alpha"), "404 not_found");
    EXPECT_EQ(find("op_alpha", "&merchant_id=beta"), "404 not_found");
}

TEST(Scopes, OfABusinessSystemAreAllButTasks) {
    EXPECT_EQ(
        Scopes::of_business().list(),
        "orders, payments, refunds, payouts, transfers, accounts, events, webhooks, read"
    );
    EXPECT_EQ(Scopes::of_operator().list(), "tasks, read");
    EXPECT_EQ(Scopes().list(), "");
}

TEST(Scopes, HaveNamesThatReadBack) {
    std::set<std::string_view> names;
    for (const std::string_view name : gateway::kScopeNames) {
        const auto scope = gateway::parse_scope(name);
        ASSERT_TRUE(scope.has_value()) << name;
        EXPECT_EQ(to_string(*scope), name);
        names.insert(name);
    }
    EXPECT_EQ(names.size(), gateway::kScopeNames.size());
    for (const std::string_view name : {"open", "", "Orders", "refund"}) {
        EXPECT_FALSE(gateway::parse_scope(name).has_value()) << name;
    }
}

TEST(Scopes, PermitReadingToReadersOnly) {
    const Scopes reader = Scopes().add(Scope::read);

    EXPECT_TRUE(reader.permit(Scope::orders, "GET"));
    EXPECT_TRUE(reader.permit(Scope::orders, "HEAD"));
    EXPECT_FALSE(reader.permit(Scope::orders, "POST"));
    EXPECT_FALSE(reader.permit(Scope::webhooks, "DELETE"));
    EXPECT_FALSE(Scopes().add(Scope::payments).permit(Scope::orders, "GET"));
    EXPECT_TRUE(Scopes().permit(Scope::open, "POST"));
}

TEST(KeyRing, CallsKeysByTheirIdOrByTheirDigest) {
    ApiKey named{"a", Secret<std::string>("abc")};
    named.id = "shop";
    const gateway::KeyRing ring({named, {"a", Secret<std::string>("abd")}});

    EXPECT_EQ(ring.find("Bearer abc")->key_id, "shop");
    EXPECT_EQ(ring.find("Bearer abd")->key_id, "key-a52d159f");
    EXPECT_EQ(ring.find("Bearer abe"), nullptr);
}

TEST(KeyRing, KnowsAnOperator) {
    const gateway::KeyRing ring({operator_key("one", "a"), operator_key("all", "*")});
    const gateway::Caller& one = *ring.find("Bearer one");
    const gateway::Caller& all = *ring.find("Bearer all");

    EXPECT_EQ(one.operator_name, "li.lei");
    EXPECT_EQ(one.roles, std::vector<std::string>{"finance"});
    EXPECT_TRUE(one.sees("a"));
    EXPECT_FALSE(one.sees("b"));
    EXPECT_FALSE(one.sees(""));
    EXPECT_TRUE(all.sees("a"));
    EXPECT_TRUE(all.sees("b"));
    EXPECT_EQ(all.merchant_id, "");
}

TEST(Caller, OfNoMerchantSeesNothing) {
    EXPECT_FALSE(gateway::Caller().sees("a"));
    EXPECT_FALSE(gateway::Caller().scopes.permit(Scope::orders, "GET"));
}

TEST(KeyRing, GivesAnOperatorNoOtherScopes) {
    ApiKey key = operator_key("one", "a");
    key.scopes = Scopes().add(Scope::payments);

    EXPECT_EQ(gateway::KeyRing({key}).find("Bearer one")->scopes, Scopes::of_operator());
}

TEST(KeyRing, RefusesKeysThatCannotBeToldApartOrHaveNoOwner) {
    ApiKey first{"a", Secret<std::string>("1")};
    first.id = "x";
    ApiKey second{"a", Secret<std::string>("2")};
    second.id = "x";

    EXPECT_THROW(gateway::KeyRing({first, second}), std::invalid_argument);
    EXPECT_THROW(gateway::KeyRing({{"*", Secret<std::string>("1")}}), std::invalid_argument);
    EXPECT_NO_THROW(gateway::KeyRing({operator_key("1", "*")}));
}

TEST(Routes, NeedTheScopesOfTheDocument) {
    const Value& paths = *OpenApi::project().document().find("paths");
    for (const gateway::Route& route : gateway::routes()) {
        std::string method(route.method);
        for (char& c : method) {
            c = static_cast<char>(c - 'A' + 'a');
        }
        const Value& operation = *paths.find(route.pattern)->find(method);
        const std::string_view wanted = route.scope == Scope::open ? "" : to_string(route.scope);
        EXPECT_EQ(operation.text_or_empty("x-scope"), wanted) << method << " " << route.pattern;
    }
}

}  // namespace
}  // namespace sluice::testing
