#pragma once

struct lua_State;

namespace sluice::lua {

/// Fills the table of globals on top of the stack with everything a script may use, and gives texts
/// their methods.
void open_libraries(lua_State* state);

}  // namespace sluice::lua
