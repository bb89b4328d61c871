#pragma once

#include <string>
#include <string_view>
#include <vector>

struct lua_State;

namespace sluice::lua {

/// Tables with laws. Three kinds have a locked metatable:
/// - frozen: an empty table that reads from its content elsewhere and refuses every write;
/// - record: came from outside; reading or adding a field it does not have is an error;
/// - object: fields of the script plus frozen methods; reading what neither has is an error.

/// Pushes the table that holds the content of the table at `index`: itself unless frozen.
void push_view(lua_State* state, int index);
[[nodiscard]] bool is_frozen(lua_State* state, int index);

/// Sets the record law on the table on top of the stack. `nulls`: names that read as nil.
void make_record(lua_State* state, const std::vector<std::string_view>& nulls);

/// What reading a member gives that a frozen table with functions has not.
enum class Absent { error, nil };
/// Freezes the table at `index` in place, its metatable going to the content.
void freeze(lua_State* state, int index, Absent absent);

/// Replaces the table on top by a frozen table named `name` whose unknown members are errors.
void seal_module(lua_State* state, std::string_view name);

/// object(methods, fields, optional): see the library text. A lua_CFunction.
int make_object(lua_State* state);

/// Pushes an environment over the table of globals on top of the stack and replaces it. Unknown
/// names and assignments are errors.
void seal_environment(lua_State* state);

}  // namespace sluice::lua
