#pragma once

struct lua_State;

namespace sluice::lua {

/// Adds `list` (also as `table`) to the table of globals on top of the stack.
void open_list_library(lua_State* state);

/// list.sort(values, is_before): stable merge sort of at most 10,000 values. A lua_CFunction.
int sort_list(lua_State* state);

}  // namespace sluice::lua
