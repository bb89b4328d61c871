#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include <lua.h>

#include "lua/call.hpp"
#include "lua/text_library.hpp"

namespace sluice::lua {
namespace {

/// One "%-08.3f": flags, width and precision as written, and the letter.
struct Directive {
    std::string flags;
    char letter = 0;
    int precision = -1;
};

int read_number(std::string_view format, std::size_t& at) {
    int number = 0;
    int digits = 0;
    while (at < format.size() && format[at] >= '0' && format[at] <= '9') {
        number = digits < 3 ? number * 10 + (format[at] - '0') : number;
        ++digits;
        ++at;
    }
    return digits == 0 ? -1 : (digits > 2 ? 100 : number);
}

Directive read_directive(const Call& call, std::string_view format, std::size_t& at) {
    constexpr int kWidthMax = 99;
    Directive directive;
    while (at < format.size() && std::string_view("-+ #0").find(format[at]) != format.npos) {
        directive.flags.push_back(format[at++]);
        if (directive.flags.size() > 5) {
            call.error("too many flags after '%'");
        }
    }
    const int width = read_number(format, at);
    if (at < format.size() && format[at] == '.') {
        ++at;
        directive.precision = std::max(read_number(format, at), 0);
    }
    if (width > kWidthMax || directive.precision > kWidthMax) {
        call.error("width and precision are at most 99");
    }
    if (width >= 0) {
        directive.flags += std::to_string(width);
    }
    directive.letter = at < format.size() ? format[at++] : '\0';
    return directive;
}

template <class Number>
void append_number(std::string& out, const std::string& directive, Number number) {
    std::array<char, 512> buffer{};
// The directive was read by read_directive: one number, its letter, width and precision below 100.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    const int size = std::snprintf(buffer.data(), buffer.size(), directive.c_str(), number);
#pragma GCC diagnostic pop
    out.append(buffer.data(), static_cast<std::size_t>(size));
}

void append_text(lua_State* state, int index, const Directive& directive, std::string& out) {
    push_display(state, index);
    std::size_t size = 0;
    const char* bytes = lua_tolstring(state, -1, &size);
    std::string text(bytes, size);
    lua_pop(state, 1);
    if (directive.precision >= 0) {
        text.resize(std::min(text.size(), static_cast<std::size_t>(directive.precision)));
    }
    const bool left = directive.flags.starts_with('-');
    const std::size_t digits = directive.flags.find_first_not_of("-+ #0");
    const std::size_t width =
        digits == std::string::npos ? 0 : std::stoul(directive.flags.substr(digits));
    const std::string blanks(width > text.size() ? width - text.size() : 0, ' ');
    out += left ? text + blanks : blanks + text;
}

void append_directive(
    lua_State* state, const Call& call, int index, const Directive& directive, std::string& out
) {
    const std::string precision =
        directive.precision >= 0 ? "." + std::to_string(directive.precision) : "";
    const std::string head = "%" + directive.flags + precision;
    switch (directive.letter) {
        case 'd':
        case 'i':
            append_number(out, head + "lld", static_cast<long long>(call.whole(index)));
            return;
        case 'x':
        case 'X':
            append_number(
                out, head + "ll" + directive.letter, static_cast<long long>(call.whole(index))
            );
            return;
        case 'f':
        case 'e':
        case 'g':
            if (lua_type(state, index) != LUA_TNUMBER) {
                call.wrong(index, "a number");
            }
            append_number(out, head + directive.letter, lua_tonumber(state, index));
            return;
        case 's':
            if (lua_type(state, index) == LUA_TNONE) {
                call.wrong(index, "a value");
            }
            append_text(state, index, directive, out);
            return;
        default:
            call.error("'%' must be followed by d, x, f, e, g, s or another '%'");
    }
}

int format(lua_State* state) {
    const Call call(state, "text.format");
    const std::string_view text = call.text(1);
    call.charge_text(text.size());
    std::string out;
    int index = 1;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at++];
        if (c != '%') {
            out.push_back(c);
            continue;
        }
        if (at < text.size() && text[at] == '%') {
            out.push_back('%');
            ++at;
            continue;
        }
        const Directive directive = read_directive(call, text, at);
        append_directive(state, call, ++index, directive, out);
        call.charge_text(out.size() < (1U << 16) ? 64 : out.size());
    }
    call.charge_text(out.size());
    lua_pushlstring(state, out.data(), out.size());
    return 1;
}

}  // namespace

void add_format_function(lua_State* state) {
    lua_pushcfunction(state, format);
    lua_setfield(state, -2, "format");
}

}  // namespace sluice::lua
