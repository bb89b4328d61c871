#include "gateway/prefer.hpp"

#include <charconv>
#include <string_view>

#include "gateway/text_rule.hpp"

namespace sluice::gateway {
namespace {

std::string_view trim(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ') || text.ends_with('\t')) {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view take_item(std::string_view& list) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    return trim(item.substr(0, item.find(';')));
}

std::optional<std::chrono::seconds> parse_wait(std::string_view text) {
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
        text = text.substr(1, text.size() - 2);
    }
    int seconds = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || seconds < 0 || seconds > kWaitMax.count()) {
        return std::nullopt;
    }
    return std::chrono::seconds{seconds};
}

/// The value of the first `wait` of one header field; nullopt when it has none.
std::optional<std::string_view> find_wait(std::string_view list) {
    while (!list.empty()) {
        const std::string_view item = take_item(list);
        const std::size_t equals = item.find('=');
        if (http::equal_ignoring_case(trim(item.substr(0, equals)), "wait")) {
            return equals == std::string_view::npos ? "" : trim(item.substr(equals + 1));
        }
    }
    return std::nullopt;
}

}  // namespace

std::expected<std::optional<std::chrono::seconds>, Problem> read_wait(const http::Request& request
) {
    for (const auto& [name, value] : request.headers) {
        if (!http::equal_ignoring_case(name, "Prefer")) {
            continue;
        }
        const auto wait = find_wait(value);
        if (!wait) {
            continue;
        }
        const auto seconds = parse_wait(*wait);
        if (!seconds) {
            const std::string message =
                "Prefer: wait is '" + show_bytes(*wait) + "', wanted whole seconds from 0 to 60";
            return std::unexpected(invalid_request({{FieldError::Where::header, "Prefer", message}})
            );
        }
        return seconds;
    }
    return std::nullopt;
}

}  // namespace sluice::gateway
