#include "config/settings.hpp"

#include <gtest/gtest.h>

#include "unit/config/settings_file.hpp"

namespace sluice::config {
namespace {

TEST_F(SettingsFile, LeavesDefaultsWhereItSaysNothing) {
    const Result<Settings> settings = load_text("");

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    EXPECT_EQ(settings->http.host, "127.0.0.1");
    EXPECT_EQ(settings->http.port, 8080);
    EXPECT_EQ(settings->database.conninfo.reveal(), "");
    EXPECT_EQ(settings->database.data_dir, folder_ / "data");
    EXPECT_TRUE(settings->api_keys.empty());
    EXPECT_TRUE(settings->channel_accounts.empty());
}

TEST_F(SettingsFile, FillsWhatItSays) {
    write("key.pem", "-----PEM-----\n");
    const Result<Settings> settings = load_text(R"(
[http]
listen = "0.0.0.0:9000"
threads = 3
read_timeout_ms = 1500
[database]
conninfo = "host=/tmp dbname=x"
[node]
workers = 4
log_level = "debug"
log_format = "json"
address = "10.0.0.7:9000"
internal_secret = "between us"
[webhooks]
allow_http_loopback = true
in_flight_per_endpoint = 7
timeout_ms = 900
[[api_key]]
key = "sk_test_1"
merchant_id = "m_1"
[[channel_account]]
name = "wx_a"
channel = "wechatpay"
settings = { merchant = "1900" }
secrets = { api_key = "inline", merchant_key = { file = "key.pem" } }
keys_by_serial = { ABC = "merchant_key" }
hosts_allowed = ["pay.example.com", "10.0.0.7", "[2001:db8::7]"]
timeouts = { connect_ms = 900, collect_ms = 2000, query_ms = 1000, close_ms = 3000 }
)");

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    EXPECT_EQ(settings->http.host, "0.0.0.0");
    EXPECT_EQ(settings->http.port, 9000);
    EXPECT_EQ(settings->http.threads, 3U);
    EXPECT_EQ(settings->http.read_timeout, std::chrono::milliseconds(1500));
    EXPECT_EQ(settings->database.conninfo.reveal(), "host=/tmp dbname=x");
    EXPECT_EQ(settings->node.workers, 4U);
    EXPECT_EQ(settings->node.log_level, "debug");
    EXPECT_EQ(settings->node.log_format, "json");
    EXPECT_EQ(settings->node.internal_secret.reveal(), "between us");
    EXPECT_TRUE(settings->webhooks.allow_http_loopback);
    EXPECT_FALSE(settings->webhooks.allow_private_addresses);
    EXPECT_EQ(settings->webhooks.in_flight_per_endpoint, 7U);
    EXPECT_EQ(settings->webhooks.timeout, std::chrono::milliseconds(900));
    ASSERT_EQ(settings->api_keys.size(), 1U);
    EXPECT_EQ(settings->api_keys[0].key.reveal(), "sk_test_1");
    ASSERT_EQ(settings->channel_accounts.size(), 1U);
    const ChannelAccountSettings& account = settings->channel_accounts[0];
    EXPECT_EQ(account.settings.at("merchant"), "1900");
    EXPECT_EQ(account.secrets.at("api_key").reveal(), "inline");
    EXPECT_TRUE(account.secrets.at("merchant_key").reveal().starts_with("-----PEM-----"));
    EXPECT_EQ(account.keys_by_serial.at("ABC"), "merchant_key");
    EXPECT_EQ(account.origin, file().string() + ":21");
    const std::vector<std::string> hosts{"pay.example.com", "10.0.0.7", "[2001:db8::7]"};
    EXPECT_EQ(account.hosts_allowed, hosts);
    EXPECT_EQ(account.timeouts.connect, std::chrono::milliseconds(900));
    EXPECT_EQ(account.timeouts.collect, std::chrono::milliseconds(2000));
    EXPECT_EQ(account.timeouts.query, std::chrono::milliseconds(1000));
    EXPECT_EQ(account.timeouts.close, std::chrono::milliseconds(3000));
    EXPECT_EQ(account.timeouts.refund, account.timeouts.collect);
    EXPECT_EQ(account.timeouts.refund_query, account.timeouts.query);
    EXPECT_EQ(account.timeouts.payout, account.timeouts.collect);
    EXPECT_EQ(account.timeouts.payout_query, account.timeouts.query);
}

TEST_F(SettingsFile, GivesRefundsAndPayoutsTimesOfTheirOwn) {
    const Result<Settings> settings = load_text(
        "[[channel_account]]\nname = \"a\"\nchannel = \"c\"\n"
        "timeouts = { refund_ms = 5001, refund_query_ms = 5002, payout_ms = 5003, "
        "payout_query_ms = 5004 }\n"
    );

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    const TimeoutSettings& timeouts = settings->channel_accounts.at(0).timeouts;
    EXPECT_EQ(timeouts.refund, std::chrono::milliseconds(5001));
    EXPECT_EQ(timeouts.refund_query, std::chrono::milliseconds(5002));
    EXPECT_EQ(timeouts.payout, std::chrono::milliseconds(5003));
    EXPECT_EQ(timeouts.payout_query, std::chrono::milliseconds(5004));
    EXPECT_EQ(timeouts.collect, std::chrono::milliseconds(10'000));
}

TEST_F(SettingsFile, TellsByWhichWayRequestsLeave) {
    write("proxy.txt", "open sesame\n");
    write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
    const Result<Settings> settings = load_text(R"(
[egress]
proxy = "http://proxy.example.com:3128"
proxy_user = "node"
proxy_password = { file = "proxy.txt" }
[[channel_account]]
name = "a"
channel = "c"
secrets = { proxy_password = "of a" }
[channel_account.egress]
proxy = "http://[2001:db8::7]:1"
proxy_user = "a"
ca_certificates = { file = "ca.pem" }
[[channel_account]]
name = "b"
channel = "c"
egress = { proxy = "none" }
)");

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    EXPECT_EQ(settings->egress.proxy, "http://proxy.example.com:3128");
    EXPECT_EQ(settings->egress.proxy_user, "node");
    EXPECT_EQ(settings->egress.proxy_password.reveal(), "open sesame");
    const AccountEgressSettings& first = settings->channel_accounts.at(0).egress;
    EXPECT_EQ(first.proxy, "http://[2001:db8::7]:1");
    EXPECT_EQ(first.proxy_user, "a");
    EXPECT_EQ(first.ca_certificates, "-----BEGIN CERTIFICATE-----");
    EXPECT_EQ(settings->channel_accounts.at(1).egress.proxy, "none");
}

TEST_F(SettingsFile, CallbacksAreNeverAllowedMoreThanAnyRequest) {
    EXPECT_EQ(load_text("[http]\nbody_max_bytes = 2048")->callbacks.body_max_bytes, 2048U);
    EXPECT_EQ(load_text("")->callbacks.body_max_bytes, 65'536U);
}

TEST_F(SettingsFile, ListensOnAnAddressOfEitherVersion) {
    EXPECT_EQ(load_text("[http]\nlisten = \"[::1]:80\"")->http.host, "::1");
    EXPECT_EQ(load_text("[http]\nlisten = \"localhost:0\"")->http.port, 0);
}

TEST_F(SettingsFile, AnAbsentFileIsNotTheDefaults) {
    EXPECT_FALSE(load(file().parent_path() / "none.toml").has_value());
}

}  // namespace
}  // namespace sluice::config
