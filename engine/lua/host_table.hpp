#pragma once

struct lua_State;

namespace sluice::lua {

struct HostEntry;

/// Pushes the script's side of a host function; `entry` must outlive the interpreter.
void push_host_function(lua_State* state, const HostEntry& entry);

}  // namespace sluice::lua
