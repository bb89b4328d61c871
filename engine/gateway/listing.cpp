#include "gateway/listing.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/hash.hpp"

namespace sluice::gateway {
namespace {

constexpr std::int64_t kLimitMax = 200;
constexpr std::size_t kIdSize = 26;
constexpr std::size_t kCheckSize = 12;
constexpr Id128 kAboveAll{
    std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max()
};

/// What the cursor's check covers beside the id; texts are preceded by their length.
std::string identity_of(
    const Listing::Of& of, std::vector<std::pair<std::string, std::string>> parameters
) {
    std::ranges::sort(parameters);
    std::string text;
    const auto add = [&text](std::string_view part) {
        text.append(std::to_string(part.size())).append(1, ':').append(part);
    };
    add(of.list);
    add(of.merchant_id);
    for (const auto& [name, value] : parameters) {
        if (name != "cursor" && name != "limit") {
            add(name);
            add(value);
        }
    }
    return text;
}

}  // namespace

Listing::Listing(const http::Request& request, Of of) {
    if (auto parameters = http::parse_query(request.query)) {
        parameters_ = *std::move(parameters);
    }
    identity_ = identity_of(of, parameters_);
}

const std::string* Listing::find(std::string_view name) const {
    const auto found = std::ranges::find(parameters_, name, [](const auto& pair) -> const auto& {
        return pair.first;
    });
    return found == parameters_.end() ? nullptr : &found->second;
}

void Listing::refuse(std::string_view name, const std::string& fault) {
    errors_.push_back(
        {FieldError::Where::parameter, std::string(name), std::string(name) + " " + fault}
    );
}

std::optional<std::string> Listing::text(std::string_view name, const TextRule& rule) {
    const std::string* text = find(name);
    if (text == nullptr) {
        return std::nullopt;
    }
    if (const auto fault = find_fault(*text, rule)) {
        refuse(name, *fault);
        return std::nullopt;
    }
    return *text;
}

ListWindow Listing::window() {
    ListWindow window;
    window.limit = read_limit();
    const auto from = read_time("created_from");
    const auto to = read_time("created_to");
    if (from && to && *from >= *to) {
        refuse(
            "created_to",
            "is " + format_rfc3339(*to) + ", wanted a time after created_from (" +
                format_rfc3339(*from) + ")"
        );
    }
    window.from = from ? Id128::first_at(*from) : Id128{};
    window.before = to ? Id128::first_at(*to) : kAboveAll;
    if (const auto after = read_cursor()) {
        window.before = std::min(window.before, *after);
    }
    return window;
}

std::int64_t Listing::read_limit() {
    const std::int64_t usual = ListWindow{}.limit;
    const std::string* text = find("limit");
    if (text == nullptr) {
        return usual;
    }
    std::int64_t limit = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
    const bool whole = error == std::errc{} && end == text->data() + text->size();
    if (!whole || limit < 1 || limit > kLimitMax) {
        refuse("limit", "is '" + show_bytes(*text) + "', wanted a whole number from 1 to 200");
        return usual;
    }
    return limit;
}

std::optional<Time> Listing::read_time(std::string_view name) {
    const std::string* text = find(name);
    if (text == nullptr) {
        return std::nullopt;
    }
    const auto time = parse_rfc3339(*text);
    if (!time) {
        // A blank is what an unescaped '+' of an offset becomes.
        refuse(
            name, "is '" + show_bytes(*text) + "', wanted an RFC 3339 time (in a query '+' is %2B)"
        );
        return std::nullopt;
    }
    return *time;
}

std::optional<Id128> Listing::read_cursor() {
    const std::string* text = find("cursor");
    if (text == nullptr) {
        return std::nullopt;
    }
    const auto id = Id128::parse(std::string_view(*text).substr(0, kIdSize));
    if (!id || cursor_after(*id) != *text) {
        refuse(
            "cursor",
            "is '" + show_bytes(*text) + "', wanted the next_cursor of a page of this list with " +
                "the same filters"
        );
        return std::nullopt;
    }
    return *id;
}

std::string Listing::cursor_after(Id128 id) const {
    std::string text = id.to_string();
    text += to_hex(hash128(identity_ + text)).substr(0, kCheckSize);
    return text;
}

}  // namespace sluice::gateway
