#include "lua/coroutine.hpp"

#include <lauxlib.h>
#include <utility>

#include <lua.h>

#include "core/invariant.hpp"
#include "lua/marshal.hpp"
#include "lua/vm_state.hpp"

namespace sluice::lua {

Coroutine::Coroutine(std::shared_ptr<Vm> vm)
    : vm_(std::move(vm)), thread_(std::make_unique<Thread>()) {}

Coroutine::~Coroutine() {
    Vm::State& state = *vm_->state_;
    state.drop_thread(*thread_);
    luaL_unref(state.lua.get(), LUA_REGISTRYINDEX, thread_->module);
}

std::expected<std::unique_ptr<Coroutine>, ScriptError> Coroutine::load(
    std::shared_ptr<Vm> vm, const Program& program
) {
    std::unique_ptr<Coroutine> coroutine(new Coroutine(std::move(vm)));
    Vm::State& state = *coroutine->vm_->state_;
    const auto loaded = state.activate([&](lua_State* lua) {
        state.push_result(lua, program);
        coroutine->thread_->module = luaL_ref(lua, LUA_REGISTRYINDEX);
    });
    if (!loaded) {
        return std::unexpected(loaded.error());
    }
    return coroutine;
}

std::expected<Value, ScriptError> Coroutine::get(std::string_view path) {
    Vm::State& state = *vm_->state_;
    Value value;
    const auto done = state.activate([&](lua_State* lua) {
        lua_rawgeti(lua, LUA_REGISTRYINDEX, thread_->module);
        state.pick(lua, path);
        value = read_value(lua, -1, Functions::skip);
    });
    return done ? std::expected<Value, ScriptError>(std::move(value))
                : std::unexpected(done.error());
}

std::expected<Progress, ScriptError> Coroutine::start(
    std::string_view path, std::span<const Value> arguments
) {
    Vm::State& state = *vm_->state_;
    int count = 0;
    const auto ready = state.activate([&](lua_State* lua) {
        state.begin_thread(lua, *thread_);
        lua_rawgeti(lua, LUA_REGISTRYINDEX, thread_->module);
        count = state.pick_call(lua, path, arguments);
        if (lua_checkstack(thread_->state, count + 1) == 0) {
            raise(lua, "too many arguments");
        }
        lua_xmove(lua, thread_->state, count + 1);
    });
    if (!ready) {
        return std::unexpected(ready.error());
    }
    thread_->blamed = state.box.blamed;
    return state.drive(*thread_, count);
}

std::expected<Progress, ScriptError> Coroutine::resume(const Value& value) {
    SLUICE_INVARIANT(thread_->suspended);
    Vm::State& state = *vm_->state_;
    const auto ready = state.activate([&](lua_State* lua) {
        push_value(lua, value);
        lua_xmove(lua, thread_->state, 1);
    });
    if (!ready) {
        return std::unexpected(ready.error());
    }
    return state.drive(*thread_, 1);
}

int Coroutine::current_line(std::string_view script) const {
    lua_State* thread = thread_->state;
    lua_Debug frame{};
    for (int level = 0; thread != nullptr && lua_getstack(thread, level, &frame) != 0; ++level) {
        lua_getinfo(thread, "Sl", &frame);
        if (frame.currentline > 0 && script == frame.source + 1) {
            return frame.currentline;
        }
    }
    return 0;
}

}  // namespace sluice::lua
