#include "lua/vm.hpp"

#include <utility>

#include <lua.h>

#include "core/invariant.hpp"
#include "lua/marshal.hpp"
#include "lua/program.hpp"
#include "lua/vm_state.hpp"

namespace sluice::lua {

Vm::Vm(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vm::~Vm() = default;

std::expected<std::unique_ptr<Vm>, ScriptError> Vm::create(VmSettings settings) {
    auto state = std::make_unique<State>(std::move(settings));
    auto opened = state->open();
    if (!opened) {
        return std::unexpected(std::move(opened).error());
    }
    return std::make_unique<Vm>(std::move(state));
}

std::expected<void, ScriptError> Vm::load(const Program& program) {
    return state_->activate([&](lua_State* lua) { state_->load(lua, program); });
}

std::expected<void, ScriptError> Vm::load_frozen(const Program& program) {
    if (auto good = check_keeps_nothing(program); !good) {
        return good;
    }
    return state_->activate([&](lua_State* lua) { state_->load_frozen(lua, program); });
}

std::expected<Value, ScriptError> Vm::get(std::string_view path) {
    Value value;
    const auto done = state_->activate([&](lua_State* lua) {
        state_->push_module(lua);
        state_->pick(lua, path);
        value = read_value(lua, -1, Functions::skip);
    });
    return done ? std::expected<Value, ScriptError>(std::move(value))
                : std::unexpected(done.error());
}

bool Vm::is_function(std::string_view path) {
    bool found = false;
    const auto done = state_->activate([&](lua_State* lua) {
        state_->push_module(lua);
        state_->pick(lua, path);
        found = lua_type(lua, -1) == LUA_TFUNCTION;
    });
    return done && found;
}

std::expected<Value, ScriptError> Vm::call(
    std::string_view path, std::span<const Value> arguments
) {
    Value value;
    const auto done =
        state_->activate([&](lua_State* lua) { value = state_->call(lua, path, arguments); });
    return done ? std::expected<Value, ScriptError>(std::move(value))
                : std::unexpected(done.error());
}

std::expected<Value, ScriptError> Vm::call_frozen(
    const Program& program, std::string_view path, std::span<const Value> arguments
) {
    if (auto good = check_keeps_nothing(program); !good) {
        return std::unexpected(std::move(good).error());
    }
    Value value;
    const auto done = state_->activate([&](lua_State* lua) {
        state_->load_frozen(lua, program);
        value = state_->call(lua, path, arguments);
    });
    return done ? std::expected<Value, ScriptError>(std::move(value))
                : std::unexpected(done.error());
}

bool Vm::is_usable() const { return !state_->box.meters.is_killed(); }

std::size_t Vm::memory_bytes() const { return state_->box.meters.heap_bytes(); }

void Vm::collect() { lua_gc(state_->lua.get(), LUA_GCCOLLECT, 0); }

}  // namespace sluice::lua
