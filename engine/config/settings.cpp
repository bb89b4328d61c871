#include "config/settings.hpp"

#include <algorithm>

#include "config/api_key.hpp"
#include "config/environment.hpp"
#include "config/master_keys.hpp"
#include "config/rules.hpp"
#include "config/section.hpp"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;

constexpr Range kBodyBytes{1U << 10U, 64U << 20U};
constexpr Range kCallbacks{1, 100'000};
constexpr Range kReadTimeout{100, 600'000};
constexpr Range kConnectTimeout{50, 30'000};
constexpr Range kExchangeTimeout{100, 120'000};
constexpr Range kNotFoundAfter{0, 86'400};
constexpr Range kPayoutGather{0, 1'000};
constexpr Range kAmount{1, 1'000'000'000'000};
constexpr std::size_t kHostsMax = 32;
constexpr std::string_view kAnyText = "a text that is not empty";

void read_listen(Section& section, HttpSettings& http) {
    std::string text;
    section.read("listen", text);
    const auto listen = parse_listen(text);
    if (listen) {
        http.host = listen->host;
        http.port = listen->port;
    } else {
        section.refuse("listen", kListenWanted);
    }
}

void read_http(Section section, HttpSettings& http) {
    read_listen(section, http);
    section.read_whole("threads", http.threads, {1, 10'000});
    section.read_whole("body_max_bytes", http.body_max_bytes, kBodyBytes);
    section.read_milliseconds("read_timeout_ms", http.read_timeout, kReadTimeout);
    section.finish();
}

void read_callbacks(Section section, const HttpSettings& http, CallbackSettings& callbacks) {
    const Range body{1U << 10U, static_cast<std::int64_t>(http.body_max_bytes)};
    callbacks.body_max_bytes = std::min(callbacks.body_max_bytes, http.body_max_bytes);
    section.read_whole("body_max_bytes", callbacks.body_max_bytes, body);
    section.read_whole("per_second", callbacks.per_second, kCallbacks);
    section.read_whole("unknown_per_second", callbacks.unknown_per_second, kCallbacks);
    section.read_whole("reading_max", callbacks.reading_max, kCallbacks);
    section.read_whole("threads", callbacks.threads, {1, 256});
    section.finish();
}

void read_size(Section& section, std::string_view key, std::string& target) {
    section.read(key, target);
    if (!is_memory_size(target)) {
        section.refuse(key, "a size like 256MB (kB, MB, GB or TB)");
    }
}

void read_database(Section section, DatabaseSettings& database) {
    section.read("conninfo", database.conninfo);
    section.read("data_dir", database.data_dir);
    read_size(section, "shared_buffers", database.shared_buffers);
    read_size(section, "max_wal_size", database.max_wal_size);
    section.read_whole("readers", database.readers, {1, 1'000});
    section.finish();
}

void read_node(Section section, NodeSettings& node) {
    section.read_whole("workers", node.workers, {1, 256});
    section.read_whole("warm_runs", node.warm_runs, {0, 1'000'000});
    section.read_whole("exchange_threads", node.exchange_threads, {1, 64});
    section.read("address", node.address);
    if (const auto address = parse_listen(node.address); !address || address->port == 0) {
        section.refuse("address", kListenWanted);
    }
    section.read("internal_secret", node.internal_secret);
    section.read_word("log_level", node.log_level, kLogLevels);
    section.read_word("log_format", node.log_format, kLogFormats);
    section.finish();
}

/// What stands there is not shown: by mistake it may have a password.
void read_proxy(Section& section, std::string& proxy, std::string_view wanted) {
    section.read("proxy", proxy);
    const bool is_none = wanted != kProxyWanted && proxy == kNoProxy;
    if (!proxy.empty() && !is_none && !is_proxy(proxy)) {
        section.refuse_secret("proxy", wanted);
    }
}

void read_egress(Section section, EgressSettings& egress) {
    read_proxy(section, egress.proxy, kProxyWanted);
    section.read("proxy_user", egress.proxy_user);
    section.read("proxy_password", egress.proxy_password);
    if (egress.proxy.empty()) {
        section.refuse("proxy_user", "none without proxy");
    }
    if (egress.proxy_user.empty()) {
        section.refuse_secret("proxy_password", "none without proxy_user");
    }
    if (!is_proxy_user(egress.proxy_user)) {
        section.refuse("proxy_user", kProxyUserWanted);
    }
    section.finish();
}

void read_account_egress(Section section, AccountEgressSettings& egress) {
    read_proxy(section, egress.proxy, kAccountProxyWanted);
    section.read("proxy_user", egress.proxy_user);
    if (egress.proxy.empty() || egress.proxy == kNoProxy) {
        section.refuse("proxy_user", "none without proxy");
    }
    if (!is_proxy_user(egress.proxy_user)) {
        section.refuse("proxy_user", kProxyUserWanted);
    }
    Secret<std::string> certificates;
    section.read("ca_certificates", certificates);
    egress.ca_certificates = certificates.reveal();
    section.finish();
}

void read_webhooks(Section section, WebhookSettings& webhooks) {
    section.read("allow_http_loopback", webhooks.allow_http_loopback);
    section.read("allow_private_addresses", webhooks.allow_private_addresses);
    section.read_whole("in_flight_per_endpoint", webhooks.in_flight_per_endpoint, {1, 100'000});
    section.read_whole("in_flight_max", webhooks.in_flight_max, {2, 100'000});
    section.read_milliseconds("timeout_ms", webhooks.timeout, kExchangeTimeout);
    section.read_whole("keep_delivered_hours", webhooks.keep_delivered_hours, {1, 8'784});
    section.read_whole("keep_dead_days", webhooks.keep_dead_days, {1, 3'660});
    section.finish();
}

void read_timeouts(Section section, TimeoutSettings& timeouts) {
    section.read_milliseconds("connect_ms", timeouts.connect, kConnectTimeout);
    section.read_milliseconds("collect_ms", timeouts.collect, kExchangeTimeout);
    section.read_milliseconds("query_ms", timeouts.query, kExchangeTimeout);
    section.read_milliseconds("close_ms", timeouts.close, kExchangeTimeout);
    timeouts.refund = timeouts.collect;
    timeouts.refund_query = timeouts.query;
    timeouts.payout = timeouts.collect;
    timeouts.payout_query = timeouts.query;
    section.read_milliseconds("refund_ms", timeouts.refund, kExchangeTimeout);
    section.read_milliseconds("refund_query_ms", timeouts.refund_query, kExchangeTimeout);
    section.read_milliseconds("payout_ms", timeouts.payout, kExchangeTimeout);
    section.read_milliseconds("payout_query_ms", timeouts.payout_query, kExchangeTimeout);
    section.finish();
    const auto shortest = std::min(
        {timeouts.collect,
         timeouts.query,
         timeouts.close,
         timeouts.refund,
         timeouts.refund_query,
         timeouts.payout,
         timeouts.payout_query}
    );
    if (timeouts.connect > shortest) {
        section.refuse("connect_ms", "at most every other of these");
    }
}

void read_hosts(Section& section, std::vector<std::string>& hosts) {
    section.read("hosts_allowed", hosts);
    if (hosts.size() > kHostsMax) {
        section.refuse("hosts_allowed", "at most " + std::to_string(kHostsMax) + " hosts");
    }
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (!is_host(hosts[i])) {
            section.refuse_item({"hosts_allowed", i}, kHostWanted);
        }
    }
}

void read_routing(Section section, RoutingSettings& routing) {
    section.read("method", routing.method);
    section.read_whole("cost_basis_points", routing.cost_basis_points, {0, 10'000});
    section.read_whole("amount_min", routing.amount_min, kAmount);
    section.read_whole("amount_max", routing.amount_max, kAmount);
    section.finish();
    if (routing.amount_min > routing.amount_max) {
        section.refuse("amount_min", "at most amount_max, " + std::to_string(routing.amount_max));
    }
}

void read_channel_account(Section& section, std::vector<ChannelAccountSettings>& accounts) {
    ChannelAccountSettings account;
    account.origin = section.origin();
    section.read("name", account.name);
    section.require("name", kAnyText);
    section.read("channel", account.channel);
    section.require("channel", kAnyText);
    section.read("settings", account.settings);
    section.read("secrets", account.secrets);
    section.read("keys_by_serial", account.keys_by_serial);
    read_hosts(section, account.hosts_allowed);
    read_account_egress(section.below("egress"), account.egress);
    section.read_whole("not_found_after_seconds", account.not_found_after_seconds, kNotFoundAfter);
    section.read_milliseconds("payout_gather_ms", account.payout_gather, kPayoutGather);
    read_timeouts(section.below("timeouts"), account.timeouts);
    read_routing(section.below("routing"), account.routing);
    section.finish();
    if (account.name.empty()) {
        section.refuse("name", kAnyText);
    }
    if (account.channel.empty()) {
        section.refuse("channel", kAnyText);
    }
    if (account.routing.method.empty()) {
        account.routing.method = account.channel;
    }
    const bool is_double = std::ranges::any_of(accounts, [&](const auto& other) {
        return other.channel == account.channel && other.name == account.name;
    });
    if (is_double) {
        section.refuse("name", "one that no other account of " + account.channel + " has");
    }
    accounts.push_back(std::move(account));
}

Result<Settings> read_settings(const fs::path& path) {
    SLUICE_ASSIGN(Section root, Section::read_file(path));
    Settings settings;
    settings.root = fs::absolute(path).parent_path();
    settings.database.data_dir = settings.root / "data";
    root.read("root", settings.root);
    settings.channels = settings.root / "channels";
    root.read("channels", settings.channels);
    read_http(root.below("http"), settings.http);
    read_callbacks(root.below("callbacks"), settings.http, settings.callbacks);
    read_database(root.below("database"), settings.database);
    read_node(root.below("node"), settings.node);
    read_egress(root.below("egress"), settings.egress);
    read_webhooks(root.below("webhooks"), settings.webhooks);
    read_secrets(root.below("secrets"), fs::absolute(path).parent_path(), settings.secrets);
    for (Section& section : root.list("api_key")) {
        read_api_key(section, settings.api_keys);
    }
    for (Section& section : root.list("channel_account")) {
        read_channel_account(section, settings.channel_accounts);
    }
    root.finish();
    SLUICE_TRY(root.verdict());
    return settings;
}

/// Other nodes cannot forward to "every address of this machine".
Result<void> check_reachable(const Settings& settings) {
    const bool is_any = settings.http.host == "0.0.0.0" || settings.http.host == "::";
    const bool is_alone = settings.node.internal_secret.reveal().empty();
    if (is_any && !is_alone && settings.node.address.empty()) {
        return fail(
            ErrorCode::invalid,
            "node.address is missing, wanted HOST:PORT where other nodes reach this one, as "
            "http.listen is every address of this machine"
        );
    }
    return {};
}

}  // namespace

Result<Settings> load(const fs::path& path, const TextMap& environment) {
    SLUICE_ASSIGN(Settings settings, read_settings(path));
    SLUICE_TRY(apply_environment(environment, settings));
    if (auto reachable = check_reachable(settings); !reachable) {
        return fail(ErrorCode::invalid, path.string() + ": " + reachable.error().message);
    }
    if (auto keys = read_master_keys(settings.secrets); !keys) {
        return fail(ErrorCode::invalid, path.string() + ": " + keys.error().message);
    }
    return settings;
}

}  // namespace sluice::config
