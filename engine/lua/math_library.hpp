#pragma once

struct lua_State;

namespace sluice::lua {

/// Adds `math` to the table of globals on top of the stack: only what gives the same result on
/// every processor.
void open_math_library(lua_State* state);

}  // namespace sluice::lua
