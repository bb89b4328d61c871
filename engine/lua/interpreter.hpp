#pragma once

#include <memory>

struct lua_State;

namespace sluice::lua {

struct Box;

struct CloseInterpreter {
    void operator()(lua_State* state) const;
};
using Interpreter = std::unique_ptr<lua_State, CloseInterpreter>;

/// A bare interpreter without any library whose memory is counted by `box`, which must outlive it.
/// Null when the heap limit is too small for it.
[[nodiscard]] Interpreter open_interpreter(Box& box);

}  // namespace sluice::lua
