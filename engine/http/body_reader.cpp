#include "http/body_reader.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "http/head_rules.hpp"

namespace sluice::http {

namespace {

constexpr std::size_t kLineMax = 4096;

std::optional<std::size_t> parse_chunk_size(std::string_view text) {
    std::size_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.empty() || error != std::errc{} || stop != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

using Refusal = std::optional<ProtocolError>;

ProtocolError missing_input(const Connection& connection) {
    if (connection.timed_out()) {
        return {408, "the body did not arrive in time"};
    }
    return {400, "the connection ended before the announced body"};
}

ProtocolError too_large(std::size_t max_bytes) {
    return {413, "the body is too large, wanted at most " + std::to_string(max_bytes) + " bytes"};
}

ProtocolError broken_chunks() {
    return {
        400, "the chunks of the body cannot be read, wanted SIZE in hexadecimal and a line end"
    };
}

Refusal read_exactly(Connection& connection, std::string& body, std::size_t count) {
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
    return std::nullopt;
}

Refusal read_line(Connection& connection, std::string& line) {
    line.clear();
    for (char c = 0; line.size() < kLineMax; line.push_back(c)) {
        if (connection.read(&c, 1) < 0) {
            return missing_input(connection);
        }
        if (c == '\n') {
            if (!line.empty() && line.back() == '\r') {
                line.pop_back();
                return std::nullopt;
            }
            return broken_chunks();
        }
    }
    return broken_chunks();
}

Refusal read_trailers(Connection& connection) {
    std::string line;
    for (int count = 0; count < 32; ++count) {
        auto refusal = read_line(connection, line);
        if (refusal || line.empty()) {
            return refusal;
        }
    }
    return broken_chunks();
}

Refusal read_chunked(Connection& connection, std::string& body, std::size_t max_bytes) {
    std::string line;
    for (;;) {
        if (auto refusal = read_line(connection, line)) {
            return refusal;
        }
        const auto size = parse_chunk_size(std::string_view(line).substr(0, line.find(';')));
        if (!size) {
            return broken_chunks();
        }
        if (*size == 0) {
            return read_trailers(connection);
        }
        if (*size > max_bytes - body.size()) {
            return too_large(max_bytes);
        }
        if (auto refusal = read_exactly(connection, body, *size)) {
            return refusal;
        }
        auto refusal = read_line(connection, line);
        if (refusal || !line.empty()) {
            return refusal ? refusal : broken_chunks();
        }
    }
}

}  // namespace

Refusal read_body(Connection& connection, Request& request, std::size_t max_bytes) {
    connection.begin_body();
    if (auto refusal = check_announced_body(request.headers, max_bytes)) {
        return refusal;
    }
    if (request.headers.has("transfer-encoding")) {
        return read_chunked(connection, request.body, max_bytes);
    }
    const auto length = announced_length(request.headers);
    return length ? read_exactly(connection, request.body, *length) : std::nullopt;
}

}  // namespace sluice::http
