#include "lua/call.hpp"

#include <lauxlib.h>

#include <lua.h>

#include "lua/box.hpp"
#include "lua/money_library.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

constexpr std::size_t kTextMax = 128U << 10;
constexpr std::int64_t kBytesAWorkUnit = 16;

}  // namespace

std::string_view Call::text(int index) const {
    if (lua_type(state_, index) != LUA_TSTRING) {
        wrong(index, "text");
    }
    std::size_t size = 0;
    const char* bytes = lua_tolstring(state_, index, &size);
    return {bytes, size};
}

std::int64_t Call::whole(int index) const {
    if (lua_isinteger(state_, index) == 0) {
        wrong(index, "a whole number");
    }
    return lua_tointeger(state_, index);
}

std::int64_t Call::whole_or(int index, std::int64_t fallback) const {
    return lua_isnoneornil(state_, index) ? fallback : whole(index);
}

void Call::table(int index) const {
    if (lua_type(state_, index) != LUA_TTABLE) {
        wrong(index, "a table");
    }
    push_view(state_, index);
    lua_replace(state_, index);
}

void Call::own_table(int index) const {
    if (lua_type(state_, index) != LUA_TTABLE) {
        wrong(index, "a table");
    }
    if (is_frozen(state_, index)) {
        error("this table is shared and cannot be changed");
    }
}

int Call::count() const { return lua_gettop(state_); }

void Call::wrong(int index, std::string_view expected) const {
    // With x:f(...) the value before the colon is argument 1, as in the function's own list.
    raise(
        state_,
        std::string(name_) + ": argument " + std::to_string(index) + " must be " +
            std::string(expected) + ", got " + std::string(kind_at(state_, index))
    );
}

void Call::error(std::string_view message) const {
    raise(state_, std::string(name_) + ": " + std::string(message));
}

void Call::charge_text(std::size_t bytes) const {
    if (bytes > kTextMax) {
        error("the text would be longer than 128 KiB");
    }
    charge(1 + static_cast<std::int64_t>(bytes) / kBytesAWorkUnit);
}

void Call::charge(std::int64_t work) const { box_of(state_).meters.charge(state_, work); }

std::string_view kind_at(lua_State* state, int index) {
    switch (lua_type(state, index)) {
        case LUA_TNONE:
            return "nothing";
        case LUA_TSTRING:
            return "text";
        case LUA_TNUMBER:
            return lua_isinteger(state, index) != 0 ? "a whole number" : "a fraction";
        case LUA_TUSERDATA:
            return "money";
        case LUA_TBOOLEAN:
            return lua_toboolean(state, index) != 0 ? "true" : "false";
        default:
            return luaL_typename(state, index);
    }
}

void push_display(lua_State* state, int index) {
    switch (lua_type(state, index)) {
        case LUA_TSTRING:
            lua_pushvalue(state, index);
            return;
        case LUA_TNUMBER:
            lua_pushvalue(state, index);
            lua_tolstring(state, -1, nullptr);
            return;
        case LUA_TBOOLEAN:
            lua_pushstring(state, lua_toboolean(state, index) != 0 ? "true" : "false");
            return;
        case LUA_TUSERDATA: {
            const std::string text = display_of(money_at(state, index));
            lua_pushlstring(state, text.data(), text.size());
            return;
        }
        default:
            lua_pushstring(state, luaL_typename(state, index));
    }
}

}  // namespace sluice::lua
