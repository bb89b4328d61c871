#include "bench/http_wire.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice::bench {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

std::optional<std::size_t> read_size(std::string_view text) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return size;
}

/// False when the header makes the message unreadable for us.
bool apply_header(std::string_view line, std::size_t& body_size, HttpMessage& message) {
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    const auto value =
        colon == std::string_view::npos ? std::string_view{} : trimmed(line.substr(colon + 1));
    if (equals_ignoring_case(name, "content-length")) {
        const auto size = read_size(value);
        body_size = size.value_or(0);
        return size.has_value();
    }
    if (equals_ignoring_case(name, "connection")) {
        message.closes = equals_ignoring_case(value, "close");
    }
    return !equals_ignoring_case(name, "transfer-encoding");
}

}  // namespace

HttpMessage read_message(std::string_view buffer) {
    HttpMessage message;
    const auto head_end = buffer.find("\r\n\r\n");
    if (head_end == std::string_view::npos) {
        return message;
    }
    std::string_view head = buffer.substr(0, head_end + kLineEnd.size());
    message.start_line = head.substr(0, head.find(kLineEnd));
    head.remove_prefix(message.start_line.size() + kLineEnd.size());
    std::size_t body_size = 0;
    while (!head.empty()) {
        const auto line = head.substr(0, head.find(kLineEnd));
        head.remove_prefix(line.size() + kLineEnd.size());
        if (!apply_header(line, body_size, message)) {
            message.state = HttpMessage::State::unreadable;
            return message;
        }
    }
    const std::size_t body_begin = head_end + 2 * kLineEnd.size();
    if (buffer.size() - body_begin < body_size) {
        return message;
    }
    message.state = HttpMessage::State::complete;
    message.body = buffer.substr(body_begin, body_size);
    message.size = body_begin + body_size;
    return message;
}

int status_of(std::string_view start_line) {
    int status = 0;
    if (!start_line.starts_with("HTTP/1.") || start_line.size() < 12) {
        return 0;
    }
    const auto* digits = start_line.data() + 9;
    const auto [end, error] = std::from_chars(digits, digits + 3, status);
    return error == std::errc{} && end == digits + 3 ? status : 0;
}

}  // namespace sluice::bench
