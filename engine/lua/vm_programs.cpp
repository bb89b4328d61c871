// What files return: run anew, or once and frozen.
#include <lauxlib.h>
#include <utility>

#include <lua.h>

#include "lua/diagnosis.hpp"
#include "lua/freeze.hpp"
#include "lua/program.hpp"
#include "lua/tables.hpp"
#include "lua/vm_state.hpp"

namespace sluice::lua {
namespace {

constexpr std::size_t kProgramsMax = 64;

}  // namespace

void Vm::State::push_result(lua_State* state, const Program& program) {
    box.blamed = {program.name, program.result_line};
    if (lua_rawgetp(state, LUA_REGISTRYINDEX, &program) != LUA_TFUNCTION) {
        lua_pop(state, 1);
        if (box.sources.size() >= kProgramsMax) {
            lua_pushnil(state);
            lua_rawsetp(state, LUA_REGISTRYINDEX, box.sources.front().get());
            box.sources.erase(box.sources.begin());
        }
        const std::string chunk_name = "=" + program.name;
        const std::string& code = program.bytecode;
        if (luaL_loadbufferx(state, code.data(), code.size(), chunk_name.c_str(), "b") != LUA_OK) {
            lua_error(state);
        }
        lua_rawgetp(state, LUA_REGISTRYINDEX, &kEnvironmentKey);
        lua_setupvalue(state, -2, 1);
        // While the source is held its address names no other program.
        box.sources.push_back(program.shared_from_this());
        lua_pushvalue(state, -1);
        lua_rawsetp(state, LUA_REGISTRYINDEX, &program);
    }
    lua_call(state, 0, 1);
}

void Vm::State::load(lua_State* state, const Program& program) {
    push_result(state, program);
    lua_rawsetp(state, LUA_REGISTRYINDEX, &kModuleKey);
}

/// The registry has under a program's address its main chunk, or, once it is frozen, a table with
/// what the chunk returned.
void Vm::State::load_frozen(lua_State* state, const Program& program) {
    if (lua_rawgetp(state, LUA_REGISTRYINDEX, &program) == LUA_TTABLE) {
        lua_rawgeti(state, -1, 1);
        lua_rawsetp(state, LUA_REGISTRYINDEX, &kModuleKey);
        return;
    }
    push_result(state, program);
    // Whoever looks a word up in a table of the file may find none; only libraries offer members.
    Freezer freezer(box.sources, Absent::nil);
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kEnvironmentKey);
    freezer.trust(state, -1);
    lua_pop(state, 1);
    freezer.freeze_value(state, -1);
    lua_createtable(state, 1, 0);
    lua_pushvalue(state, -2);
    lua_rawseti(state, -2, 1);
    lua_rawsetp(state, LUA_REGISTRYINDEX, &program);
    lua_rawsetp(state, LUA_REGISTRYINDEX, &kModuleKey);
}

void Vm::State::load_library(lua_State* state, const Program& program, Freezer& freezer) {
    push_result(state, program);
    // It runs once: its code need not stay.
    lua_pushnil(state);
    lua_rawsetp(state, LUA_REGISTRYINDEX, &program);
    if (lua_type(state, -1) != LUA_TTABLE) {
        raise(state, "a library returns a record of what it offers");
    }
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kEnvironmentKey);
    freezer.trust(state, -1);
    lua_pop(state, 1);
    freezer.freeze_members(state, -1);
    push_view(state, -1);
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kGlobalsKey);
    const int globals = lua_gettop(state);
    lua_pushnil(state);
    while (lua_next(state, globals - 1) != 0) {
        if (lua_type(state, -2) != LUA_TSTRING) {
            raise(state, "a library returns a record of what it offers, not a list");
        }
        lua_pushvalue(state, -2);
        if (lua_rawget(state, globals) != LUA_TNIL) {
            raise(
                state,
                "the library redefines the global '" + std::string(lua_tostring(state, -3)) + "'"
            );
        }
        lua_pop(state, 1);
        lua_pushvalue(state, -2);
        lua_insert(state, -2);
        lua_rawset(state, globals);
    }
}

void Vm::State::push_module(lua_State* state) {
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kModuleKey);
}

}  // namespace sluice::lua
