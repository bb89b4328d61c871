#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <lua.h>

#include "lua/call.hpp"
#include "lua/library_functions.hpp"
#include "lua/pattern.hpp"
#include "lua/tables.hpp"
#include "lua/text_library.hpp"

namespace sluice::lua {
namespace {

constexpr std::int64_t kStepsAWorkUnit = 3;
constexpr std::string_view kSpecial = "^$*+?.()[]%-";

/// One use of a pattern on a text: the work is charged as it is done.
class Search {
  public:
    Search(const Call& call, std::string_view text, std::string_view pattern)
        : call_(call), text_(text) {
        call.charge(static_cast<std::int64_t>(8 + pattern.size() * 4));
        auto read = Pattern::read(pattern);
        if (!read) {
            call.error(read.error());
        }
        pattern_ = std::move(*read);
    }

    bool next(std::size_t from) {
        const std::int64_t before = steps_;
        const Pattern::Found found = pattern_.search(text_, from, steps_, match);
        call_.charge((before - std::max<std::int64_t>(steps_, 0)) / kStepsAWorkUnit + 1);
        if (found == Pattern::Found::too_much_work) {
            call_.error("the pattern needs too much work on this text; make it more specific");
        }
        return found == Pattern::Found::yes;
    }

    void push_capture(lua_State* state, std::size_t index) const {
        if (match.captures.empty() && index == 0) {
            push(state, match.begin, match.end);
            return;
        }
        const Pattern::Capture& capture = match.captures[index];
        if (capture.is_position) {
            lua_pushinteger(state, static_cast<lua_Integer>(capture.begin) + 1);
        } else {
            push(state, capture.begin, capture.end);
        }
    }

    int push_captures(lua_State* state) const {
        const std::size_t count = std::max<std::size_t>(match.captures.size(), 1);
        for (std::size_t i = 0; i < count; ++i) {
            push_capture(state, i);
        }
        return static_cast<int>(count);
    }

    [[nodiscard]] bool is_anchored() const { return pattern_.is_anchored(); }

    Pattern::Match match;

  private:
    void push(lua_State* state, std::size_t begin, std::size_t end) const {
        lua_pushlstring(state, text_.data() + begin, end - begin);
    }

    const Call& call_;
    std::string_view text_;
    Pattern pattern_;
    std::int64_t steps_ = Pattern::kStepsMax;
};

/// Where a search begins, counted from 0, or npos when behind the end.
std::size_t start_of(const Call& call, std::string_view text) {
    std::int64_t from = call.whole_or(3, 1);
    const auto size = static_cast<std::int64_t>(text.size());
    from = from < 0 ? std::max<std::int64_t>(size + from + 1, 1) : std::max<std::int64_t>(from, 1);
    return from > size + 1 ? std::string_view::npos : static_cast<std::size_t>(from - 1);
}

int nothing(lua_State* state) {
    lua_pushnil(state);
    return 1;
}

int find(lua_State* state) {
    const Call call(state, "text.find");
    const std::string_view text = call.text(1);
    const std::string_view pattern = call.text(2);
    const std::size_t from = start_of(call, text);
    if (from == std::string_view::npos) {
        return nothing(state);
    }
    if (lua_toboolean(state, 4) != 0 || pattern.find_first_of(kSpecial) == pattern.npos) {
        const auto work = (text.size() - from) * (1 + pattern.size() / 64) / 16;
        call.charge(static_cast<std::int64_t>(work) + 1);
        const std::size_t at = text.find(pattern, from);
        if (at == std::string_view::npos) {
            return nothing(state);
        }
        lua_pushinteger(state, static_cast<lua_Integer>(at) + 1);
        const std::size_t end = at + pattern.size();
        lua_pushinteger(state, static_cast<lua_Integer>(end));
        return 2;
    }
    Search search(call, text, pattern);
    if (!search.next(from)) {
        return nothing(state);
    }
    lua_pushinteger(state, static_cast<lua_Integer>(search.match.begin) + 1);
    lua_pushinteger(state, static_cast<lua_Integer>(search.match.end));
    return 2 + (search.match.captures.empty() ? 0 : search.push_captures(state));
}

int match(lua_State* state) {
    const Call call(state, "text.match");
    const std::string_view text = call.text(1);
    const std::size_t from = start_of(call, text);
    Search search(call, text, call.text(2));
    if (from == std::string_view::npos || !search.next(from)) {
        return nothing(state);
    }
    return search.push_captures(state);
}

/// Upvalues: text, pattern, where to go on, where the last match ended.
int next_match(lua_State* state) {
    lua_settop(state, 0);
    lua_pushvalue(state, lua_upvalueindex(1));
    lua_pushvalue(state, lua_upvalueindex(2));
    const Call call(state, "text.gmatch");
    const std::string_view text = call.text(1);
    auto from = static_cast<std::size_t>(lua_tointeger(state, lua_upvalueindex(3)));
    const auto last = static_cast<std::size_t>(lua_tointeger(state, lua_upvalueindex(4)));
    Search search(call, text, call.text(2));
    while (from <= text.size() && search.next(from)) {
        const bool empty_again = search.match.end == search.match.begin && search.match.end == last;
        from = search.match.end + (search.match.end == search.match.begin ? 1 : 0);
        if (empty_again) {
            continue;
        }
        lua_pushinteger(state, static_cast<lua_Integer>(search.match.end));
        lua_pushvalue(state, -1);
        lua_replace(state, lua_upvalueindex(4));
        lua_replace(state, lua_upvalueindex(3));
        return search.push_captures(state);
    }
    return nothing(state);
}

int gmatch(lua_State* state) {
    const Call call(state, "text.gmatch");
    const Search check(call, call.text(1), call.text(2));
    if (check.is_anchored()) {
        call.error("a pattern with '^' matches once: use text.match");
    }
    lua_settop(state, 2);
    lua_pushinteger(state, 0);
    lua_pushinteger(state, -1);
    lua_pushcclosure(state, next_match, 4);
    return 1;
}

/// Adds what replaces one match: a text with %0..%9, or the entry of a table.
void append_replacement(
    lua_State* state, const Call& call, const Search& search, std::string& out
) {
    if (lua_type(state, 3) == LUA_TTABLE) {
        search.push_capture(state, 0);
        lua_rawget(state, 3);
        const bool keep = lua_isnil(state, -1) ||
                          (lua_isboolean(state, -1) != 0 && lua_toboolean(state, -1) == 0);
        if (keep) {
            out += call.text(1).substr(search.match.begin, search.match.end - search.match.begin);
        } else {
            push_display(state, -1);
            out += lua_tostring(state, -1);
            lua_pop(state, 1);
        }
        lua_pop(state, 1);
        return;
    }
    const std::string_view with = call.text(3);
    for (std::size_t i = 0; i < with.size(); ++i) {
        if (with[i] != '%') {
            out.push_back(with[i]);
            continue;
        }
        const char next = ++i < with.size() ? with[i] : '\0';
        if (next == '%') {
            out.push_back('%');
            continue;
        }
        const auto index = static_cast<std::size_t>(next - '0');
        const std::size_t captures = std::max<std::size_t>(search.match.captures.size(), 1);
        if (next < '0' || next > '9' || index > captures) {
            call.error("the replacement uses '%' for a capture that does not exist");
        }
        if (index == 0) {
            out += call.text(1).substr(search.match.begin, search.match.end - search.match.begin);
            continue;
        }
        search.push_capture(state, index - 1);
        std::size_t size = 0;
        const char* bytes = lua_tolstring(state, -1, &size);
        out.append(bytes, size);
        lua_pop(state, 1);
    }
}

int gsub(lua_State* state) {
    const Call call(state, "text.gsub");
    const std::string_view text = call.text(1);
    if (lua_type(state, 3) == LUA_TTABLE) {
        call.table(3);
    } else if (lua_type(state, 3) != LUA_TSTRING) {
        call.wrong(3, "a text or a table");
    }
    const std::int64_t most = call.whole_or(4, static_cast<std::int64_t>(text.size()) + 1);
    Search search(call, text, call.text(2));
    std::string out;
    std::int64_t count = 0;
    std::size_t from = 0;
    std::size_t copied = 0;
    std::size_t last = std::string_view::npos;
    while (count < most && from <= text.size() && search.next(from)) {
        const std::size_t begin = search.match.begin;
        const std::size_t end = search.match.end;
        from = end + (end == begin ? 1 : 0);
        if (end != begin || end != last) {
            out += text.substr(copied, begin - copied);
            append_replacement(state, call, search, out);
            copied = end;
            last = end;
            ++count;
            call.charge_text(out.size() < (1U << 16) ? 16 : out.size());
        }
        if (search.is_anchored()) {
            break;
        }
    }
    out += text.substr(std::min(copied, text.size()));
    call.charge_text(out.size());
    lua_pushlstring(state, out.data(), out.size());
    lua_pushinteger(state, count);
    return 2;
}

constexpr std::array<LibraryFunction, 4> kPatternFunctions{{
    {"find", find},
    {"match", match},
    {"gmatch", gmatch},
    {"gsub", gsub},
}};

}  // namespace

void add_pattern_functions(lua_State* state) { set_functions(state, kPatternFunctions); }

}  // namespace sluice::lua
