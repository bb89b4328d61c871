#pragma once

#include <span>

#include "core/value.hpp"

struct lua_State;

namespace sluice::lua {

class Freezer;

/// Makes the values that every called function gets, once and frozen. Raises.
void make_constants(lua_State* state, std::span<const Value> constants, Freezer& freezer);

/// Pushes the first `count` of them.
void push_constants(lua_State* state, int count);

}  // namespace sluice::lua
