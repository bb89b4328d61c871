#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lua/box.hpp"
#include "lua/coroutine.hpp"
#include "lua/freeze.hpp"
#include "lua/interpreter.hpp"
#include "lua/vm.hpp"

namespace sluice::lua {

/// A host function with the name that errors show, at an address that its closure keeps.
struct HostEntry {
    std::string name;
    HostFunction function;
};

/// The interpreter's side of one coroutine. `anchor` and `module` are places in its registry.
struct Thread {
    static constexpr int kNowhere = -2;

    lua_State* state = nullptr;  ///< null before the start and after the end
    int anchor = kNowhere;
    int module = kNowhere;  ///< what the file returned
    bool suspended = false;
    Position blamed;
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

    std::expected<Progress, ScriptError> drive(Thread& thread, int arguments);

    // These raise and belong inside a body.
    /// Pushes what the file returns.
    void push_result(lua_State* state, const Program& program);
    void load(lua_State* state, const Program& program);
    void load_frozen(lua_State* state, const Program& program);
    void load_library(lua_State* state, const Program& program, Freezer& freezer);
    void push_module(lua_State* state);
    /// Replaces the module value on top by its member at `path`.
    void pick(lua_State* state, std::string_view path);
    /// The same, which must be a function, with its arguments above it: their number.
    int pick_call(lua_State* state, std::string_view path, std::span<const Value> arguments);
    Value call(lua_State* state, std::string_view path, std::span<const Value> arguments);
    void begin_thread(lua_State* state, Thread& thread);
    void drop_thread(Thread& thread);

    // Addresses that serve as registry keys.
    static inline const char kGlobalsKey = 0;
    static inline const char kEnvironmentKey = 0;
    static inline const char kModuleKey = 0;

    VmSettings settings;
    Box box;
    std::vector<HostEntry> host;
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
    std::expected<Progress, ScriptError> end_thread(Thread& thread, int status, int results);
};

}  // namespace sluice::lua
