#pragma once

#include <string>

#include "core/money.hpp"

struct lua_State;

namespace sluice::lua {

void push_money(lua_State* state, Money money);
/// The value at `index` must be money: the only userdata that a script can hold.
[[nodiscard]] Money money_at(lua_State* state, int index);
/// "12.34 CNY".
[[nodiscard]] std::string display_of(Money money);

/// Adds `money` to the table of globals on top of the stack.
void open_money_library(lua_State* state);

}  // namespace sluice::lua
