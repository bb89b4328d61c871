#include "config/rules.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::config {
namespace {

constexpr std::size_t kHostMax = 253;
constexpr std::size_t kLabelMax = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool is_label(std::string_view label) {
    const auto is_good = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
    return !label.empty() && label.size() <= kLabelMax && !label.starts_with('-') &&
           !label.ends_with('-') && std::ranges::all_of(label, is_good);
}

bool is_ipv6(std::string_view text) {
    const auto is_good = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
    };
    return std::ranges::count(text, ':') >= 2 && std::ranges::all_of(text, is_good);
}

}  // namespace

std::optional<ListenAddress> parse_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return std::nullopt;
    }
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view digits = text.substr(colon + 1);
    ListenAddress address{.host = std::string(host)};
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    if (host.empty() || digits.empty() || error != std::errc{} ||
        stop != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return address;
}

bool is_host(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) {
        return is_ipv6(text.substr(1, text.size() - 2));
    }
    if (text.empty() || text.size() > kHostMax) {
        return false;
    }
    while (true) {
        const auto dot = text.find('.');
        if (!is_label(text.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(dot + 1);
    }
}

bool is_proxy(std::string_view text) {
    constexpr std::string_view kScheme = "http://";
    if (!text.starts_with(kScheme)) {
        return false;
    }
    const std::string_view place = text.substr(kScheme.size());
    const auto address = parse_listen(place);
    return address && address->port != 0 && is_host(place.substr(0, place.rfind(':')));
}

bool is_proxy_user(std::string_view text) {
    return text.empty() || (is_bearer(text) && text.find(':') == std::string_view::npos);
}

bool is_memory_size(std::string_view text) {
    const auto unit = std::ranges::find_if_not(text, is_digit);
    const auto digits = static_cast<std::size_t>(unit - text.begin());
    const std::string_view rest = text.substr(digits);
    return digits >= 1 && digits <= 9 && !text.starts_with('0') &&
           (rest == "kB" || rest == "MB" || rest == "GB" || rest == "TB");
}

bool is_token(std::string_view text) {
    const auto is_good = [](char c) {
        return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
               c == '-';
    };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_good);
}

bool is_bearer(std::string_view text) {
    const auto is_good = [](char c) { return c > ' ' && c < '\x7f'; };
    return !text.empty() && text.size() <= 256 && std::ranges::all_of(text, is_good);
}

}  // namespace sluice::config
