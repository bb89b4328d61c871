#include "http/head_rules.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace sluice::http {
namespace {

constexpr std::size_t kShownMax = 60;

using Refusal = std::optional<ProtocolError>;

std::optional<std::size_t> parse_length(std::string_view text) {
    std::size_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || stop != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

/// A text of the request as a message may show it.
std::string shown(std::string_view text) {
    std::string safe(text.substr(0, kShownMax));
    for (char& c : safe) {
        c = c >= 0x20 && c < 0x7f ? c : '?';
    }
    return "'" + safe + (text.size() > kShownMax ? "...'" : "'");
}

Refusal check_transfer(const Headers& headers, std::string_view transfer) {
    if (!equal_ignoring_case(transfer, "chunked")) {
        return ProtocolError{400, "Transfer-Encoding is " + shown(transfer) + ", wanted chunked"};
    }
    if (headers.has("content-length")) {
        return ProtocolError{
            400, "Transfer-Encoding and Content-Length are both given, wanted one of them"
        };
    }
    return std::nullopt;
}

}  // namespace

Refusal check_head(std::string_view version, const Headers& headers) {
    if (version == "HTTP/1.1" && !headers.has("Host")) {
        return ProtocolError{400, "Host is missing, wanted the name of this server"};
    }
    if (version == "HTTP/1.0" && headers.has("Transfer-Encoding")) {
        return ProtocolError{400, "Transfer-Encoding is given in HTTP/1.0, wanted HTTP/1.1"};
    }
    const auto is_control = [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; };
    for (const auto& [name, value] : headers) {
        if (std::ranges::any_of(value, is_control)) {
            return ProtocolError{
                400, "the header " + name + " holds a control character, wanted none"
            };
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> announced_length(const Headers& headers) {
    std::optional<std::size_t> length;
    for (const auto& [name, value] : headers) {
        if (!equal_ignoring_case(name, "content-length")) {
            continue;
        }
        const auto number = parse_length(value);
        if (!number || (length && *length != *number)) {
            return std::nullopt;
        }
        length = number;
    }
    return length;
}

Refusal check_announced_body(const Headers& headers, std::size_t max_bytes) {
    const std::string_view encoding = headers.get_or_empty("content-encoding");
    if (!encoding.empty() && !equal_ignoring_case(encoding, "identity")) {
        return ProtocolError{
            415,
            "Content-Encoding is " + shown(encoding) + ", wanted none: bodies are not compressed"
        };
    }
    if (const std::string* transfer = headers.find("transfer-encoding")) {
        return check_transfer(headers, *transfer);
    }
    const std::string* given = headers.find("content-length");
    if (given == nullptr) {
        return std::nullopt;
    }
    const auto length = announced_length(headers);
    if (!length) {
        return ProtocolError{
            400, "Content-Length is " + shown(*given) + ", wanted one whole number of bytes"
        };
    }
    if (*length > max_bytes) {
        return ProtocolError{
            413,
            "the body has " + std::to_string(*length) + " bytes, wanted at most " +
                std::to_string(max_bytes)
        };
    }
    return std::nullopt;
}

}  // namespace sluice::http
