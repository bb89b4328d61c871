#include "config/settings.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

class SettingsFile : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = "/tmp/sluice-config-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name) << text;
    }
    Result<Settings> load_text(const std::string& text) const {
        write("sluice.toml", text);
        return load(folder_ / "sluice.toml");
    }
    [[nodiscard]] std::string refusal(const std::string& text) const {
        const Result<Settings> settings = load_text(text);
        return settings ? "accepted" : settings.error().message;
    }

    std::filesystem::path folder_;
};

TEST_F(SettingsFile, LeavesDefaultsWhereItSaysNothing) {
    const Result<Settings> settings = load_text("");

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    EXPECT_EQ(settings->http.host, "127.0.0.1");
    EXPECT_EQ(settings->http.port, 8080);
    EXPECT_EQ(settings->database.conninfo, "");
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
internal_secret = "between us"
[[api_key]]
key = "sk_test_1"
merchant_id = "m_1"
[[channel_account]]
name = "wx_a"
channel = "wechatpay"
settings = { merchant = "1900" }
secrets = { api_key = "inline", merchant_key = { file = "key.pem" } }
keys_by_serial = { ABC = "merchant_key" }
)");

    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    EXPECT_EQ(settings->http.host, "0.0.0.0");
    EXPECT_EQ(settings->http.port, 9000);
    EXPECT_EQ(settings->http.threads, 3U);
    EXPECT_EQ(settings->http.read_timeout, std::chrono::milliseconds(1500));
    EXPECT_EQ(settings->database.conninfo, "host=/tmp dbname=x");
    EXPECT_EQ(settings->node.workers, 4U);
    EXPECT_EQ(settings->node.internal_secret.reveal(), "between us");
    ASSERT_EQ(settings->api_keys.size(), 1U);
    EXPECT_EQ(settings->api_keys[0].key.reveal(), "sk_test_1");
    ASSERT_EQ(settings->channel_accounts.size(), 1U);
    const ChannelAccountSettings& account = settings->channel_accounts[0];
    EXPECT_EQ(account.settings.at("merchant"), "1900");
    EXPECT_EQ(account.secrets.at("api_key").reveal(), "inline");
    EXPECT_TRUE(account.secrets.at("merchant_key").reveal().starts_with("-----PEM-----"));
    EXPECT_EQ(account.keys_by_serial.at("ABC"), "merchant_key");
}

TEST_F(SettingsFile, RefusalsNameTheFileAndTheSetting) {
    struct Case {
        const char* text;
        const char* expected;
    };
    const std::vector<Case> cases = {
        {"[http]\nthread = 3", "threads"},
        {"[htpp]\nthreads = 3", "htpp"},
        {"[http]\nlisten = \"8080\"", "http.listen is '8080'"},
        {"[http]\nlisten = \":8080\"", "http.listen is ':8080'"},
        {"[http]\nlisten = \"a:70000\"", "http.listen is 'a:70000'"},
        {"[http]\nthreads = 0", "http.threads"},
        {"[http]\nthreads = \"3\"", "http.threads"},
        {"[[api_key]]\nkey = \"k\"", "api_key[0].merchant_id"},
        {"[[api_key]]\nmerchant_id = \"m\"", "api_key[0].key"},
        {"[[channel_account]]\nname = \"a\"", "channel_account[0].channel"},
        {"[[channel_account]]\nname=\"a\"\nchannel=\"c\"\nsecrets={k={file=\"none\"}}", "none"},
        {"[http\n", "sluice.toml:1: "},
    };
    for (const Case& one : cases) {
        const std::string message = refusal(one.text);
        EXPECT_NE(message.find(one.expected), std::string::npos) << one.text << "\n-> " << message;
        EXPECT_NE(message.find("sluice.toml"), std::string::npos) << one.text << "\n-> " << message;
    }
}

TEST_F(SettingsFile, NeverRepeatsASecretInAMessage) {
    const std::string message = refusal("[[api_key]]\nkey = \"sk_hidden\"\nmerchant = \"m\"");

    EXPECT_NE(message, "accepted");
    EXPECT_EQ(message.find("sk_hidden"), std::string::npos) << message;
}

TEST_F(SettingsFile, AnAbsentFileIsNotTheDefaults) {
    EXPECT_FALSE(load(folder_ / "none.toml").has_value());
}

}  // namespace
}  // namespace sluice::config
