#include "lua/gate_characters.hpp"

#include <array>
#include <utility>

#include "lua/utf8.hpp"

namespace sluice::lua {
namespace {

// What a Chinese keyboard or a word processor types, and what was meant.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kLookalikes{{
    {"，", ","},
    {"（", "("},
    {"）", ")"},
    {"；", ";"},
    {"：", ":"},
    {"“", "\""},
    {"”", "\""},
    {"‘", "'"},
    {"’", "'"},
    {"＝", "="},
    {"｛", "{"},
    {"｝", "}"},
}};

}  // namespace

std::optional<Refusal> find_forbidden_character(std::string_view source) {
    if (source.starts_with('\x1b')) {
        return Refusal{1, "this is compiled code, not a script"};
    }
    int line = 1;
    for (std::size_t at = 0; at < source.size();) {
        const std::size_t size = utf8_size_at(source, at);
        if (size == 0) {
            return Refusal{line, "this line is not valid UTF-8"};
        }
        const char c = source[at];
        const auto byte = static_cast<unsigned char>(c);
        const bool line_end = c == '\r' && at + 1 < source.size() && source[at + 1] == '\n';
        if ((byte < 0x20 && c != '\n' && c != '\t' && !line_end) || byte == 0x7f) {
            return Refusal{line, "this line has a control character"};
        }
        if (size > 1 && is_direction_mark(source.substr(at, size))) {
            return Refusal{line, "this line has an invisible character that changes how it reads"};
        }
        line += c == '\n' ? 1 : 0;
        at += size;
    }
    return std::nullopt;
}

std::string describe_foreign_character(std::string_view rest) {
    for (const auto& [typed, meant] : kLookalikes) {
        if (rest.starts_with(typed)) {
            return "'" + std::string(typed) + "' is not the character '" + std::string(meant) +
                   "' that belongs here";
        }
    }
    return "'" + std::string(rest.substr(0, utf8_size_at(rest, 0))) +
           "' cannot stand outside of a text or comment";
}

}  // namespace sluice::lua
