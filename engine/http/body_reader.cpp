#include "http/body_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice::http {

namespace {

constexpr std::size_t kLineMax = 4096;

std::optional<std::size_t> parse_number(std::string_view text, int base) {
    std::size_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

int missing_input(const Connection& connection) { return connection.timed_out() ? 408 : 400; }

int read_exactly(Connection& connection, std::string& body, std::size_t count) {
    std::size_t filled = body.size();
    const std::size_t wanted = filled + count;
    while (filled < wanted) {
        // Grows with what arrived, so that an announced length alone costs no memory.
        body.resize(std::min(wanted, filled + (64U << 10U)));
        const long got = connection.read(body.data() + filled, body.size() - filled);
        if (got < 0) {
            return missing_input(connection);
        }
        filled += static_cast<std::size_t>(got);
        body.resize(filled);
    }
    return 0;
}

int read_line(Connection& connection, std::string& line) {
    line.clear();
    for (char c = 0; line.size() < kLineMax; line.push_back(c)) {
        if (connection.read(&c, 1) < 0) {
            return missing_input(connection);
        }
        if (c == '\n') {
            if (!line.empty() && line.back() == '\r') {
                line.pop_back();
                return 0;
            }
            return 400;
        }
    }
    return 400;
}

int read_trailers(Connection& connection) {
    std::string line;
    for (int count = 0; count < 32; ++count) {
        const int status = read_line(connection, line);
        if (status != 0 || line.empty()) {
            return status;
        }
    }
    return 400;
}

int read_chunked(Connection& connection, std::string& body, std::size_t max_bytes) {
    std::string line;
    for (;;) {
        if (const int status = read_line(connection, line); status != 0) {
            return status;
        }
        const auto size = parse_number(std::string_view(line).substr(0, line.find(';')), 16);
        if (!size) {
            return 400;
        }
        if (*size == 0) {
            return read_trailers(connection);
        }
        if (*size > max_bytes - body.size()) {
            return 413;
        }
        if (const int status = read_exactly(connection, body, *size); status != 0) {
            return status;
        }
        if (const int status = read_line(connection, line); status != 0 || !line.empty()) {
            return status != 0 ? status : 400;
        }
    }
}

/// The one announced length; nullopt when there is none or several disagree.
std::optional<std::size_t> announced_length(const Headers& headers) {
    std::optional<std::size_t> length;
    for (const auto& [name, value] : headers) {
        if (!equal_ignoring_case(name, "content-length")) {
            continue;
        }
        const auto number = parse_number(value, 10);
        if (!number || (length && *length != *number)) {
            return std::nullopt;
        }
        length = number;
    }
    return length;
}

}  // namespace

int read_body(Connection& connection, Request& request, std::size_t max_bytes) {
    connection.begin_body();
    const Headers& headers = request.headers;
    const std::string_view encoding = headers.get_or_empty("content-encoding");
    if (!encoding.empty() && !equal_ignoring_case(encoding, "identity")) {
        return 415;
    }
    const std::string* transfer = headers.find("transfer-encoding");
    if (transfer != nullptr) {
        const bool plain = equal_ignoring_case(*transfer, "chunked");
        return plain && !headers.has("content-length")
                   ? read_chunked(connection, request.body, max_bytes)
                   : 400;
    }
    if (!headers.has("content-length")) {
        return 0;
    }
    const auto length = announced_length(headers);
    if (!length) {
        return 400;
    }
    return *length > max_bytes ? 413 : read_exactly(connection, request.body, *length);
}

}  // namespace sluice::http
