#pragma once

#include "core/value.hpp"

struct lua_State;

namespace sluice::lua {

/// What becomes of functions inside a value that leaves a script.
enum class Functions { refuse, skip };

/// Pushes a copy. Records get the record law (unknown field = error; a null member reads as nil).
/// Raises for a null inside a list and for a depth over 32.
void push_value(lua_State* state, const Value& value);

/// A plain copy of the value at `index`: depth 32, 10,000 nodes, no cycles, finite numbers, UTF-8
/// without NUL. A table with positions 1..n is a list, one with texts as keys a record with sorted
/// members, an empty table an empty list. Raises with the path of what cannot leave.
Value read_value(lua_State* state, int index, Functions functions);

}  // namespace sluice::lua
