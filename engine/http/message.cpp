#include "http/message.hpp"

#include <algorithm>
#include <array>

#include "core/utf8.hpp"

namespace sluice::http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char small = lower(c);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

bool is_unreserved(char c) {
    const char small = lower(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

Result<std::string> decode_form_text(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    return percent_decode(spaced);
}

struct StatusText {
    int status;
    std::string_view text;
};

constexpr std::array kStatusTexts{
    StatusText{.status = 200, .text = "OK"},
    StatusText{.status = 201, .text = "Created"},
    StatusText{.status = 202, .text = "Accepted"},
    StatusText{.status = 204, .text = "No Content"},
    StatusText{.status = 400, .text = "Bad Request"},
    StatusText{.status = 401, .text = "Unauthorized"},
    StatusText{.status = 403, .text = "Forbidden"},
    StatusText{.status = 404, .text = "Not Found"},
    StatusText{.status = 405, .text = "Method Not Allowed"},
    StatusText{.status = 408, .text = "Request Timeout"},
    StatusText{.status = 409, .text = "Conflict"},
    StatusText{.status = 413, .text = "Content Too Large"},
    StatusText{.status = 414, .text = "URI Too Long"},
    StatusText{.status = 415, .text = "Unsupported Media Type"},
    StatusText{.status = 422, .text = "Unprocessable Content"},
    StatusText{.status = 429, .text = "Too Many Requests"},
    StatusText{.status = 431, .text = "Request Header Fields Too Large"},
    StatusText{.status = 500, .text = "Internal Server Error"},
    StatusText{.status = 501, .text = "Not Implemented"},
    StatusText{.status = 502, .text = "Bad Gateway"},
    StatusText{.status = 503, .text = "Service Unavailable"},
    StatusText{.status = 504, .text = "Gateway Timeout"},
};

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::set(Field field) {
    std::erase_if(fields_, [&](const Field& old) {
        return equal_ignoring_case(old.first, field.first);
    });
    fields_.push_back(std::move(field));
}

const std::string* Headers::find(std::string_view name) const {
    const auto found = std::ranges::find_if(fields_, [&](const Field& field) {
        return equal_ignoring_case(field.first, name);
    });
    return found == fields_.end() ? nullptr : &found->second;
}

std::string_view Headers::get_or_empty(std::string_view name) const {
    const std::string* value = find(name);
    return value == nullptr ? std::string_view{} : std::string_view(*value);
}

Result<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low < 0) {
            return fail(
                ErrorCode::invalid,
                "'" + std::string(cut_text(text, 64)) +
                    "' has a '%' that is not followed by two hexadecimal digits"
            );
        }
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(kDigits[byte >> 4U]);
        out.push_back(kDigits[byte & 15U]);
    }
    return out;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> out;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view part = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (part.empty()) {
            continue;
        }
        const std::size_t equals = part.find('=');
        SLUICE_ASSIGN(std::string name, decode_form_text(part.substr(0, equals)));
        std::string value;
        if (equals != std::string_view::npos) {
            SLUICE_ASSIGN(value, decode_form_text(part.substr(equals + 1)));
        }
        out.emplace_back(std::move(name), std::move(value));
    }
    return out;
}

std::optional<std::string> query_parameter(const Request& request, std::string_view name) {
    const auto parameters = parse_query(request.query);
    if (!parameters) {
        return std::nullopt;
    }
    for (const auto& [key, value] : *parameters) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

std::string_view status_text(int status) {
    const auto found = std::ranges::find(kStatusTexts, status, &StatusText::status);
    return found == kStatusTexts.end() ? std::string_view("Unknown") : found->text;
}

}  // namespace sluice::http
