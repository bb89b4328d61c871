#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "channel/account_terms.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "http/egress.hpp"

namespace sluice::channel {

/// The secret that every account may have, whatever its form says.
inline constexpr std::string_view kProxyPassword = "proxy_password";
/// The secrets that an account shows to servers which ask who calls, where its form has them: a PEM
/// certificate, perhaps with those between it and its authority behind it, and its key.
inline constexpr std::string_view kClientCertificate = "client_certificate";
inline constexpr std::string_view kClientKey = "client_key";
/// What `proxy` says when not even the node's is to be used.
inline constexpr std::string_view kNoProxy = "none";

/// By which way an account's requests leave and whom they trust, as an operator or the
/// configuration gives it. A plain value.
struct AccountEgress {
    std::string proxy;            ///< "http://HOST:PORT", "none"; empty: the node's, if it has one
    std::string proxy_user;       ///< empty: the proxy asks nobody who he is
    std::string ca_certificates;  ///< PEM, nothing else is trusted; empty: the system's

    friend bool operator==(const AccountEgress&, const AccountEgress&) = default;
};

/// Whether it is "http://HOST:PORT" and nothing more.
[[nodiscard]] bool is_proxy_url(std::string_view text);

/// What its requests carry; nullptr when they leave as others do. `secrets` are all of the
/// account's. `invalid`, with the member as context ("egress/proxy", "proxy_password"), for an
/// address that is none, a user or password without a proxy, what is no list of PEM certificates, a
/// client certificate without its own RSA key. No error repeats a value: by mistake a password may
/// stand in it. Pure.
Result<std::shared_ptr<const http::Egress>> make_egress(
    const AccountEgress& wanted, const SecretMap& secrets
);

}  // namespace sluice::channel
