#include "lua/box.hpp"

#include <cstring>
#include <lauxlib.h>
#include <utility>

#include <lua.h>

#include "lua/diagnosis.hpp"

namespace sluice::lua {
namespace {

// Its address is the registry key of the metatable that marks a failure.
const char kFailureKey = 0;

std::string message_at(lua_State* state, int index, const Position& position) {
    if (lua_type(state, index) != LUA_TSTRING) {
        return std::string("error object: ") + luaL_typename(state, index);
    }
    std::size_t size = 0;
    const char* text = lua_tolstring(state, index, &size);
    return in_plain_words({text, size}, position.line);
}

}  // namespace

Box& box_of(lua_State* state) {
    Box* box = nullptr;
    std::memcpy(static_cast<void*>(&box), lua_getextraspace(state), sizeof(Box*));
    return *box;
}

Position position_on(lua_State* state) {
    lua_Debug frame{};
    for (int level = 0; lua_getstack(state, level, &frame) != 0; ++level) {
        lua_getinfo(state, "Sl", &frame);
        if (frame.currentline > 0 && frame.source[0] == '=') {
            return {frame.source + 1, frame.currentline};
        }
    }
    return {};
}

void raise(lua_State* state, std::string_view message) {
    lua_pushlstring(state, message.data(), message.size());
    lua_error(state);
    std::unreachable();
}

void raise_failure(lua_State* state) {
    lua_newuserdatauv(state, 1, 1);
    lua_insert(state, -2);
    lua_setiuservalue(state, -2, 1);
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kFailureKey);
    if (lua_isnil(state, -1)) {
        lua_pop(state, 1);
        lua_createtable(state, 0, 0);
        lua_pushvalue(state, -1);
        lua_rawsetp(state, LUA_REGISTRYINDEX, &kFailureKey);
    }
    lua_setmetatable(state, -2);
    box_of(state).failed_at = position_on(state);
    lua_error(state);
    std::unreachable();
}

bool is_failure(lua_State* state, int index) {
    if (lua_type(state, index) != LUA_TUSERDATA || lua_getmetatable(state, index) == 0) {
        return false;
    }
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kFailureKey);
    const bool same = lua_rawequal(state, -1, -2) != 0;
    lua_pop(state, 2);
    return same;
}

void unwrap_failure(lua_State* state) {
    lua_getiuservalue(state, -1, 1);
    lua_remove(state, -2);
}

int note_mistake(lua_State* state) {
    note_mistake_of(state);
    return 1;
}

void note_mistake_of(lua_State* coroutine) {
    Box& box = box_of(coroutine);
    if (box.mistake || box.meters.is_killed() || is_failure(coroutine, -1)) {
        return;
    }
    Position position = position_on(coroutine);
    std::string message = message_at(coroutine, -1, position);
    if (position.script.empty()) {
        position = box.blamed;
    }
    box.mistake = Mistake{std::move(position), std::move(message)};
}

}  // namespace sluice::lua
