#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

#include "unit/config/settings_file.hpp"

namespace sluice::config {
namespace {

const std::filesystem::path kExample =
    std::filesystem::path(SLUICE_SOURCE_DIR) / "engine" / "config" / "example.toml";

class Example : public SettingsFile {
  protected:
    /// The keys of a table, as the refusal of an unknown one lists them.
    [[nodiscard]] std::vector<std::string> keys_of(const std::string& table) const {
        const std::string message = refusal(table + "\nqqqq = 1\n");
        const std::string mark = "wanted one of ";
        std::istringstream list(message.substr(message.find(mark) + mark.size()));
        std::vector<std::string> keys;
        for (std::string key; std::getline(list >> std::ws, key, ',');) {
            keys.push_back(key);
        }
        return keys;
    }
};

TEST_F(Example, NamesEverySetting) {
    std::ifstream in(kExample);
    const std::string example{std::istreambuf_iterator<char>(in), {}};
    const std::vector<std::string> tables = {
        "[http]",
        "[callbacks]",
        "[database]",
        "[node]",
        "[egress]",
        "[webhooks]",
        "[secrets]",
        "[[api_key]]",
        "[[api_key]]\n[api_key.signature]",
        "[[channel_account]]",
        "[[channel_account]]\n[channel_account.egress]",
        "[[channel_account]]\n[channel_account.timeouts]",
        "[[channel_account]]\n[channel_account.routing]",
    };
    for (const std::string& table : tables) {
        const std::vector<std::string> keys = keys_of(table);
        EXPECT_GE(keys.size(), 2U) << table;
        for (const std::string& key : keys) {
            const bool is_there =
                example.find("\n" + key + " = ") != std::string::npos ||
                example.find("\n# " + key + " = ") != std::string::npos ||
                example.find("\n# [api_key." + key + "]") != std::string::npos ||
                example.find("\n[channel_account." + key + "]") != std::string::npos;
            EXPECT_TRUE(is_there) << table << " " << key;
        }
    }
}

TEST_F(Example, ShowsTheDefaults) {
    const Result<Settings> example = load(kExample);
    const Result<Settings> nothing =
        load_text("[[channel_account]]\nname = \"example\"\nchannel = \"wechatpay\"\n");

    ASSERT_TRUE(example.has_value()) << example.error().message;
    ASSERT_TRUE(nothing.has_value()) << nothing.error().message;
    EXPECT_EQ(example->http.host, nothing->http.host);
    EXPECT_EQ(example->http.port, nothing->http.port);
    EXPECT_EQ(example->http.threads, nothing->http.threads);
    EXPECT_EQ(example->http.body_max_bytes, nothing->http.body_max_bytes);
    EXPECT_EQ(example->http.read_timeout, nothing->http.read_timeout);
    EXPECT_EQ(example->database.shared_buffers, nothing->database.shared_buffers);
    EXPECT_EQ(example->database.max_wal_size, nothing->database.max_wal_size);
    EXPECT_EQ(example->database.readers, nothing->database.readers);
    EXPECT_EQ(example->node.workers, nothing->node.workers);
    EXPECT_EQ(example->node.warm_runs, nothing->node.warm_runs);
    EXPECT_EQ(example->node.exchange_threads, nothing->node.exchange_threads);
    EXPECT_EQ(example->node.log_level, nothing->node.log_level);
    EXPECT_EQ(example->node.log_format, nothing->node.log_format);
}

TEST_F(Example, ShowsTheDefaultsOfCallbacks) {
    const Result<Settings> example = load(kExample);
    const Result<Settings> nothing = load_text("");

    ASSERT_TRUE(example.has_value()) << example.error().message;
    ASSERT_TRUE(nothing.has_value()) << nothing.error().message;
    const CallbackSettings& shown = example->callbacks;
    const CallbackSettings& real = nothing->callbacks;
    EXPECT_EQ(shown.body_max_bytes, real.body_max_bytes);
    EXPECT_EQ(shown.per_second, real.per_second);
    EXPECT_EQ(shown.unknown_per_second, real.unknown_per_second);
    EXPECT_EQ(shown.reading_max, real.reading_max);
    EXPECT_EQ(shown.threads, real.threads);
    EXPECT_EQ(example->egress.proxy, nothing->egress.proxy);
}

TEST_F(Example, ShowsTheDefaultsOfWebhooks) {
    const Result<Settings> example = load(kExample);
    const Result<Settings> nothing = load_text("");

    ASSERT_TRUE(example.has_value()) << example.error().message;
    ASSERT_TRUE(nothing.has_value()) << nothing.error().message;
    const WebhookSettings& shown = example->webhooks;
    const WebhookSettings& real = nothing->webhooks;
    EXPECT_EQ(shown.allow_http_loopback, real.allow_http_loopback);
    EXPECT_EQ(shown.allow_private_addresses, real.allow_private_addresses);
    EXPECT_EQ(shown.in_flight_per_endpoint, real.in_flight_per_endpoint);
    EXPECT_EQ(shown.in_flight_max, real.in_flight_max);
    EXPECT_EQ(shown.timeout, real.timeout);
    EXPECT_EQ(shown.keep_delivered_hours, real.keep_delivered_hours);
    EXPECT_EQ(shown.keep_dead_days, real.keep_dead_days);
}

TEST_F(Example, ShowsTheDefaultsOfAChannelAccount) {
    const Result<Settings> example = load(kExample);
    const Result<Settings> nothing =
        load_text("[[channel_account]]\nname = \"example\"\nchannel = \"wechatpay\"\n");

    ASSERT_TRUE(example.has_value()) << example.error().message;
    ASSERT_TRUE(nothing.has_value()) << nothing.error().message;
    const ChannelAccountSettings& shown = example->channel_accounts.at(0);
    const ChannelAccountSettings& real = nothing->channel_accounts.at(0);
    EXPECT_EQ(shown.timeouts.connect, real.timeouts.connect);
    EXPECT_EQ(shown.timeouts.collect, real.timeouts.collect);
    EXPECT_EQ(shown.timeouts.query, real.timeouts.query);
    EXPECT_EQ(shown.timeouts.close, real.timeouts.close);
    EXPECT_EQ(shown.timeouts.refund, real.timeouts.refund);
    EXPECT_EQ(shown.timeouts.refund_query, real.timeouts.refund_query);
    EXPECT_EQ(shown.timeouts.payout, real.timeouts.payout);
    EXPECT_EQ(shown.timeouts.payout_query, real.timeouts.payout_query);
    EXPECT_EQ(shown.hosts_allowed, real.hosts_allowed);
    EXPECT_EQ(shown.routing.method, real.routing.method);
    EXPECT_EQ(shown.routing.cost_basis_points, real.routing.cost_basis_points);
    EXPECT_EQ(shown.routing.amount_min, real.routing.amount_min);
    EXPECT_EQ(shown.routing.amount_max, real.routing.amount_max);
    EXPECT_EQ(shown.not_found_after_seconds, real.not_found_after_seconds);
    EXPECT_EQ(shown.payout_gather, real.payout_gather);
}

}  // namespace
}  // namespace sluice::config
