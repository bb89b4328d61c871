#include "channel/credentials.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "channel/registry.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

Result<ChannelAccount> make_with(const std::function<void(ChannelAccountSettings&)>& change) {
    ChannelAccountSettings settings = toy_account();
    change(settings);
    return ChannelAccount::make(std::move(settings), parse_form(toy_adapter().form).value());
}

TEST(ChannelAccount, KnowsItsMerchantAndCallbackAddress) {
    const auto account = make_with([](auto& settings) {
        settings.settings["callback_base_url"] = "https://pay.example.com/";
    });

    ASSERT_TRUE(account) << account.error().message;
    EXPECT_EQ(account->merchant(), "M1");
    EXPECT_EQ(account->callback_url(), "https://pay.example.com/callbacks/toy/one");
}

TEST(ChannelAccount, FindsPublicKeysBySerial) {
    const RsaKeyPair pair = make_rsa_key_pair();
    const auto account = make_with([&](auto& settings) {
        settings.secrets["theirs"] = Secret<std::string>(pair.public_key.to_pem());
        settings.keys_by_serial["ABC"] = "theirs";
    });

    ASSERT_TRUE(account) << account.error().message;
    ASSERT_NE(account->key_of_serial("ABC"), nullptr);
    EXPECT_NE(account->public_key(*account->key_of_serial("ABC")), nullptr);
    EXPECT_EQ(account->key_of_serial("ABD"), nullptr);
    EXPECT_EQ(account->private_key("theirs"), nullptr);
}

/// An account that knows one certificate of its channel.
Result<ChannelAccount> make_with_certificate(const std::string& serial, Time until) {
    static const RsaKeyPair kPair = make_rsa_key_pair();
    const Certificate certificate = make_self_signed_certificate(
        kPair.private_key, {.common_name = "channel", .valid_from = Time{}, .valid_until = until}
    );
    return make_with([&](auto& settings) {
        settings.secrets["theirs"] = Secret<std::string>(certificate.pem);
        settings.keys_by_serial[serial.empty() ? certificate.serial : serial] = "theirs";
    });
}

TEST(ChannelAccount, RefusesACertificateUnderAnotherSerial) {
    const Time until = *parse_rfc3339("2026-06-01T00:00:00Z");

    EXPECT_TRUE(make_with_certificate("", until).has_value());
    const auto wrong = make_with_certificate("1234", until);
    ASSERT_FALSE(wrong.has_value());
    EXPECT_NE(
        wrong.error().message.find("keys_by_serial names '1234' for the certificate 'theirs', "
                                   "wanted its serial "),
        std::string::npos
    ) << wrong.error().message;
}

TEST(ChannelAccount, TellsWhichCertificatesAreOver) {
    const auto account = make_with_certificate("", *parse_rfc3339("2026-06-01T08:00:00Z"));
    ASSERT_TRUE(account.has_value()) << account.error().message;

    EXPECT_TRUE(account->certificates_over_at(*parse_rfc3339("2026-06-01T07:59:59Z")).empty());
    const auto over = account->certificates_over_at(*parse_rfc3339("2026-06-01T08:00:00Z"));
    ASSERT_EQ(over.size(), 1U);
    EXPECT_NE(over[0].find("ends at 2026-06-01T08:00:00Z"), std::string::npos) << over[0];
}

/// A channel's certificate that is good from the one day of 2026 until before the other.
Certificate certificate_of(std::string_view from, std::string_view until) {
    static const RsaKeyPair kPair = make_rsa_key_pair();
    const auto day = [](std::string_view date) {
        return *parse_rfc3339("2026-" + std::string(date) + "T00:00:00Z");
    };
    return make_self_signed_certificate(
        kPair.private_key,
        {.common_name = "channel", .valid_from = day(from), .valid_until = day(until)}
    );
}

TEST(ChannelAccount, KnowsWhichCertificateThatIsGoodIsTheNewest) {
    const Certificate first = certificate_of("01-01", "06-10");
    const Certificate second = certificate_of("06-01", "12-01");
    const Certificate shorter = certificate_of("06-01", "08-01");
    const auto account = make_with([&](auto& settings) {
        settings.secrets["no_certificate"] =
            Secret<std::string>(PublicKey::from_pem(first.pem)->to_pem());
        settings.keys_by_serial["PUB_KEY_ID_1"] = "no_certificate";
        for (const Certificate& each : {first, second, shorter}) {
            settings.secrets["of_" + each.serial] = Secret<std::string>(each.pem);
            settings.keys_by_serial[each.serial] = "of_" + each.serial;
        }
    });
    ASSERT_TRUE(account) << account.error().message;
    const auto newest_at = [&](std::string_view time) {
        const std::string* serial = account->newest_certificate_at(*parse_rfc3339(time));
        return serial != nullptr ? *serial : "none";
    };

    EXPECT_EQ(newest_at("2025-12-31T23:59:59Z"), "none");
    EXPECT_EQ(newest_at("2026-01-01T00:00:00Z"), first.serial);
    EXPECT_EQ(newest_at("2026-05-31T23:59:59Z"), first.serial) << "the next is not good yet";
    EXPECT_EQ(newest_at("2026-06-01T00:00:00Z"), second.serial) << "both are good, it lasts longer";
    EXPECT_EQ(newest_at("2026-11-30T23:59:59Z"), second.serial);
    EXPECT_EQ(newest_at("2026-12-01T00:00:00Z"), "none");
}

TEST(ChannelAccount, NamesTheFieldThatIsWrong) {
    struct Row {
        std::string_view expected;
        std::function<void(ChannelAccountSettings&)> change;
    };
    const std::vector<Row> rows = {
        {"a-z", [](auto& s) { s.name = "../main"; }},
        {"'merchant' is missing", [](auto& s) { s.settings.erase("merchant"); }},
        {"sluice.toml:7: channel account 'one' (toy): ",
         [](auto& s) {
             s.origin = "sluice.toml:7";
             s.settings.erase("merchant");
         }},
        {"did you mean 'merchant'?", [](auto& s) { s.settings["merchnat"] = "x"; }},
        {"did you mean 'api_key'?", [](auto& s) { s.secrets["apikey"] = Secret<std::string>("x"); }
        },
        {"wanted one of base_url, callback_base_url, merchant",
         [](auto& s) { s.settings["merchnat"] = "x"; }},
        {"no setting 'merchnat'", [](auto& s) { s.settings["merchnat"] = "x"; }},
        {"no setting 'api_key'", [](auto& s) { s.settings["api_key"] = "x"; }},
        {"'other' is neither in the form (signing_key, api_key)",
         [](auto& s) { s.secrets["other"] = Secret<std::string>("x"); }},
        {"signing_key: ", [](auto& s) { s.secrets["signing_key"] = Secret<std::string>("x"); }},
        {"'gone', which is missing", [](auto& s) { s.keys_by_serial["1"] = "gone"; }},
        {"http only", [](auto& s) { s.settings["base_url"] = "http://pay.toy.example"; }},
        {"not https://host", [](auto& s) { s.settings["base_url"] = "ftp://pay.toy.example"; }},
        {"not https://host",
         [](auto& s) { s.settings["base_url"] = "https://evil.example@pay.toy.example"; }},
        {"not https://host", [](auto& s) { s.settings["base_url"] = "https://pay.toy.example/v3"; }
        },
        {"'evil.example' is not allowed",
         [](auto& s) { s.settings["base_url"] = "https://evil.example"; }},
        {"'pay.toy.example.evil.example' is not allowed",
         [](auto& s) { s.settings["base_url"] = "https://pay.toy.example.evil.example"; }},
    };

    for (const Row& row : rows) {
        const auto account = make_with(row.change);
        ASSERT_FALSE(account) << row.expected;
        EXPECT_EQ(account.error().code, ErrorCode::invalid);
        EXPECT_NE(account.error().message.find(row.expected), std::string::npos)
            << account.error().message << " / wanted: " << row.expected;
    }
}

TEST(ChannelAccount, MayPointToThisMachineAndToAllowedHosts) {
    for (const std::string base :
         {"http://127.0.0.1:8080", "http://localhost:1", "https://proxy.example:8443"}) {
        const auto account = make_with([&](auto& settings) {
            settings.settings["base_url"] = base;
            settings.hosts_allowed = {"proxy.example"};
        });
        ASSERT_TRUE(account) << account.error().message;
        EXPECT_EQ(account->base_url(), base);
    }
}

TEST(ChannelRegistry, RefusesTwoAccountsOfOneNameAndUnknownChannels) {
    const auto twice = Registry::build({toy_adapter()}, {toy_account(), toy_account()});
    ChannelAccountSettings lost = toy_account();
    lost.channel = "nowhere";
    const auto unknown = Registry::build({toy_adapter()}, {lost});

    EXPECT_EQ(twice.error().code, ErrorCode::conflict);
    EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
}

TEST(ChannelRegistry, FindsAdaptersAndAccounts) {
    const RegistryPtr registry = toy_registry(toy_adapter());

    EXPECT_NE(registry->find_account({"toy", "one"}), nullptr);
    EXPECT_EQ(registry->find_account({"toy", "two"}), nullptr);
    EXPECT_EQ(registry->find_account({"one", "toy"}), nullptr);
    EXPECT_EQ(registry->find_adapter("none"), nullptr);
    EXPECT_EQ(registry->accounts().size(), 1U);
}

TEST(CredentialForm, RefusesWhatTheConsoleCouldNotDraw) {
    for (const std::string_view text : {
             "[]",
             R"({"merchant":"m","hosts":[],"fields":[]})",
             R"({"merchant":"m","fields":[{"name":"m","kind":"secret",)"
             R"("title":{"en":"a","zh":"b"}}]})",
             R"({"merchant":"m","fields":[{"name":"m","kind":"colour",)"
             R"("title":{"en":"a","zh":"b"}}]})",
             R"({"merchant":"m","fields":[{"name":"m","kind":"text","title":{"en":"a"}}]})",
             R"({"merchant":"m","fields":[{"name":"m","kind":"text","size":3}]})",
             R"({"merchant":"m","fields":[{"name":"m","kind":"text","title":{"en":"a","zh":"b"}},)"
             R"({"name":"proxy_password","kind":"secret","title":{"en":"a","zh":"b"}}]})",
         }) {
        EXPECT_FALSE(parse_form(text)) << text;
    }
}

}  // namespace
}  // namespace sluice::channel::testing
