#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace sluice::config {

using TextMap = std::map<std::string, std::string, std::less<>>;
using SecretMap = std::map<std::string, Secret<std::string>, std::less<>>;

struct HttpSettings {
    std::string host = "127.0.0.1";  ///< an IPv6 address without its brackets
    std::uint16_t port = 8080;       ///< 0: any free one
    std::size_t threads = 32;        ///< requests that are worked on at once
    std::size_t body_max_bytes = 1U << 20U;
    std::chrono::milliseconds read_timeout{10'000};
};

/// What channels tell unasked. So much of it is taken; the rest is refused until later.
struct CallbackSettings {
    std::size_t body_max_bytes = 64U << 10U;
    std::size_t per_second = 2'000;       ///< of one channel account
    std::size_t unknown_per_second = 20;  ///< at paths of accounts that are not there
    std::size_t reading_max = 1'000;      ///< of one account at once
    std::size_t threads = 4;              ///< that read them
};

struct DatabaseSettings {
    Secret<std::string> conninfo;    ///< empty: a private PostgreSQL in data_dir
    std::filesystem::path data_dir;  ///< default: "data" beside the configuration
    std::string shared_buffers = "256MB";
    std::string max_wal_size = "4GB";
    std::size_t readers = 4;  ///< sessions for API reads
};

struct NodeSettings {
    std::size_t workers = 1;  ///< one for every two cores when PostgreSQL runs beside it
    /// Of each worker: payments that wait and keep their script in memory, some 17 kB each.
    std::size_t warm_runs = 8192;
    std::size_t exchange_threads = 1;
    std::string address;  ///< where other nodes reach this one; empty: what it listens on
    Secret<std::string> internal_secret;  ///< shared by all nodes; empty: nothing is forwarded
    std::string log_level = "info";       ///< debug, info, warn or error
    std::string log_format = "text";      ///< text or json
};

/// The proxy by which requests to channels leave, unless their account says otherwise.
struct EgressSettings {
    std::string proxy;  ///< "http://HOST:PORT"; empty: there is none
    std::string proxy_user;
    Secret<std::string> proxy_password;
};

/// How business systems are told what happened.
struct WebhookSettings {
    bool allow_http_loopback = false;      ///< receivers on this machine, also over plain http
    bool allow_private_addresses = false;  ///< receivers at addresses that are not public
    std::size_t in_flight_per_endpoint = 1'024;
    std::size_t in_flight_max = 8'192;
    std::chrono::milliseconds timeout{15'000};  ///< of one attempt
    std::int64_t keep_delivered_hours = 72;
    std::int64_t keep_dead_days = 90;
};

/// Under what secrets are sealed in the database: 32 bytes each, in hexadecimal or base64.
struct SecretsSettings {
    std::filesystem::path master_key_file;
    std::vector<std::filesystem::path> old_master_key_files;
    Secret<std::string> master_key;  ///< of the environment or the file; empty: there is none
    std::vector<Secret<std::string>> old_master_keys;  ///< open what was sealed before a rotation
};

/// How requests of a key must be signed.
struct SignatureSettings {
    std::string algorithm;       ///< hmac-sha256 or ed25519
    Secret<std::string> secret;  ///< of hmac-sha256: the text's bytes
    std::string public_key;      ///< of ed25519: PEM
};

struct ApiKeySettings {
    Secret<std::string> key;
    std::string id;             ///< empty: made of the key
    std::string merchant_id;    ///< "*": all merchants, for an operator
    std::string operator_name;  ///< empty: the key of a business system
    std::vector<std::string> roles;
    std::vector<std::string> scopes;  ///< none: what a business system needs, or an operator
    std::optional<SignatureSettings> signature;
};

/// What routing may know of a channel account.
struct RoutingSettings {
    std::string method;  ///< what payers call it; empty: the channel's name
    std::int64_t cost_basis_points = 0;
    std::int64_t amount_min = 1;
    std::int64_t amount_max = 5'000'000;
};

/// How long a channel may take. Each but `connect` is for a whole exchange, connecting included;
/// a query gives up sooner, since asking again costs nothing. Refunds and payouts get what collect
/// and query get unless they are given their own.
struct TimeoutSettings {
    std::chrono::milliseconds connect{3'000};
    std::chrono::milliseconds collect{10'000};
    std::chrono::milliseconds query{6'000};
    std::chrono::milliseconds close{10'000};
    std::chrono::milliseconds refund{10'000};
    std::chrono::milliseconds refund_query{6'000};
    std::chrono::milliseconds payout{10'000};
    std::chrono::milliseconds payout_query{6'000};
};

/// By which way the requests of one account leave, and whom they trust.
struct AccountEgressSettings {
    std::string proxy;  ///< "http://HOST:PORT", "none"; empty: the node's
    std::string proxy_user;
    std::string ca_certificates;  ///< PEM; empty: the system's
};

struct ChannelAccountSettings {
    std::string name;
    std::string channel;
    std::string origin;  ///< "sluice.toml:12", for those who check it against the channel's form
    TextMap settings;
    SecretMap secrets;
    TextMap keys_by_serial;
    /// Besides the channel's own hosts and the one of base_url.
    std::vector<std::string> hosts_allowed;
    AccountEgressSettings egress;
    TimeoutSettings timeouts;
    /// The operator's word on when a "no such order" may be believed; 0: the adapter's.
    std::int64_t not_found_after_seconds = 0;
    /// How long a payout waits for others to leave in one request with; 0: each leaves at once.
    std::chrono::milliseconds payout_gather{0};
    RoutingSettings routing;
};

/// Everything the server is told, checked. A value; read once at start-up.
struct Settings {
    HttpSettings http;
    CallbackSettings callbacks;
    DatabaseSettings database;
    NodeSettings node;
    EgressSettings egress;
    WebhookSettings webhooks;
    SecretsSettings secrets;
    std::filesystem::path root;      ///< holds flows/, scripts/, channels/, db/, openapi/
    std::filesystem::path channels;  ///< default: root / "channels"
    std::vector<ApiKeySettings> api_keys;
    std::vector<ChannelAccountSettings> channel_accounts;
    std::vector<std::string> warnings;  ///< what was ignored; for the log
};

/// Reads a TOML file; what `environment` sets wins over it (see environment.hpp). Relative paths of
/// the file are relative to it. `invalid` names file, line, key, value (a secret's as stars) and
/// what was wanted; an unknown key is an error with the nearest known one. Blocks on the disk.
Result<Settings> load(const std::filesystem::path& path, const TextMap& environment = {});

}  // namespace sluice::config
