#include "lua/freeze.hpp"

#include <algorithm>
#include <string>

#include <lua.h>

#include "lua/box.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

constexpr int kLibraryDepthMax = 60;
constexpr int kLibrarySlotsALevel = 12;

[[noreturn]] void refuse_function(lua_State* state, int index, const std::string& why) {
    lua_Debug function{};
    lua_pushvalue(state, index);
    lua_getinfo(state, ">S", &function);
    if (function.linedefined > 0) {
        box_of(state).mistake = Mistake{{function.source + 1, function.linedefined}, why};
    }
    raise(state, why);
}

}  // namespace

void Freezer::trust(lua_State* state, int index) { seen_.insert(lua_topointer(state, index)); }

void Freezer::freeze_members(lua_State* state, int index) {
    const int table = lua_absindex(state, index);
    if (!is_frozen(state, table)) {
        freeze(state, table, absent_);
    }
    push_view(state, table);
    visit_content(state, lua_gettop(state), 0);
    lua_pop(state, 1);
}

void Freezer::visit(lua_State* state, int index, int depth) {
    if (depth > kLibraryDepthMax || lua_checkstack(state, kLibrarySlotsALevel) == 0) {
        raise(state, "a library's value is nested more than 60 deep");
    }
    box_of(state).meters.charge(state, 1);
    const int type = lua_type(state, index);
    if ((type != LUA_TFUNCTION && type != LUA_TTABLE) ||
        !seen_.insert(lua_topointer(state, index)).second) {
        return;
    }
    if (type == LUA_TFUNCTION) {
        visit_function(state, index, depth);
    } else {
        visit_table(state, index, depth);
    }
}

void Freezer::visit_function(lua_State* state, int index, int depth) {
    lua_Debug function{};
    lua_pushvalue(state, index);
    lua_getinfo(state, ">S", &function);
    const bool is_ours = lua_iscfunction(state, index) != 0;
    for (int i = 1; const char* name = lua_getupvalue(state, index, i); ++i) {
        // A function of ours keeps what it was made with, or it is an iterator that moves on.
        if (is_ours && lua_type(state, -1) != LUA_TLIGHTUSERDATA) {
            refuse_function(
                state,
                index,
                "a library keeps an iterator, which remembers where it stands: it would leak from "
                "one run into another"
            );
        }
        if (!is_ours && is_assigned(function.source + 1, name)) {
            refuse_function(
                state,
                index,
                "this function stays and keeps '" + std::string(name) +
                    "', which a function assigns: it would leak from one run into another"
            );
        }
        visit(state, lua_gettop(state), depth + 1);
        lua_pop(state, 1);
    }
}

void Freezer::visit_table(lua_State* state, int index, int depth) {
    if (!is_frozen(state, index)) {
        freeze(state, index, absent_);
    }
    push_view(state, index);
    visit_content(state, lua_gettop(state), depth);
    lua_pop(state, 1);
}

void Freezer::visit_content(lua_State* state, int index, int depth) {
    lua_pushnil(state);
    while (lua_next(state, index) != 0) {
        // Under an address stands what belongs to a law of ours: no script reads or writes it.
        if (lua_type(state, -2) != LUA_TLIGHTUSERDATA) {
            visit(state, lua_gettop(state), depth + 1);
            visit(state, lua_gettop(state) - 1, depth + 1);
        }
        lua_pop(state, 1);
    }
    if (lua_getmetatable(state, index) != 0) {
        visit_law(state, depth);
        lua_pop(state, 1);
    }
}

/// The law of an object, on top of the stack, keeps its methods for functions of ours.
void Freezer::visit_law(lua_State* state, int depth) {
    const int law = lua_gettop(state);
    lua_pushnil(state);
    while (lua_next(state, law) != 0) {
        const int function = lua_gettop(state);
        for (int i = 1;
             lua_iscfunction(state, function) != 0 && lua_getupvalue(state, function, i) != nullptr;
             ++i) {
            if (lua_type(state, -1) == LUA_TTABLE &&
                seen_.insert(lua_topointer(state, -1)).second) {
                visit_content(state, lua_gettop(state), depth + 1);
            }
            lua_pop(state, 1);
        }
        lua_pop(state, 1);
    }
}

bool Freezer::is_assigned(std::string_view script, std::string_view name) const {
    return std::ranges::any_of(sources_, [&](const ProgramPtr& program) {
        return program->name == script &&
               std::ranges::find(program->reassigned, name) != program->reassigned.end();
    });
}

}  // namespace sluice::lua
