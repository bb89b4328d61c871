#include "lua/list_library.hpp"

#include <array>
#include <string>

#include <lua.h>

#include "lua/call.hpp"
#include "lua/library_functions.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

constexpr lua_Integer kUnpackMax = 250;

lua_Integer length_at(lua_State* state, int index) {
    return static_cast<lua_Integer>(lua_rawlen(state, index));
}

int insert(lua_State* state) {
    const Call call(state, "list.insert");
    call.own_table(1);
    const lua_Integer size = length_at(state, 1);
    lua_Integer at = size + 1;
    if (call.count() == 3) {
        at = call.whole(2);
        if (at < 1 || at > size + 1) {
            call.wrong(2, "a position from 1 to " + std::to_string(size + 1));
        }
    } else if (call.count() != 2) {
        call.error("needs a list, perhaps a position, and a value");
    }
    if (lua_isnil(state, -1)) {
        call.error("a list cannot hold nil");
    }
    call.charge(1 + (size - at + 1) / 2);
    for (lua_Integer i = size; i >= at; --i) {
        lua_rawgeti(state, 1, i);
        lua_rawseti(state, 1, i + 1);
    }
    lua_rawseti(state, 1, at);
    return 0;
}

int remove(lua_State* state) {
    const Call call(state, "list.remove");
    call.own_table(1);
    const lua_Integer size = length_at(state, 1);
    const lua_Integer at = call.whole_or(2, size);
    if (size == 0 && (at == 0 || lua_isnoneornil(state, 2))) {
        lua_pushnil(state);
        return 1;
    }
    if (at < 1 || at > size) {
        call.wrong(2, "a position from 1 to " + std::to_string(size));
    }
    call.charge(1 + (size - at) / 2);
    lua_rawgeti(state, 1, at);
    for (lua_Integer i = at; i < size; ++i) {
        lua_rawgeti(state, 1, i + 1);
        lua_rawseti(state, 1, i);
    }
    lua_pushnil(state);
    lua_rawseti(state, 1, size);
    return 1;
}

int concat(lua_State* state) {
    const Call call(state, "list.concat");
    call.table(1);
    const std::string_view between = lua_isnoneornil(state, 2) ? "" : call.text(2);
    const lua_Integer size = length_at(state, 1);
    call.charge(size);
    std::string out;
    for (lua_Integer i = 1; i <= size; ++i) {
        lua_rawgeti(state, 1, i);
        const int kind = lua_type(state, -1);
        if (kind != LUA_TSTRING && kind != LUA_TNUMBER && kind != LUA_TUSERDATA) {
            call.error(
                "position " + std::to_string(i) + " is " + std::string(kind_at(state, -1)) +
                ", only texts, numbers and money can be joined"
            );
        }
        push_display(state, -1);
        std::size_t length = 0;
        const char* bytes = lua_tolstring(state, -1, &length);
        out += i == 1 ? std::string_view() : between;
        out.append(bytes, length);
        lua_pop(state, 2);
        call.charge_text(out.size() < (1U << 16) ? length : out.size());
    }
    call.charge_text(out.size());
    lua_pushlstring(state, out.data(), out.size());
    return 1;
}

int unpack(lua_State* state) {
    const Call call(state, "list.unpack");
    call.table(1);
    const lua_Integer from = call.whole_or(2, 1);
    const lua_Integer to = call.whole_or(3, length_at(state, 1));
    if (from > to) {
        return 0;
    }
    // Unsigned, because the distance of two whole numbers may not fit a signed one.
    const auto count = static_cast<lua_Unsigned>(to) - static_cast<lua_Unsigned>(from) + 1;
    if (count == 0 || count > static_cast<lua_Unsigned>(kUnpackMax) ||
        lua_checkstack(state, static_cast<int>(count)) == 0) {
        call.error("at most 250 values at a time");
    }
    for (lua_Integer i = 0; i < static_cast<lua_Integer>(count); ++i) {
        lua_rawgeti(state, 1, from + i);
    }
    return static_cast<int>(count);
}

int first(lua_State* state) {
    const Call call(state, "list.first");
    call.table(1);
    lua_rawgeti(state, 1, 1);
    return 1;
}

int last(lua_State* state) {
    const Call call(state, "list.last");
    call.table(1);
    lua_rawgeti(state, 1, length_at(state, 1));
    return 1;
}

lua_Integer position_of(lua_State* state, const Call& call) {
    call.table(1);
    if (call.count() < 2) {
        call.wrong(2, "the value to look for");
    }
    const lua_Integer size = length_at(state, 1);
    for (lua_Integer i = 1; i <= size; ++i) {
        call.charge(1);
        lua_rawgeti(state, 1, i);
        // Money of equal value are two userdata; raw equality would not see that.
        const bool same_kind = lua_type(state, -1) == lua_type(state, 2);
        const bool found = same_kind && lua_compare(state, -1, 2, LUA_OPEQ) != 0;
        lua_pop(state, 1);
        if (found) {
            return i;
        }
    }
    return 0;
}

int list_contains(lua_State* state) {
    lua_pushboolean(state, position_of(state, Call(state, "list.contains")) != 0 ? 1 : 0);
    return 1;
}

int index_of(lua_State* state) {
    const lua_Integer position = position_of(state, Call(state, "list.index_of"));
    if (position == 0) {
        lua_pushnil(state);
    } else {
        lua_pushinteger(state, position);
    }
    return 1;
}

int copy(lua_State* state) {
    const Call call(state, "list.copy");
    call.table(1);
    const lua_Integer size = length_at(state, 1);
    call.charge(size);
    lua_createtable(state, static_cast<int>(size), 0);
    for (lua_Integer i = 1; i <= size; ++i) {
        lua_rawgeti(state, 1, i);
        lua_rawseti(state, -2, i);
    }
    return 1;
}

constexpr std::array<LibraryFunction, 10> kListFunctions{{
    {"insert", insert},
    {"remove", remove},
    {"concat", concat},
    {"unpack", unpack},
    {"first", first},
    {"last", last},
    {"contains", list_contains},
    {"index_of", index_of},
    {"copy", copy},
    {"sort", sort_list},
}};

}  // namespace

void open_list_library(lua_State* state) {
    lua_createtable(state, 0, static_cast<int>(kListFunctions.size()));
    set_functions(state, kListFunctions);
    seal_module(state, "list");
    lua_pushvalue(state, -1);
    lua_setfield(state, -3, "table");
    lua_setfield(state, -2, "list");
}

}  // namespace sluice::lua
