#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::config {

constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 2> kLogFormats{"text", "json"};
/// What a key may be allowed, as the gateway knows it.
constexpr std::array<std::string_view, 10> kScopes{
    "orders",
    "payments",
    "refunds",
    "payouts",
    "transfers",
    "accounts",
    "events",
    "webhooks",
    "tasks",
    "read",
};
constexpr std::array<std::string_view, 2> kSignatureAlgorithms{"hmac-sha256", "ed25519"};
constexpr std::string_view kListenWanted =
    "HOST:PORT like 127.0.0.1:8080 or [::1]:8080, the port 0 to 65535";
constexpr std::string_view kHostWanted =
    "a host like api.example.com, 10.0.0.7 or [2001:db8::7], lower case, without scheme, port, "
    "path or '*'";

constexpr std::string_view kProxyWanted =
    "http://HOST:PORT in lower case, the user and the password in places of their own";
constexpr std::string_view kAccountProxyWanted =
    "none, or http://HOST:PORT in lower case, the user in proxy_user and the password in secrets";
constexpr std::string_view kNoProxy = "none";
constexpr std::string_view kProxyUserWanted =
    "at most 256 visible ASCII characters without a colon";

struct ListenAddress {
    std::string host;  ///< an IPv6 address without its brackets
    std::uint16_t port = 0;
};

/// Nothing when it is not HOST:PORT.
[[nodiscard]] std::optional<ListenAddress> parse_listen(std::string_view text);
/// A DNS name in lower case, an IPv4 address, or an IPv6 address in brackets.
[[nodiscard]] bool is_host(std::string_view text);
/// "http://HOST:PORT" and nothing more.
[[nodiscard]] bool is_proxy(std::string_view text);
/// What can stand before the colon in a Proxy-Authorization header; also nothing.
[[nodiscard]] bool is_proxy_user(std::string_view text);
/// As PostgreSQL writes sizes: 256MB.
[[nodiscard]] bool is_memory_size(std::string_view text);
/// 1 to 64 of A-Z a-z 0-9 . _ -
[[nodiscard]] bool is_token(std::string_view text);
/// 1 to 256 visible ASCII characters: what can stand in an Authorization header.
[[nodiscard]] bool is_bearer(std::string_view text);

}  // namespace sluice::config
