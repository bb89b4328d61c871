#pragma once

#include <span>

struct lua_State;

namespace sluice::lua {

/// A function of ours and the name that scripts call it by.
struct LibraryFunction {
    const char* name;
    int (*function)(lua_State* state);
};

/// Sets them as members of the table on top of the stack.
void set_functions(lua_State* state, std::span<const LibraryFunction> functions);

}  // namespace sluice::lua
