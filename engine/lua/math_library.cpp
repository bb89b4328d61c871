#include "lua/math_library.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <lua.h>

#include "lua/call.hpp"
#include "lua/library_functions.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

void check_number(lua_State* state, const Call& call, int index) {
    if (lua_type(state, index) != LUA_TNUMBER) {
        call.wrong(index, "a number");
    }
}

int to_whole(lua_State* state, const Call& call, double (*round)(double)) {
    check_number(state, call, 1);
    lua_settop(state, 1);
    if (lua_isinteger(state, 1) != 0) {
        return 1;
    }
    const double rounded = round(lua_tonumber(state, 1));
    if (!(rounded >= -0x1p63 && rounded < 0x1p63)) {
        call.error("the number does not fit a whole number");
    }
    lua_pushinteger(state, static_cast<lua_Integer>(rounded));
    return 1;
}

int floor(lua_State* state) { return to_whole(state, {state, "math.floor"}, std::floor); }
int ceil(lua_State* state) { return to_whole(state, {state, "math.ceil"}, std::ceil); }

int absolute(lua_State* state) {
    const Call call(state, "math.abs");
    check_number(state, call, 1);
    if (lua_isinteger(state, 1) == 0) {
        lua_pushnumber(state, std::fabs(lua_tonumber(state, 1)));
        return 1;
    }
    const lua_Integer number = lua_tointeger(state, 1);
    if (number == std::numeric_limits<lua_Integer>::min()) {
        call.error("the smallest whole number has no positive counterpart");
    }
    lua_pushinteger(state, number < 0 ? -number : number);
    return 1;
}

/// Numbers with numbers or money with money, whatever `<` can compare.
int extreme(lua_State* state, const Call& call, bool largest) {
    const int count = call.count();
    if (count == 0) {
        call.wrong(1, "a number or money");
    }
    int best = 1;
    for (int i = 1; i <= count; ++i) {
        if (lua_type(state, i) != LUA_TUSERDATA) {
            check_number(state, call, i);
        }
        const int low = largest ? best : i;
        const int high = largest ? i : best;
        if (i != best && lua_compare(state, low, high, LUA_OPLT) != 0) {
            best = i;
        }
    }
    lua_pushvalue(state, best);
    return 1;
}

int minimum(lua_State* state) { return extreme(state, {state, "math.min"}, false); }
int maximum(lua_State* state) { return extreme(state, {state, "math.max"}, true); }

int to_integer(lua_State* state) {
    if (lua_type(state, 1) != LUA_TNUMBER) {
        lua_pushnil(state);
        return 1;
    }
    int exact = 0;
    const lua_Integer number = lua_tointegerx(state, 1, &exact);
    if (exact != 0) {
        lua_pushinteger(state, number);
    } else {
        lua_pushnil(state);
    }
    return 1;
}

int number_type(lua_State* state) {
    if (lua_type(state, 1) != LUA_TNUMBER) {
        lua_pushnil(state);
        return 1;
    }
    lua_pushstring(state, lua_isinteger(state, 1) != 0 ? "integer" : "float");
    return 1;
}

constexpr std::array<LibraryFunction, 7> kMathFunctions{{
    {"floor", floor},
    {"ceil", ceil},
    {"abs", absolute},
    {"min", minimum},
    {"max", maximum},
    {"tointeger", to_integer},
    {"type", number_type},
}};

}  // namespace

void open_math_library(lua_State* state) {
    lua_createtable(state, 0, 9);
    set_functions(state, kMathFunctions);
    lua_pushinteger(state, std::numeric_limits<lua_Integer>::max());
    lua_setfield(state, -2, "maxinteger");
    lua_pushinteger(state, std::numeric_limits<lua_Integer>::min());
    lua_setfield(state, -2, "mininteger");
    seal_module(state, "math");
    lua_setfield(state, -2, "math");
}

}  // namespace sluice::lua
