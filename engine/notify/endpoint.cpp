#include "notify/endpoint.hpp"

#include <algorithm>
#include <array>

namespace sluice::notify {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";
constexpr std::array<std::string_view, 3> kThisMachine{"localhost", "127.0.0.1", "[::1]"};

bool is_url_character(char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

bool is_port(std::string_view text) {
    return text.size() <= 5 && !text.empty() &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Without the port; empty when what is there is none.
std::string_view host_of(std::string_view authority) {
    const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
    if (bracket == std::string_view::npos) {
        return {};
    }
    const std::size_t colon = authority.find(':', bracket);
    if (colon == std::string_view::npos) {
        return authority;
    }
    return is_port(authority.substr(colon + 1)) ? authority.substr(0, colon) : std::string_view{};
}

}  // namespace

std::optional<std::string> find_url_fault(std::string_view url, PlainHttp plain) {
    const std::string wanted = plain == PlainHttp::never ? "wanted https://HOST/..."
                                                         : "wanted https://HOST/... or http:// to "
                                                           "this machine";
    if (url.size() > kUrlBytesMax) {
        return "has " + std::to_string(url.size()) + " bytes, wanted at most " +
               std::to_string(kUrlBytesMax);
    }
    if (!std::ranges::all_of(url, is_url_character)) {
        return "holds a character that a URL cannot have, wanted it percent-encoded";
    }
    const bool is_plain = url.starts_with(kHttp);
    if (!url.starts_with(kHttps) && !is_plain) {
        return "has another scheme, " + wanted;
    }
    std::string_view rest = url.substr(is_plain ? kHttp.size() : kHttps.size());
    if (rest.find('#') != std::string_view::npos) {
        return "has a fragment, wanted none";
    }
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    if (authority.find('@') != std::string_view::npos) {
        return "has a user or a password, wanted none";
    }
    const std::string_view host = host_of(authority);
    if (host.empty()) {
        return "has no host, " + wanted;
    }
    const bool is_here = std::ranges::find(kThisMachine, host) != kThisMachine.end();
    if (is_plain && (plain == PlainHttp::never || !is_here)) {
        return "is not encrypted, " + wanted;
    }
    return std::nullopt;
}

}  // namespace sluice::notify
