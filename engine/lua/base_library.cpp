#include "lua/base_library.hpp"

#include <algorithm>
#include <array>
#include <lauxlib.h>
#include <string>
#include <string_view>
#include <vector>

#include <lua.h>

#include "lua/box.hpp"
#include "lua/call.hpp"
#include "lua/library_functions.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

constexpr std::int64_t kWorkAnUnwinding = 200;

/// A key of a table being sorted; the order is numbers, texts in byte order, false, true.
struct Key {
    int rank = 0;
    lua_Integer whole = 0;
    double number = 0;
    std::string_view text;
    bool is_whole = false;
};

bool comes_before(const Key& a, const Key& b) {
    if (a.rank != b.rank) {
        return a.rank < b.rank;
    }
    if (a.rank == 0 && a.is_whole && b.is_whole) {
        return a.whole < b.whole;
    }
    return a.rank == 0 ? a.number < b.number : a.text < b.text;
}

Key key_at(lua_State* state, const Call& call, int index) {
    switch (lua_type(state, index)) {
        case LUA_TNUMBER: {
            const double number = lua_tonumber(state, index);
            const bool whole = lua_isinteger(state, index) != 0;
            return {0, whole ? lua_tointeger(state, index) : 0, number, {}, whole};
        }
        case LUA_TSTRING: {
            std::size_t size = 0;
            const char* text = lua_tolstring(state, index, &size);
            return {1, 0, 0, {text, size}, false};
        }
        case LUA_TBOOLEAN:
            return {lua_toboolean(state, index) != 0 ? 3 : 2, 0, 0, {}, false};
        default:
            call.error("the table has a table or function as a key, which has no order");
    }
}

void push_key(lua_State* state, const Key& key) {
    if (key.rank == 1) {
        lua_pushlstring(state, key.text.data(), key.text.size());
    } else if (key.rank > 1) {
        lua_pushboolean(state, key.rank - 2);
    } else if (key.is_whole) {
        lua_pushinteger(state, key.whole);
    } else {
        lua_pushnumber(state, key.number);
    }
}

/// Upvalues: content, sorted keys, position.
int next_sorted(lua_State* state) {
    lua_Integer position = lua_tointeger(state, lua_upvalueindex(3));
    for (;;) {
        ++position;
        if (lua_rawgeti(state, lua_upvalueindex(2), position) == LUA_TNIL) {
            return 1;
        }
        lua_pushvalue(state, -1);
        if (lua_rawget(state, lua_upvalueindex(1)) != LUA_TNIL) {
            break;
        }
        lua_pop(state, 2);
    }
    lua_pushinteger(state, position);
    lua_replace(state, lua_upvalueindex(3));
    return 2;
}

int pairs(lua_State* state) {
    const Call call(state, "pairs");
    call.table(1);
    std::vector<Key> keys;
    lua_pushnil(state);
    while (lua_next(state, 1) != 0) {
        lua_pop(state, 1);
        if (lua_type(state, -1) != LUA_TLIGHTUSERDATA) {
            keys.push_back(key_at(state, call, lua_gettop(state)));
        }
    }
    const auto count = static_cast<std::int64_t>(keys.size());
    call.charge(count * 4);
    std::ranges::sort(keys, comes_before);
    lua_pushvalue(state, 1);
    lua_createtable(state, static_cast<int>(count), 0);
    lua_Integer position = 0;
    for (const Key& key : keys) {
        push_key(state, key);
        lua_rawseti(state, -2, ++position);
    }
    lua_pushinteger(state, 0);
    lua_pushcclosure(state, next_sorted, 3);
    return 1;
}

int next_position(lua_State* state) {
    const lua_Integer position = lua_tointeger(state, 2) + 1;
    lua_pushinteger(state, position);
    return lua_geti(state, 1, position) == LUA_TNIL ? 1 : 2;
}

int ipairs(lua_State* state) {
    if (lua_type(state, 1) != LUA_TTABLE) {
        Call(state, "ipairs").wrong(1, "a list");
    }
    lua_pushcfunction(state, next_position);
    lua_pushvalue(state, 1);
    lua_pushinteger(state, 0);
    return 3;
}

int to_string(lua_State* state) {
    const Call call(state, "tostring");
    if (call.count() == 0) {
        call.wrong(1, "a value");
    }
    push_display(state, 1);
    return 1;
}

int to_number(lua_State* state) {
    const Call call(state, "tonumber");
    if (lua_type(state, 1) == LUA_TNUMBER) {
        lua_settop(state, 1);
        return 1;
    }
    if (lua_type(state, 1) != LUA_TSTRING) {
        lua_pushnil(state);
        return 1;
    }
    const std::string_view text = call.text(1);
    const bool plain = !text.empty() && text.size() <= 40 &&
                       text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    if (!plain || lua_stringtonumber(state, lua_tostring(state, 1)) == 0) {
        lua_pushnil(state);
    }
    return 1;
}

int type(lua_State* state) {
    const Call call(state, "type");
    if (call.count() == 0) {
        call.wrong(1, "a value");
    }
    const bool money = lua_type(state, 1) == LUA_TUSERDATA;
    lua_pushstring(state, money ? "money" : luaL_typename(state, 1));
    return 1;
}

int select(lua_State* state) {
    const Call call(state, "select");
    const int count = call.count();
    if (lua_type(state, 1) == LUA_TSTRING && call.text(1) == "#") {
        lua_pushinteger(state, count - 1);
        return 1;
    }
    const std::int64_t from = call.whole(1);
    if (from == 0 || from < 1 - count) {
        call.wrong(1, "\"#\" or a position");
    }
    if (from < 0) {
        return static_cast<int>(-from);
    }
    return from >= count ? 0 : count - static_cast<int>(from);
}

int fail_with(lua_State* state) {
    const Call call(state, "fail");
    if (lua_type(state, 1) != LUA_TTABLE) {
        call.wrong(1, "a record, as in fail{code = \"card_declined\", message = \"...\"}");
    }
    push_view(state, 1);
    lua_pushliteral(state, "code");
    if (lua_rawget(state, -2) != LUA_TSTRING) {
        call.error("the failure needs a text in 'code'");
    }
    lua_settop(state, 1);
    raise_failure(state);
}

/// Blames the nearest frame in another script than the one that calls: a library's user.
int mistake(lua_State* state) {
    const Call call(state, "mistake");
    const std::string message(call.text(1));
    Position blamed = position_on(state);
    const std::string own = blamed.script;
    lua_Debug frame{};
    for (int level = 0; lua_getstack(state, level, &frame) != 0; ++level) {
        lua_getinfo(state, "Sl", &frame);
        if (frame.currentline > 0 && own != frame.source + 1) {
            blamed = {frame.source + 1, frame.currentline};
            break;
        }
    }
    box_of(state).mistake = Mistake{blamed, message};
    raise(state, message);
}

int finish_attempt(lua_State* state, int status, lua_KContext) {
    if (status == LUA_OK || status == LUA_YIELD) {
        lua_pushboolean(state, 1);
        lua_replace(state, 1);
        return lua_gettop(state);
    }
    // Unwinding costs a few microseconds, which no instruction of the script shows.
    box_of(state).meters.charge(state, kWorkAnUnwinding);
    const bool caught = status == LUA_ERRRUN && is_failure(state, -1) && !box_of(state).mistake &&
                        !box_of(state).meters.is_killed();
    if (!caught) {
        if (status == LUA_ERRMEM) {
            box_of(state).meters.blame_memory();
        }
        lua_error(state);
    }
    unwrap_failure(state);
    lua_pushboolean(state, 0);
    lua_insert(state, -2);
    return 2;
}

int attempt(lua_State* state) {
    const Call call(state, "attempt");
    if (lua_type(state, 1) != LUA_TFUNCTION) {
        call.wrong(1, "a function");
    }
    lua_pushcfunction(state, note_mistake);
    lua_insert(state, 1);
    const int arguments = lua_gettop(state) - 2;
    const int status = lua_pcallk(state, arguments, LUA_MULTRET, 1, 0, finish_attempt);
    return finish_attempt(state, status, 0);
}

constexpr std::array<LibraryFunction, 10> kBaseFunctions{{
    {"pairs", pairs},
    {"ipairs", ipairs},
    {"tostring", to_string},
    {"tonumber", to_number},
    {"type", type},
    {"select", select},
    {"fail", fail_with},
    {"mistake", mistake},
    {"attempt", attempt},
    {"object", make_object},
}};

}  // namespace

void open_base_library(lua_State* state) { set_functions(state, kBaseFunctions); }

}  // namespace sluice::lua
