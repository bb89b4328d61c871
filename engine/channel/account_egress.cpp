#include "channel/account_egress.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "channel/certificate_number.hpp"
#include "channel/keys.hpp"

namespace sluice::channel {
namespace {

constexpr std::string_view kProxyScheme = "http://";
constexpr std::size_t kProxyHostMax = 253;

std::unexpected<Error> no_way(const std::string& place, const std::string& what) {
    std::string message = place;
    std::ranges::replace(message, '/', '.');
    return fail(ErrorCode::invalid, message + " " + what, place);
}

bool is_proxy_host(std::string_view text) {
    return !text.empty() && text.size() <= kProxyHostMax && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
}

bool is_bracketed_ipv6(std::string_view text) {
    return text.size() > 2 && text.starts_with('[') && text.ends_with(']') &&
           std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) {
               return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == '.' || c == ':';
           });
}

/// Goes into a header, encoded; a colon would end the name.
bool is_proxy_user(std::string_view text) {
    return text.size() <= 256 &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != ':'; });
}

Result<http::Proxy> proxy_of(const AccountEgress& wanted, const Secret<std::string>* password) {
    if (!is_proxy_url(wanted.proxy)) {
        return no_way(
            "egress/proxy",
            "is no address of a proxy, wanted http://HOST:PORT in lower case (its user is "
            "proxy_user, its password the secret proxy_password), or none"
        );
    }
    if (!is_proxy_user(wanted.proxy_user)) {
        return no_way(
            "egress/proxy_user", "is not of at most 256 visible ASCII characters without a colon"
        );
    }
    if (wanted.proxy_user.empty() && password != nullptr) {
        return no_way(std::string(kProxyPassword), "is there without egress.proxy_user");
    }
    return http::Proxy{
        wanted.proxy, wanted.proxy_user, password != nullptr ? *password : Secret<std::string>()
    };
}

/// nullptr when the account has none of the name.
const Secret<std::string>* secret_in(const SecretMap& secrets, std::string_view name) {
    const auto found = secrets.find(name);
    return found == secrets.end() ? nullptr : &found->second;
}

/// Nothing when neither of the two is there.
Result<void> add_client_certificate(http::Egress& egress, const SecretMap& secrets) {
    const Secret<std::string>* certificate = secret_in(secrets, kClientCertificate);
    const Secret<std::string>* key = secret_in(secrets, kClientKey);
    if (certificate == nullptr && key == nullptr) {
        return {};
    }
    const std::string certificate_place(kClientCertificate);
    const std::string key_place(kClientKey);
    if (certificate == nullptr) {
        return no_way(certificate_place, "is missing, wanted beside client_key");
    }
    if (key == nullptr) {
        return no_way(key_place, "is missing, wanted beside client_certificate");
    }
    if (const auto fits = check_certificates(certificate->reveal()); !fits) {
        return no_way(certificate_place, fits.error().message);
    }
    const auto parsed = PrivateKey::from_pem(key->reveal());
    if (!parsed) {
        return no_way(key_place, parsed.error().message);
    }
    if (!is_certificate_of(*parsed, certificate->reveal())) {
        return no_way(certificate_place, "does not begin with the certificate of client_key");
    }
    egress.client_certificate = certificate->reveal();
    egress.client_key = *key;
    return {};
}

}  // namespace

bool is_proxy_url(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (!text.starts_with(kProxyScheme) || colon < kProxyScheme.size() ||
        text.size() > kProxyHostMax + 16) {
        return false;
    }
    const std::string_view host = text.substr(kProxyScheme.size(), colon - kProxyScheme.size());
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return (is_proxy_host(host) || is_bracketed_ipv6(host)) && error == std::errc{} && port > 0 &&
           stop == digits.data() + digits.size();
}

Result<std::shared_ptr<const http::Egress>> make_egress(
    const AccountEgress& wanted, const SecretMap& secrets
) {
    const Secret<std::string>* password = secret_in(secrets, kProxyPassword);
    http::Egress egress;
    if (!wanted.proxy.empty() && wanted.proxy != kNoProxy) {
        SLUICE_ASSIGN(egress.proxy, proxy_of(wanted, password));
    } else if (!wanted.proxy_user.empty()) {
        return no_way("egress/proxy_user", "is there without a proxy of this account");
    } else if (password != nullptr) {
        return no_way(std::string(kProxyPassword), "is there without egress.proxy");
    } else if (wanted.proxy == kNoProxy) {
        egress.proxy = http::Proxy{};
    }
    if (!wanted.ca_certificates.empty()) {
        if (const auto fits = check_certificates(wanted.ca_certificates); !fits) {
            return no_way("egress/ca_certificates", fits.error().message);
        }
        egress.ca_certificates = wanted.ca_certificates;
    }
    SLUICE_TRY(add_client_certificate(egress, secrets));
    if (egress == http::Egress{}) {
        return nullptr;
    }
    return std::make_shared<const http::Egress>(std::move(egress));
}

}  // namespace sluice::channel
