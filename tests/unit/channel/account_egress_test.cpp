// By which way an account's requests leave, from what an operator says to what a request carries.
#include "channel/account_egress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/account_settings.hpp"
#include "channel/contract.hpp"
#include "channel/keys.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const RsaKeyPair& authority_keys() {
    static const RsaKeyPair kPair = make_rsa_key_pair();
    return kPair;
}

std::string certificate() {
    return make_self_signed_certificate(
               authority_keys().private_key,
               {.common_name = "authority",
                .valid_from = Time{},
                .valid_until = *parse_rfc3339("2036-01-01T00:00:00Z")}
    )
        .pem;
}

Result<ChannelAccount> made(const AccountEgress& egress, std::string_view password = "") {
    ChannelAccountSettings settings = toy_account();
    settings.egress = egress;
    if (!password.empty()) {
        settings.secrets.emplace(kProxyPassword, Secret<std::string>(std::string(password)));
    }
    return ChannelAccount::make(std::move(settings), parse_form(toy_adapter().form).value());
}

TEST(AccountEgress, ThatSaysNothingIsThatOfAllRequests) {
    const auto account = made({});

    ASSERT_TRUE(account) << account.error().message;
    EXPECT_EQ(account->egress(), nullptr);
}

TEST(AccountEgress, IsWhatEveryRequestOfTheAccountCarries) {
    const std::string pem = certificate() + certificate();
    const auto account = made({"http://proxy.example.com:3128", "shop", pem}, "open sesame");
    ASSERT_TRUE(account) << account.error().message;

    const auto request =
        request_from_value(ValueObject{{"method", "GET"}, {"path", "/x"}}, *account);

    ASSERT_TRUE(request) << request.error().message;
    ASSERT_NE(request->egress, nullptr);
    ASSERT_TRUE(request->egress->proxy);
    EXPECT_EQ(request->egress->proxy->url, "http://proxy.example.com:3128");
    EXPECT_EQ(request->egress->proxy->user, "shop");
    EXPECT_EQ(request->egress->proxy->password.reveal(), "open sesame");
    EXPECT_EQ(request->egress->ca_certificates, pem);
}

TEST(AccountEgress, MayBeStraightWhateverTheNodeHas) {
    const auto account = made({.proxy = "none"});

    ASSERT_TRUE(account) << account.error().message;
    ASSERT_NE(account->egress(), nullptr);
    EXPECT_EQ(account->egress()->proxy, http::Proxy{});
}

TEST(AccountEgress, LeavesTheProxyToTheNodeWhenItOnlyPins) {
    const auto account = made({.ca_certificates = certificate()});

    ASSERT_TRUE(account) << account.error().message;
    EXPECT_FALSE(account->egress()->proxy);
}

TEST(AccountEgress, RefusesWhatIsNoWayAndRepeatsNothing) {
    const std::string proxy = "http://p:1";
    struct Row {
        AccountEgress egress;
        std::string_view password;
        std::string_view place;
        std::string_view said;
    };
    const std::vector<Row> rows = {
        {{.proxy = "p:3128"}, "", "egress/proxy", "wanted http://HOST:PORT"},
        {{.proxy = "https://p:1"}, "", "egress/proxy", "wanted http://HOST:PORT"},
        {{.proxy = "http://p"}, "", "egress/proxy", "wanted http://HOST:PORT"},
        {{.proxy = "http://p:0"}, "", "egress/proxy", "wanted http://HOST:PORT"},
        {{.proxy = "http://p:65536"}, "", "egress/proxy", "wanted http://HOST:PORT"},
        {{.proxy = "http://p:1/"}, "", "egress/proxy", "wanted http://HOST:PORT"},
        {{.proxy = "http://u:hidden@p:1"}, "", "egress/proxy", "wanted http://HOST:PORT"},
        {{proxy, "a:b", ""}, "", "egress/proxy_user", "without a colon"},
        {{proxy, "a\nb", ""}, "", "egress/proxy_user", "visible ASCII"},
        {{.proxy_user = "a"}, "", "egress/proxy_user", "without a proxy"},
        {{"none", "a", ""}, "", "egress/proxy_user", "without a proxy"},
        {{}, "hidden", "proxy_password", "without egress.proxy"},
        {{.proxy = proxy}, "hidden", "proxy_password", "without egress.proxy_user"},
        {{.ca_certificates = "hidden"}, "", "egress/ca_certificates", "0 PEM blocks"},
        {{.ca_certificates = authority_keys().public_key.to_pem()},
         "",
         "egress/ca_certificates",
         "1 PEM blocks, of which 0"},
        {{.ca_certificates = certificate() + authority_keys().private_key.to_pem().reveal()},
         "",
         "egress/ca_certificates",
         "2 PEM blocks, of which 1"},
        {{.ca_certificates = certificate().substr(0, 200)},
         "",
         "egress/ca_certificates",
         "1 PEM blocks, of which 0"},
    };
    for (const Row& row : rows) {
        const auto account = made(row.egress, row.password);
        ASSERT_FALSE(account) << row.said;
        EXPECT_EQ(account.error().context, row.place) << account.error().message;
        EXPECT_THAT(account.error().message, HasSubstr(row.said));
        EXPECT_THAT(account.error().message, Not(HasSubstr("hidden")));
    }
}

/// An account whose form lets it show a certificate to servers that ask.
Result<ChannelAccount> showing(const std::string& certificate, const std::string& key) {
    ChannelAccountSettings settings = toy_account();
    const auto set = [&settings](std::string_view name, const std::string& text) {
        if (!text.empty()) {
            settings.secrets.emplace(name, Secret<std::string>(text));
        }
    };
    set(kClientCertificate, certificate);
    set(kClientKey, key);
    Form form = parse_form(toy_adapter().form).value();
    form.fields.push_back(
        {.name = std::string(kClientCertificate), .kind = FieldKind::secret, .title_en = "C"}
    );
    form.fields.push_back(
        {.name = std::string(kClientKey), .kind = FieldKind::private_key, .title_en = "K"}
    );
    return ChannelAccount::make(std::move(settings), form);
}

TEST(AccountEgress, ShowsTheAccountsCertificate) {
    const std::string key = authority_keys().private_key.to_pem().reveal();
    const std::string pem = certificate();
    const auto account = showing(pem, key);
    ASSERT_TRUE(account) << account.error().message;

    const auto request =
        request_from_value(ValueObject{{"method", "GET"}, {"path", "/x"}}, *account);

    ASSERT_TRUE(request) << request.error().message;
    ASSERT_NE(request->egress, nullptr);
    EXPECT_EQ(request->egress->client_certificate, pem);
    EXPECT_EQ(request->egress->client_key.reveal(), key);
    EXPECT_FALSE(request->egress->proxy);
    EXPECT_EQ(
        account->certificates_over_at(*parse_rfc3339("2036-01-01T00:00:00Z")).front(),
        "channel account 'one' (toy): client_certificate ends at 2036-01-01T00:00:00Z, wanted the "
        "next one in its place"
    );
}

TEST(AccountEgress, RefusesACertificateThatIsNotItsKeys) {
    const RsaKeyPair other = make_rsa_key_pair();
    const std::string key = authority_keys().private_key.to_pem().reveal();
    struct Row {
        std::string certificate;
        std::string key;
        std::string_view place;
        std::string_view said;
    };
    const std::vector<Row> rows = {
        {certificate(), "", "client_key", "is missing, wanted beside client_certificate"},
        {"", key, "client_certificate", "is missing, wanted beside client_key"},
        {"hidden", key, "client_certificate", "0 PEM blocks"},
        {certificate(), "hidden", "client_key", "client_key"},
        {certificate(),
         other.private_key.to_pem().reveal(),
         "client_certificate",
         "does not begin with the certificate of client_key"},
    };
    for (const Row& row : rows) {
        const auto account = showing(row.certificate, row.key);
        ASSERT_FALSE(account) << row.said;
        EXPECT_EQ(account.error().context, row.place) << account.error().message;
        EXPECT_THAT(account.error().message, HasSubstr(row.said));
        EXPECT_THAT(account.error().message, Not(HasSubstr("hidden")));
    }
}

TEST(AccountEgress, KeepsThePasswordFromTheAdapter) {
    const auto account = made({"http://p:1", "shop", ""}, "open sesame");

    ASSERT_TRUE(account) << account.error().message;
    EXPECT_EQ(account->secret(kProxyPassword), nullptr);
}

TEST(AccountEgress, IsToldAndChangedMemberByMember) {
    ChannelAccountSettings settings = toy_account();
    const auto change = [&settings](const Value& egress) {
        return apply_public_part(ValueObject{{"egress", egress}}, settings);
    };
    const auto told = [&settings] { return to_json(*public_part(settings).find("egress")); };

    EXPECT_EQ(told(), R"({"proxy":null,"proxy_user":null,"ca_certificates":null})");
    ASSERT_TRUE(change(ValueObject{{"proxy", "http://p:1"}, {"proxy_user", "shop"}}));
    ASSERT_TRUE(change(ValueObject{{"ca_certificates", "a PEM"}, {"proxy_user", Value()}}));
    EXPECT_EQ(told(), R"({"proxy":"http://p:1","proxy_user":null,"ca_certificates":"a PEM"})");

    ChannelAccountSettings stored = toy_account();
    ASSERT_TRUE(apply_public_part(public_part(settings), stored));
    EXPECT_EQ(stored.egress, settings.egress);
    const auto unknown = change(ValueObject{{"proxi", "http://p:1"}});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().context, "/egress/proxi");
    const auto number = change(ValueObject{{"proxy", 3128}});
    ASSERT_FALSE(number);
    EXPECT_EQ(number.error().context, "/egress/proxy");
}

}  // namespace
}  // namespace sluice::channel::testing
