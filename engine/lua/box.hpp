#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lua/meters.hpp"
#include "lua/program.hpp"

struct lua_State;

namespace sluice::lua {

/// A script's mistake where it happened, noted before the stack is unwound.
struct Mistake {
    Position position;
    std::string message;
};

/// What every function of ours finds from its lua_State: the meters and what went wrong. One a Vm.
struct Box {
    explicit Box(const Limits& limits) : meters(limits, HeapLimit::whole) {}
    explicit Box(const VmSettings& settings) : meters(settings.limits, settings.heap_limit) {}

    Meters meters;
    std::optional<Mistake> mistake;  ///< the first of this activation; it is final
    Position failed_at;              ///< where the last business failure was raised
    Position blamed;                 ///< for mistakes that are found when no script is running
    Value waiting;                   ///< what the suspended script waits with
    std::vector<ProgramPtr> sources;
};

[[nodiscard]] Box& box_of(lua_State* state);

/// Where the innermost script function stands; an empty script name when there is none.
[[nodiscard]] Position position_on(lua_State* state);

/// Ends the script with a mistake of its author at the line that is running.
[[noreturn]] void raise(lua_State* state, std::string_view message);

/// Raises the value on top of the stack as a business failure.
[[noreturn]] void raise_failure(lua_State* state);
[[nodiscard]] bool is_failure(lua_State* state, int index);
/// Replaces the failure on top of the stack by the record it carries.
void unwrap_failure(lua_State* state);

/// Message handler of every protected call: notes the mistake while the stack still stands.
int note_mistake(lua_State* state);
/// The same for a coroutine that ended with an error.
void note_mistake_of(lua_State* coroutine);

}  // namespace sluice::lua
