#include "gateway/text_rule.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kShownBytes = 48;

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return !is_utf8_continuation(c);
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

}  // namespace

std::string describe_range(const TextRule& rule) {
    const std::string max = std::to_string(rule.max) + " characters";
    return rule.min == rule.max ? max : std::to_string(rule.min) + " to " + max;
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

std::string show(const Value& value) {
    const std::string text = to_json(value);
    return text.size() <= kShownBytes ? text : std::string(cut_text(text, kShownBytes)) + "...";
}

std::string show_bytes(std::string_view bytes) {
    std::string shown(bytes.substr(0, kShownBytes));
    for (char& c : shown) {
        c = c >= 0x20 && c < 0x7f ? c : '?';
    }
    return bytes.size() > kShownBytes ? shown + "..." : shown;
}

}  // namespace sluice::gateway
