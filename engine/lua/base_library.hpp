#pragma once

struct lua_State;

namespace sluice::lua {

/// Adds to the table of globals on top of the stack: pairs, ipairs, tostring, tonumber, type,
/// select, fail, mistake, attempt, object.
void open_base_library(lua_State* state);

}  // namespace sluice::lua
