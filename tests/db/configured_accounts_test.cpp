// Accounts of the configuration file on their way into a real database: held against their form
// like those of the API, before anything is stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/channel_accounts.hpp"
#include "core/random.hpp"
#include "support/sealing.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using channel::AccountState;
using channel::ChannelAccountSettings;
using ::testing::HasSubstr;

constexpr Time kNow{std::chrono::seconds(1'767'225'600)};

class ConfiguredAccounts : public ::testing::Test {
  protected:
    static ChannelAccountSettings bank(const std::string& account = "1") {
        ChannelAccountSettings settings;
        settings.name = "main";
        settings.channel = "bank";
        settings.settings = {{"base_url", "https://bank.example"}, {"account", account}};
        settings.hosts_allowed = {"bank.example"};
        settings.secrets.emplace("bank_key", Secret<std::string>("open sesame"));
        return settings;
    }
    /// Why it is not taken; empty when it is.
    std::string brought_in(const ChannelAccountSettings& settings) {
        const auto done = accounts_.bring_in({settings});
        return done ? "" : done.error().message;
    }
    std::string value(const std::string& sql) {
        auto connection = database_.connect();
        const auto rows = connection.run(sql);
        return rows ? std::string((*rows)[0].text_or_empty(0)) : rows.error().message;
    }
    std::string versions() { return value("SELECT count(*) FROM sluice.channel_account_version"); }

    TestDatabase database_;
    db::Pool pool_{database_.conninfo(), {.connection = {.role = "sluice_app"}}};
    ManualClock clock_{kNow};
    channel::Health health_;
    app::ChannelAccounts accounts_{
        {pool_,
         test_sealing_keys(),
         clock_,
         TestDatabase::db_dir().parent_path() / "channels",
         health_}
    };
};

TEST_F(ConfiguredAccounts, KeepTheMerchantAtTheChannelThatMoneyMayHaveGoneOver) {
    ASSERT_EQ(brought_in(bank("1")), "");

    const std::string told = brought_in(bank("2"));

    EXPECT_THAT(told, HasSubstr("channel account 'main' of bank in the configuration: "));
    EXPECT_THAT(told, HasSubstr("account is '2', wanted '1' as before"));
    EXPECT_EQ(versions(), "1");
    ChannelAccountSettings dearer = bank("1");
    dearer.routing.cost_basis_points = 9;
    EXPECT_EQ(brought_in(dearer), "") << "all else may change";
    EXPECT_EQ(versions(), "2");
}

TEST_F(ConfiguredAccounts, MayGetAnotherMerchantWhileTheyAreDrafts) {
    ASSERT_EQ(brought_in(bank("1")), "");
    ASSERT_EQ(value("UPDATE sluice.channel_account SET state = 'draft' RETURNING state"), "draft");

    EXPECT_EQ(brought_in(bank("2")), "");
}

TEST_F(ConfiguredAccounts, KeepTheWayOutOpenAndThePasswordOfItsProxySealed) {
    ChannelAccountSettings account = bank();
    account.egress.proxy = "http://proxy.example.com:3128";
    account.egress.proxy_user = "shop";
    account.secrets.emplace("proxy_password", Secret<std::string>("of the proxy"));
    ASSERT_EQ(brought_in(account), "");
    EXPECT_EQ(brought_in(account), "") << "the same again";
    EXPECT_EQ(versions(), "1");

    ASSERT_TRUE(accounts_.read());
    const auto registry = accounts_.registry().current();
    const auto* read = registry->find_account({"bank", "main"});
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(read->egress()->proxy->url, "http://proxy.example.com:3128");
    EXPECT_EQ(read->egress()->proxy->password.reveal(), "of the proxy");
    EXPECT_EQ(
        value("SELECT settings->'egress'->>'proxy_user' FROM sluice.channel_account_version"),
        "shop"
    );
    EXPECT_EQ(
        value("SELECT count(*) FROM sluice.channel_secret WHERE name = 'proxy_password'"), "1"
    );
    account.egress.ca_certificates = "no PEM";
    EXPECT_THAT(brought_in(account), HasSubstr("egress.ca_certificates has 0 PEM blocks"));
    EXPECT_EQ(versions(), "1");
}

TEST_F(ConfiguredAccounts, BelieveInNoAbsenceWhileARequestMayBeUnderWay) {
    ChannelAccountSettings hasty = bank();
    hasty.not_found_after_seconds = 9;

    EXPECT_THAT(
        brought_in(hasty),
        HasSubstr(
            "channel account 'main' of bank in the configuration: not_found_after_seconds is 9, "
            "wanted at least 10, or 0 for the adapter's 300: a request can be under way for 10000 "
            "ms (collect_ms)"
        )
    );
    EXPECT_EQ(versions(), "0");
    hasty.timeouts.collect = hasty.timeouts.payout = std::chrono::seconds(9);
    EXPECT_EQ(brought_in(hasty), "");
}

TEST_F(ConfiguredAccounts, StoredBeforeTheyWouldBeRefusedStillServe) {
    ChannelAccountSettings hasty = bank();
    hasty.not_found_after_seconds = 2;
    SystemRandom random;
    const auto id = channel::ChannelAccountId::generate(kNow, Bucket{0}, random);
    ASSERT_TRUE(accounts_.store().save({id, 0, hasty}, {"configuration", kNow}));

    EXPECT_EQ(brought_in(hasty), "") << "nothing changed";
    ASSERT_TRUE(accounts_.read());
    EXPECT_NE(accounts_.registry().current()->find_account({"bank", "main"}), nullptr);
    hasty.routing.cost_basis_points = 9;
    EXPECT_THAT(brought_in(hasty), HasSubstr("not_found_after_seconds is 2"));
}

TEST_F(ConfiguredAccounts, AreNotStoredWhenTheirFormRefusesThem) {
    ChannelAccountSettings without_key = bank();
    without_key.secrets.clear();

    EXPECT_THAT(brought_in(without_key), HasSubstr("bank_key"));
    EXPECT_EQ(versions(), "0");

    ASSERT_EQ(brought_in(bank()), "");
    EXPECT_THAT(brought_in(without_key), HasSubstr("bank_key"));
    EXPECT_EQ(versions(), "1") << "the good one stays";
}

}  // namespace
}  // namespace sluice::testing
