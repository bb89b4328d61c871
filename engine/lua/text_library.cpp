#include "lua/text_library.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <lua.h>

#include "lua/call.hpp"
#include "lua/library_functions.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

constexpr std::int64_t kBytesMax = 250;

void push(lua_State* state, std::string_view text) {
    lua_pushlstring(state, text.data(), text.size());
}

int length(lua_State* state) {
    lua_pushinteger(state, static_cast<lua_Integer>(Call(state, "text.len").text(1).size()));
    return 1;
}

/// A position counted from 1, or from the end when negative, as in 1..size.
std::int64_t absolute(std::int64_t position, std::size_t size) {
    const auto length_of_text = static_cast<std::int64_t>(size);
    return position >= 0 ? position : std::max<std::int64_t>(length_of_text + position + 1, 0);
}

std::string_view part(const Call& call, std::string_view text, std::int64_t fallback_from) {
    const std::int64_t from =
        std::max<std::int64_t>(absolute(call.whole_or(2, fallback_from), text.size()), 1);
    const std::int64_t to = std::min<std::int64_t>(
        absolute(call.whole_or(3, -1), text.size()), static_cast<std::int64_t>(text.size())
    );
    if (from > to) {
        return {};
    }
    return text.substr(static_cast<std::size_t>(from - 1), static_cast<std::size_t>(to - from + 1));
}

int sub(lua_State* state) {
    const Call call(state, "text.sub");
    const std::string_view text = call.text(1);
    const std::string_view cut = part(call, text, 1);
    call.charge_text(cut.size());
    push(state, cut);
    return 1;
}

template <class Change>
int changed(const Call& call, lua_State* state, Change change) {
    std::string text(call.text(1));
    call.charge_text(text.size());
    change(text);
    push(state, text);
    return 1;
}

int upper(lua_State* state) {
    return changed(Call(state, "text.upper"), state, [](std::string& text) {
        std::ranges::transform(text, text.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        });
    });
}

int lower(lua_State* state) {
    return changed(Call(state, "text.lower"), state, [](std::string& text) {
        std::ranges::transform(text, text.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        });
    });
}

int reverse(lua_State* state) {
    return changed(Call(state, "text.reverse"), state, [](std::string& text) {
        std::ranges::reverse(text);
    });
}

int repeat(lua_State* state) {
    const Call call(state, "text.rep");
    const std::string_view text = call.text(1);
    const std::int64_t times = std::max<std::int64_t>(call.whole(2), 0);
    const std::string_view between = lua_isnoneornil(state, 3) ? "" : call.text(3);
    const std::size_t unit = text.size() + between.size();
    const auto count = static_cast<std::size_t>(times);
    if (unit == 0 || count == 0) {
        push(state, "");
        return 1;
    }
    // One division instead of a product, which could overflow.
    call.charge_text(count > (1U << 20) / unit ? std::string::npos / 2 : unit * count);
    std::string result;
    result.reserve(unit * count);
    for (std::size_t i = 0; i < count; ++i) {
        result += i == 0 ? std::string_view() : between;
        result += text;
    }
    push(state, result);
    return 1;
}

int byte(lua_State* state) {
    const Call call(state, "text.byte");
    const std::string_view text = call.text(1);
    const std::int64_t from = call.whole_or(2, 1);
    if (lua_isnoneornil(state, 3)) {
        lua_settop(state, 1);
        lua_pushinteger(state, from);
        lua_pushinteger(state, from);
    }
    const std::string_view bytes = part(call, text, 1);
    if (static_cast<std::int64_t>(bytes.size()) > kBytesMax ||
        lua_checkstack(state, static_cast<int>(bytes.size())) == 0) {
        call.error("at most 250 bytes at a time");
    }
    for (const char c : bytes) {
        lua_pushinteger(state, static_cast<unsigned char>(c));
    }
    return static_cast<int>(bytes.size());
}

int character(lua_State* state) {
    const Call call(state, "text.char");
    std::string text;
    for (int i = 1; i <= call.count(); ++i) {
        const std::int64_t code = call.whole(i);
        if (code < 0 || code > 255) {
            call.wrong(i, "a byte, 0 to 255");
        }
        text.push_back(static_cast<char>(code));
    }
    push(state, text);
    return 1;
}

struct TwoTexts {
    std::string_view text;
    std::string_view other;
};

TwoTexts two_texts(const Call& call) {
    const TwoTexts pair{call.text(1), call.text(2)};
    call.charge(1 + static_cast<std::int64_t>((pair.text.size() + pair.other.size()) / 64));
    return pair;
}

/// std::string_view::find is quadratic for texts made for it, so a search counts its worst case.
void charge_search(const Call& call, const TwoTexts& pair) {
    call.charge(static_cast<std::int64_t>(pair.text.size() * (1 + pair.other.size() / 64) / 16));
}

int text_contains(lua_State* state) {
    const Call call(state, "text.contains");
    const TwoTexts pair = two_texts(call);
    charge_search(call, pair);
    lua_pushboolean(state, pair.text.find(pair.other) != std::string_view::npos ? 1 : 0);
    return 1;
}

int starts_with(lua_State* state) {
    const TwoTexts pair = two_texts(Call(state, "text.starts_with"));
    lua_pushboolean(state, pair.text.starts_with(pair.other) ? 1 : 0);
    return 1;
}

int ends_with(lua_State* state) {
    const TwoTexts pair = two_texts(Call(state, "text.ends_with"));
    lua_pushboolean(state, pair.text.ends_with(pair.other) ? 1 : 0);
    return 1;
}

int split_text(lua_State* state) {
    const Call call(state, "text.split");
    const TwoTexts pair = two_texts(call);
    if (pair.other.empty()) {
        call.wrong(2, "a separator of at least one character");
    }
    charge_search(call, pair);
    lua_createtable(state, 0, 0);
    lua_Integer position = 0;
    std::size_t from = 0;
    for (;;) {
        const std::size_t at = pair.text.find(pair.other, from);
        call.charge(2 + static_cast<std::int64_t>(std::min(at, pair.text.size()) - from) / 4);
        push(state, pair.text.substr(from, at - from));
        lua_rawseti(state, -2, ++position);
        if (at == std::string_view::npos) {
            return 1;
        }
        from = at + pair.other.size();
    }
}

int trim(lua_State* state) {
    static constexpr std::string_view kBlanks = " \t\r\n\v\f";
    const Call call(state, "text.trim");
    std::string_view text = call.text(1);
    call.charge_text(text.size());
    const std::size_t first = text.find_first_not_of(kBlanks);
    text = first == std::string_view::npos ? std::string_view() : text.substr(first);
    push(state, text.substr(0, text.find_last_not_of(kBlanks) + 1));
    return 1;
}

/// Whether the text is one or more ASCII digits and nothing else.
int is_digits(lua_State* state) {
    const Call call(state, "text.is_digits");
    const std::string_view text = call.text(1);
    call.charge_text(text.size());
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
    lua_pushboolean(state, digits ? 1 : 0);
    return 1;
}

constexpr std::array<LibraryFunction, 14> kTextFunctions{{
    {"len", length},
    {"sub", sub},
    {"upper", upper},
    {"lower", lower},
    {"reverse", reverse},
    {"rep", repeat},
    {"byte", byte},
    {"char", character},
    {"contains", text_contains},
    {"starts_with", starts_with},
    {"ends_with", ends_with},
    {"split", split_text},
    {"trim", trim},
    {"is_digits", is_digits},
}};

}  // namespace

void open_text_library(lua_State* state) {
    lua_createtable(state, 0, 24);
    set_functions(state, kTextFunctions);
    add_pattern_functions(state);
    add_format_function(state);
    seal_module(state, "text");
    lua_pushliteral(state, "");
    lua_createtable(state, 0, 2);
    push_view(state, -3);
    lua_setfield(state, -2, "__index");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_setmetatable(state, -2);
    lua_pop(state, 1);
    lua_pushvalue(state, -1);
    lua_setfield(state, -3, "string");
    lua_setfield(state, -2, "text");
}

}  // namespace sluice::lua
