#include "lua/constants.hpp"

#include <lua.h>

#include "lua/freeze.hpp"
#include "lua/marshal.hpp"

namespace sluice::lua {
namespace {

const char kConstantsKey = 0;  // its address is a key in the registry

}  // namespace

void make_constants(lua_State* state, std::span<const Value> constants, Freezer& freezer) {
    lua_createtable(state, static_cast<int>(constants.size()), 0);
    lua_Integer position = 0;
    for (const Value& constant : constants) {
        push_value(state, constant);
        if (lua_type(state, -1) == LUA_TTABLE) {
            freezer.freeze_members(state, -1);
        }
        lua_rawseti(state, -2, ++position);
    }
    lua_rawsetp(state, LUA_REGISTRYINDEX, &kConstantsKey);
}

void push_constants(lua_State* state, int count) {
    if (count == 0) {
        return;
    }
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kConstantsKey);
    for (int i = 1; i <= count; ++i) {
        lua_rawgeti(state, -i, i);
    }
    lua_remove(state, -1 - count);
}

}  // namespace sluice::lua
