#pragma once

struct lua_State;

namespace sluice::lua {

/// Adds `text` (also as `string`) to the table of globals on top of the stack, and makes texts find
/// its functions as methods.
void open_text_library(lua_State* state);

/// Adds find, match, gmatch and gsub to the table on top of the stack.
void add_pattern_functions(lua_State* state);
/// Adds format to the table on top of the stack.
void add_format_function(lua_State* state);

}  // namespace sluice::lua
