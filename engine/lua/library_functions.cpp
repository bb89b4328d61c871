#include "lua/library_functions.hpp"

#include <lua.h>

namespace sluice::lua {

void set_functions(lua_State* state, std::span<const LibraryFunction> functions) {
    for (const LibraryFunction& each : functions) {
        lua_pushcfunction(state, each.function);
        lua_setfield(state, -2, each.name);
    }
}

}  // namespace sluice::lua
