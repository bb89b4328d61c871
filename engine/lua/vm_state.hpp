#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lua/box.hpp"
#include "lua/interpreter.hpp"
#include "lua/vm.hpp"

namespace sluice::lua {

/// A host function with the name that errors show, at an address that its closure keeps.
struct HostEntry {
    std::string name;
    HostFunction function;
};

/// What a Vm holds. The public functions of Vm are thin over this; every entry into the interpreter
/// goes through protect(), so no error leaves it.
class Vm::State {
  public:
    explicit State(VmSettings settings);

    std::expected<void, ScriptError> open();

    /// Runs `body(lua_State*)` with fresh meters; whatever it raises is the error.
    template <class Body>
    std::expected<void, ScriptError> activate(Body&& body) {
        box.mistake.reset();
        box.meters.begin(lua.get());
        return protect(body);
    }

    /// The same within a running activation.
    template <class Body>
    std::expected<void, ScriptError> protect(Body& body) {
        Entry* const run = [](lua_State* state) { return run_body<Body>(state); };
        return protect_raw(run, &body);
    }

    std::expected<Progress, ScriptError> drive(int arguments);

    // These raise and belong inside a body.
    void push_main(lua_State* state, const Program& program);
    void run_main(lua_State* state, const Program& program);
    void load_library(lua_State* state, const Program& program);
    void push_path(lua_State* state, std::string_view path);
    int push_call(lua_State* state, std::string_view path, std::span<const Value> arguments);
    Value call(lua_State* state, std::string_view path, std::span<const Value> arguments);
    lua_State* begin_coroutine(lua_State* state);

    VmSettings settings;
    Box box;
    std::vector<HostEntry> host;
    lua_State* coroutine = nullptr;
    bool suspended = false;
    // Last, so that it closes first: closing frees through the meters of the box.
    Interpreter lua;

  private:
    using Entry = int(lua_State*);

    template <class Body>
    static int run_body(lua_State* state) {
        (*static_cast<Body*>(argument_of(state)))(state);
        return 0;
    }

    static void* argument_of(lua_State* state);
    std::expected<void, ScriptError> protect_raw(Entry* run, void* body);
    ScriptError take_error(int status);
    ScriptError killed_error() const;
    ScriptError failure_error();
    void explain(ScriptError& error, const Position& position) const;
    void open_globals(lua_State* state);
    void make_constants(lua_State* state);
};

}  // namespace sluice::lua
