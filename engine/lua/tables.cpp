#include "lua/tables.hpp"

#include <algorithm>
#include <lauxlib.h>

#include <lua.h>

#include "core/nearest_name.hpp"
#include "lua/box.hpp"
#include "lua/call.hpp"
#include "lua/diagnosis.hpp"

namespace sluice::lua {
namespace {

// Addresses that serve as keys no script can write.
const char kContentKey = 0;    // in a frozen table's metatable: the content
const char kNullsKey = 0;      // in a record: names that are present without a value
const char kRecordLawKey = 0;  // in the registry: the metatable of records
const char kObjectLawKey = 0;  // in a frozen methods table's metatable: the metatable of objects
constexpr std::size_t kCandidatesMax = 500;

std::vector<std::string> names_in(lua_State* state, int index) {
    const int top = lua_gettop(state);
    std::vector<std::string> names;
    push_view(state, index);
    lua_pushnil(state);
    while (names.size() < kCandidatesMax && lua_next(state, -2) != 0) {
        lua_pop(state, 1);
        if (lua_type(state, -1) == LUA_TSTRING) {
            names.emplace_back(lua_tostring(state, -1));
        }
    }
    lua_settop(state, top);
    // The order inside a table may depend on addresses.
    std::ranges::sort(names);
    return names;
}

std::string key_text(lua_State* state, int index) {
    push_display(state, index);
    std::string text = printable(lua_tostring(state, -1));
    lua_pop(state, 1);
    return text;
}

bool is_null_field(lua_State* state, int table, int key) {
    if (lua_rawgetp(state, table, &kNullsKey) != LUA_TTABLE) {
        lua_pop(state, 1);
        return false;
    }
    lua_pushvalue(state, key);
    const bool known = lua_rawget(state, -2) != LUA_TNIL;
    lua_pop(state, 2);
    return known;
}

[[noreturn]] void raise_unknown(
    lua_State* state, const std::string& what, const std::vector<std::string>& names
) {
    const std::string key = key_text(state, 2);
    raise(state, what + " '" + key + "'" + did_you_mean(key, names));
}

int read_unknown_field(lua_State* state) {
    if (lua_type(state, 2) != LUA_TSTRING || is_null_field(state, 1, 2)) {
        lua_pushnil(state);
        return 1;
    }
    raise_unknown(state, "unknown field", names_in(state, 1));
}

int write_unknown_field(lua_State* state) {
    if (is_null_field(state, 1, 2)) {
        lua_rawset(state, 1);
        return 0;
    }
    const std::string key = key_text(state, 2);
    raise(
        state,
        "this record came from outside and has no field '" + key + "' to set" +
            did_you_mean(key, names_in(state, 1))
    );
}

int read_unknown_member(lua_State* state) {
    const std::string module = lua_tostring(state, lua_upvalueindex(1));
    raise_unknown(state, module + " has no member", names_in(state, 1));
}

int read_unknown_global(lua_State* state) {
    raise_unknown(state, "unknown name", names_in(state, 1));
}

int read_of_object(lua_State* state) {
    lua_pushvalue(state, 2);
    if (lua_rawget(state, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    if (lua_type(state, 2) != LUA_TSTRING || is_null_field(state, 1, 2)) {
        return 1;
    }
    std::vector<std::string> names = names_in(state, 1);
    for (std::string& name : names_in(state, lua_upvalueindex(1))) {
        names.push_back(std::move(name));
    }
    raise_unknown(state, "unknown field or method", names);
}

int write_frozen(lua_State* state) {
    const std::string key = key_text(state, 2);
    raise(state, "cannot set '" + key + "': this table is shared");
}

int write_global(lua_State* state) {
    const std::string key = key_text(state, 2);
    raise(state, "cannot set the global name '" + key + "': write 'local " + key + "'");
}

int length_of_frozen(lua_State* state) {
    push_view(state, 1);
    lua_pushinteger(state, static_cast<lua_Integer>(lua_rawlen(state, -1)));
    return 1;
}

/// Adds what every locked metatable on top of the stack has.
void lock(lua_State* state, const char* name) {
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_pushstring(state, name);
    lua_setfield(state, -2, "__name");
}

void push_record_law(lua_State* state) {
    if (lua_rawgetp(state, LUA_REGISTRYINDEX, &kRecordLawKey) != LUA_TNIL) {
        return;
    }
    lua_pop(state, 1);
    lua_createtable(state, 0, 4);
    lua_pushcfunction(state, read_unknown_field);
    lua_setfield(state, -2, "__index");
    lua_pushcfunction(state, write_unknown_field);
    lua_setfield(state, -2, "__newindex");
    lock(state, "record");
    lua_pushvalue(state, -1);
    lua_rawsetp(state, LUA_REGISTRYINDEX, &kRecordLawKey);
}

/// Gives the (empty) table at `index` the frozen law over the content on top, which it pops.
void set_frozen_law(lua_State* state, int index, lua_CFunction on_write) {
    lua_createtable(state, 0, 6);
    lua_pushvalue(state, -2);
    lua_setfield(state, -2, "__index");
    lua_pushvalue(state, -2);
    lua_rawsetp(state, -2, &kContentKey);
    lua_pushcfunction(state, on_write);
    lua_setfield(state, -2, "__newindex");
    lua_pushcfunction(state, length_of_frozen);
    lua_setfield(state, -2, "__len");
    lock(state, "table");
    lua_setmetatable(state, index);
    lua_pop(state, 1);
}

void copy_raw(lua_State* state, int from, int to) {
    lua_pushnil(state);
    while (lua_next(state, from) != 0) {
        lua_pushvalue(state, -2);
        lua_insert(state, -2);
        lua_rawset(state, to);
    }
}

void clear_raw(lua_State* state, int table) {
    lua_pushnil(state);
    while (lua_next(state, table) != 0) {
        lua_pop(state, 1);
        lua_pushvalue(state, -1);
        lua_pushnil(state);
        lua_rawset(state, table);
    }
}

bool holds_a_function(lua_State* state, int index) {
    lua_pushnil(state);
    while (lua_next(state, index) != 0) {
        const bool found = lua_type(state, -1) == LUA_TFUNCTION;
        lua_pop(state, found ? 2 : 1);
        if (found) {
            return true;
        }
    }
    return false;
}

void set_member_law(lua_State* state, int content, std::string_view name) {
    lua_createtable(state, 0, 3);
    lua_pushlstring(state, name.data(), name.size());
    lua_pushcclosure(state, read_unknown_member, 1);
    lua_setfield(state, -2, "__index");
    lock(state, "table");
    lua_setmetatable(state, content);
}

}  // namespace

void push_view(lua_State* state, int index) {
    lua_pushvalue(state, index);
    if (lua_getmetatable(state, -1) == 0) {
        return;
    }
    if (lua_rawgetp(state, -1, &kContentKey) == LUA_TTABLE) {
        lua_replace(state, -3);
        lua_pop(state, 1);
        return;
    }
    lua_pop(state, 2);
}

bool is_frozen(lua_State* state, int index) {
    if (lua_getmetatable(state, index) == 0) {
        return false;
    }
    const bool frozen = lua_rawgetp(state, -1, &kContentKey) == LUA_TTABLE;
    lua_pop(state, 2);
    return frozen;
}

void make_record(lua_State* state, const std::vector<std::string_view>& nulls) {
    if (!nulls.empty()) {
        lua_createtable(state, 0, static_cast<int>(nulls.size()));
        for (const std::string_view name : nulls) {
            lua_pushlstring(state, name.data(), name.size());
            lua_pushboolean(state, 1);
            lua_rawset(state, -3);
        }
        lua_rawsetp(state, -2, &kNullsKey);
    }
    push_record_law(state);
    lua_setmetatable(state, -2);
}

void freeze(lua_State* state, int index, Absent absent) {
    const int table = lua_absindex(state, index);
    lua_createtable(state, 0, 0);
    const int content = lua_gettop(state);
    copy_raw(state, table, content);
    clear_raw(state, table);
    if (lua_getmetatable(state, table) != 0) {
        lua_setmetatable(state, content);
    } else if (absent == Absent::error && holds_a_function(state, content)) {
        set_member_law(state, content, "this library table");
    }
    set_frozen_law(state, table, write_frozen);
}

void seal_module(lua_State* state, std::string_view name) {
    set_member_law(state, lua_gettop(state), name);
    lua_createtable(state, 0, 0);
    lua_insert(state, -2);
    set_frozen_law(state, lua_gettop(state) - 1, write_frozen);
}

void seal_environment(lua_State* state) {
    lua_createtable(state, 0, 1);
    lua_pushcfunction(state, read_unknown_global);
    lua_setfield(state, -2, "__index");
    lua_setmetatable(state, -2);
    lua_createtable(state, 0, 0);
    lua_insert(state, -2);
    set_frozen_law(state, lua_gettop(state) - 1, write_global);
}

int make_object(lua_State* state) {
    const Call call(state, "object");
    if (lua_type(state, 1) != LUA_TTABLE) {
        call.wrong(1, "a table of methods");
    }
    lua_settop(state, 3);
    if (lua_isnil(state, 2)) {
        lua_createtable(state, 0, 0);
        lua_replace(state, 2);
    }
    call.own_table(2);
    if (lua_getmetatable(state, 2) != 0) {
        call.error("argument 2 is already a record or an object");
    }
    if (!is_frozen(state, 1)) {
        freeze(state, 1, Absent::error);
    }
    lua_getmetatable(state, 1);
    if (lua_rawgetp(state, -1, &kObjectLawKey) == LUA_TNIL) {
        lua_pop(state, 1);
        lua_createtable(state, 0, 3);
        push_view(state, 1);
        lua_pushcclosure(state, read_of_object, 1);
        lua_setfield(state, -2, "__index");
        lock(state, "object");
        lua_pushvalue(state, -1);
        lua_rawsetp(state, -3, &kObjectLawKey);
    }
    if (lua_istable(state, 3)) {
        call.table(3);
        lua_createtable(state, 0, 0);
        for (lua_Integer i = 1; lua_rawgeti(state, 3, i) != LUA_TNIL; ++i) {
            lua_pushboolean(state, 1);
            lua_rawset(state, -3);
        }
        lua_pop(state, 1);
        lua_rawsetp(state, 2, &kNullsKey);
    }
    lua_setmetatable(state, 2);
    lua_settop(state, 2);
    return 1;
}

}  // namespace sluice::lua
