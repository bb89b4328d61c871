#pragma once

#include <optional>
#include <string>

#include "core/secret.hpp"

namespace sluice::http {

/// A proxy that opens tunnels (CONNECT), also for plain http. A value type.
struct Proxy {
    std::string url;   ///< "http://host:port"; empty: there is none, requests go straight
    std::string user;  ///< empty: it asks nobody who he is
    Secret<std::string> password;

    friend bool operator==(const Proxy&, const Proxy&) = default;
};

/// By which way a request leaves, and whose word it takes for who answers. Requests share
/// connections only when this is the same. A value type.
struct Egress {
    std::optional<Proxy> proxy;   ///< absent: the client's
    std::string ca_certificates;  ///< PEM; nothing else is trusted; empty: what the client trusts
    /// PEM, the own one first: shown to servers that ask who calls; empty: nothing is shown.
    std::string client_certificate;
    Secret<std::string> client_key;  ///< PEM, of the first of them

    friend bool operator==(const Egress&, const Egress&) = default;
};

}  // namespace sluice::http
