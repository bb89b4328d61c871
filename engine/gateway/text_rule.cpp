#include "gateway/text_rule.hpp"

#include <algorithm>
#include <utility>

#include "core/utf8.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kShownBytes = 48;
constexpr std::size_t kNameDistanceMax = 2;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return !is_continuation(c);
    }));
}

/// C0, DEL, and C1 (two bytes in UTF-8: C2 80 to C2 9F).
bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7f) {
            return true;
        }
        if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
            return true;
        }
    }
    return false;
}

bool is_token(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

std::string cut(std::string text) {
    if (text.size() <= kShownBytes) {
        return text;
    }
    return std::string(cut_text(text, kShownBytes)) + "...";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
        }
    }
    return row[b.size()];
}

/// Length of the well-formed sequence at the front; 0 when there is none (RFC 3629).
std::size_t sequence_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = at(0);
    if (lead < 0x80) {
        return 1;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(text[i])) {
            return 0;
        }
    }
    const bool overlong = (lead == 0xe0 && at(1) < 0xa0) || (lead == 0xf0 && at(1) < 0x90);
    const bool surrogate = lead == 0xed && at(1) >= 0xa0;
    const bool too_high = lead == 0xf4 && at(1) >= 0x90;
    return overlong || surrogate || too_high ? 0 : length;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::string describe_range(const TextRule& rule) {
    return std::to_string(rule.min) + " to " + std::to_string(rule.max) + " characters";
}

std::optional<std::string> find_fault(std::string_view text, const TextRule& rule) {
    if (!is_utf8(text)) {
        return "is not valid UTF-8";
    }
    const std::size_t characters = count_characters(text);
    if (characters < rule.min || characters > rule.max) {
        return "has " + std::to_string(characters) + " characters, wanted " + describe_range(rule);
    }
    if (has_control_character(text)) {
        return "holds a control character, wanted none";
    }
    if (rule.charset == TextRule::Charset::token && !std::ranges::all_of(text, is_token)) {
        return "is " + show(Value(text)) + ", wanted only letters A-Z a-z, digits, '.', '_', '-'";
    }
    return std::nullopt;
}

std::string show(const Value& value) { return cut(to_json(value)); }

std::string did_you_mean(std::string_view given, const std::vector<std::string_view>& known) {
    // A name of any length may come in; only short ones can be a slip.
    if (given.size() > 64) {
        return {};
    }
    std::string_view best;
    std::size_t best_distance = kNameDistanceMax + 1;
    for (const std::string_view name : known) {
        const std::size_t distance = edit_distance(given, name);
        if (distance < best_distance && distance < name.size()) {
            best = name;
            best_distance = distance;
        }
    }
    return best.empty() ? std::string() : " - did you mean '" + std::string(best) + "'?";
}

std::string show_bytes(std::string_view bytes) {
    std::string shown(bytes.substr(0, kShownBytes));
    for (char& c : shown) {
        c = c >= 0x20 && c < 0x7f ? c : '?';
    }
    return bytes.size() > kShownBytes ? shown + "..." : shown;
}

}  // namespace sluice::gateway
