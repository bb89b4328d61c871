#include "lua/vm_state.hpp"

#include <algorithm>
#include <lauxlib.h>
#include <utility>

#include <lua.h>

#include "lua/call.hpp"
#include "lua/constants.hpp"
#include "lua/diagnosis.hpp"
#include "lua/host_table.hpp"
#include "lua/libraries.hpp"
#include "lua/marshal.hpp"
#include "lua/program.hpp"
#include "lua/tables.hpp"

namespace sluice::lua {
namespace {

// An address that serves as a registry key.
const char kResultKey = 0;
constexpr int kStackForHost = 20;
/// Between two calls little lives: what calls leave is collected when the heap has grown so much.
constexpr int kGrownPercent = 400;

/// Moves the value on top to where take_kept() finds it. Runs outside of protected calls, so it
/// must not allocate: the holder and its one place exist since open_globals().
void keep(lua_State* state) {
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kResultKey);
    lua_insert(state, -2);
    lua_rawseti(state, -2, 1);
    lua_pop(state, 1);
}

void take_kept(lua_State* state) {
    lua_rawgetp(state, LUA_REGISTRYINDEX, &kResultKey);
    lua_rawgeti(state, -1, 1);
    lua_pushnil(state);
    lua_rawseti(state, -3, 1);
    lua_remove(state, -2);
}

Value read_failure(lua_State* state) {
    unwrap_failure(state);
    return read_value(state, -1, Functions::skip);
}

}  // namespace

Vm::State::State(VmSettings given) : settings(std::move(given)), box(settings) {}

std::expected<void, ScriptError> Vm::State::open() {
    lua = open_interpreter(box);
    if (!lua) {
        return std::unexpected(ScriptError{
            Outcome::aborted, "", 0, "the memory limit is too small for an interpreter", {}, {}
        });
    }
    const auto opened = activate([this](lua_State* state) { open_globals(state); });
    if (!opened) {
        return opened;
    }
    Freezer freezer(box.sources, Absent::error);
    for (const ProgramPtr& library : settings.libraries) {
        if (auto good = check_keeps_nothing(*library); !good) {
            return good;
        }
        const auto loaded =
            activate([&](lua_State* state) { load_library(state, *library, freezer); });
        if (!loaded) {
            return loaded;
        }
    }
    if (!settings.constants.empty()) {
        const auto made =
            activate([&](lua_State* state) { make_constants(state, settings.constants, freezer); });
        if (!made) {
            return made;
        }
    }
    if (settings.collecting == Collecting::when_told) {
        lua_gc(lua.get(), LUA_GCSTOP);
    } else {
        lua_gc(lua.get(), LUA_GCINC, kGrownPercent, 0, 0);
    }
    return {};
}

void Vm::State::open_globals(lua_State* state) {
    lua_createtable(state, 1, 0);
    lua_rawsetp(state, LUA_REGISTRYINDEX, &kResultKey);
    lua_createtable(state, 0, 64);
    open_libraries(state);
    for (const HostTable& table : settings.host) {
        for (const auto& [name, function] : table.functions) {
            host.push_back({table.name + "." + name, function});
        }
    }
    std::size_t next = 0;
    for (const HostTable& table : settings.host) {
        lua_createtable(state, 0, static_cast<int>(table.functions.size()));
        for (const auto& [name, function] : table.functions) {
            push_host_function(state, host[next++]);
            lua_setfield(state, -2, name.c_str());
        }
        seal_module(state, table.name);
        lua_setfield(state, -2, table.name.c_str());
    }
    lua_pushvalue(state, -1);
    lua_rawsetp(state, LUA_REGISTRYINDEX, &kGlobalsKey);
    seal_environment(state);
    lua_rawsetp(state, LUA_REGISTRYINDEX, &kEnvironmentKey);
}

void Vm::State::pick(lua_State* state, std::string_view path) {
    while (!path.empty()) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        if (lua_type(state, -1) != LUA_TTABLE) {
            lua_pushnil(state);
            return;
        }
        push_view(state, -1);
        const std::string_view name = path.substr(0, dot);
        lua_pushlstring(state, name.data(), name.size());
        lua_rawget(state, -2);
        lua_replace(state, -3);
        lua_pop(state, 1);
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
}

int Vm::State::pick_call(
    lua_State* state, std::string_view path, std::span<const Value> arguments
) {
    pick(state, path);
    if (lua_type(state, -1) != LUA_TFUNCTION) {
        raise(
            state,
            path.empty() ? "the script must return a function"
                         : "'" + std::string(path) + "' must be a function of this script"
        );
    }
    lua_Debug callee{};
    lua_pushvalue(state, -1);
    lua_getinfo(state, ">S", &callee);
    box.blamed = {callee.source + 1, std::max(callee.linedefined, 0)};
    const auto constants = static_cast<int>(settings.constants.size());
    const auto count = static_cast<int>(arguments.size()) + constants;
    if (lua_checkstack(state, count + kStackForHost) == 0) {
        raise(state, "too many arguments");
    }
    for (const Value& argument : arguments) {
        push_value(state, argument);
    }
    push_constants(state, constants);
    return count;
}

Value Vm::State::call(lua_State* state, std::string_view path, std::span<const Value> arguments) {
    push_module(state);
    const int count = pick_call(state, path, arguments);
    lua_call(state, count, 1);
    return read_value(state, -1, Functions::refuse);
}

void Vm::State::begin_thread(lua_State* state, Thread& thread) {
    drop_thread(thread);
    lua_State* fresh = lua_newthread(state);
    thread.anchor = luaL_ref(state, LUA_REGISTRYINDEX);
    thread.state = fresh;
}

void Vm::State::drop_thread(Thread& thread) {
    luaL_unref(lua.get(), LUA_REGISTRYINDEX, std::exchange(thread.anchor, Thread::kNowhere));
    thread.state = nullptr;
    thread.suspended = false;
}

std::expected<Progress, ScriptError> Vm::State::drive(Thread& thread, int arguments) {
    box.blamed = thread.blamed;
    box.meters.begin(thread.state);
    int results = 0;
    const int status = lua_resume(thread.state, lua.get(), arguments, &results);
    thread.suspended = status == LUA_YIELD;
    if (!thread.suspended) {
        return end_thread(thread, status, results);
    }
    box.meters.end();
    lua_pop(thread.state, results);
    return Progress{Progress::Kind::waiting, std::exchange(box.waiting, Value())};
}

std::expected<Progress, ScriptError> Vm::State::end_thread(
    Thread& thread, int status, int results
) {
    lua_State* const ended = std::exchange(thread.state, nullptr);
    Progress progress;
    if (status != LUA_OK) {
        if (status != LUA_ERRMEM) {
            note_mistake_of(ended);
        }
        const bool failed = status == LUA_ERRRUN && is_failure(ended, -1) && !box.mistake &&
                            !box.meters.is_killed();
        lua_xmove(ended, lua.get(), 1);
        if (!failed) {
            ScriptError error = take_error(status);
            lua_settop(lua.get(), 0);
            return std::unexpected(std::move(error));
        }
        progress.kind = Progress::Kind::failed;
        box.blamed = box.failed_at;
    } else if (results > 0) {
        lua_settop(ended, lua_gettop(ended) - results + 1);
        lua_xmove(ended, lua.get(), 1);
    } else {
        lua_pushnil(lua.get());
    }
    keep(lua.get());
    auto read = [&progress](lua_State* state) {
        take_kept(state);
        progress.value = progress.kind == Progress::Kind::failed
                             ? read_failure(state)
                             : read_value(state, -1, Functions::refuse);
    };
    const auto done = protect(read);
    return done ? std::expected<Progress, ScriptError>(std::move(progress))
                : std::unexpected(done.error());
}

void* Vm::State::argument_of(lua_State* state) {
    void* argument = lua_touserdata(state, 1);
    lua_settop(state, 0);
    return argument;
}

std::expected<void, ScriptError> Vm::State::protect_raw(Entry* run, void* body) {
    lua_State* state = lua.get();
    const int base = lua_gettop(state);
    lua_pushcfunction(state, note_mistake);
    lua_pushcfunction(state, run);
    lua_pushlightuserdata(state, body);
    const int status = lua_pcall(state, 1, 0, base + 1);
    if (status == LUA_OK) {
        lua_settop(state, base);
        box.meters.end();
        return {};
    }
    ScriptError error = take_error(status);
    lua_settop(state, base);
    return std::unexpected(std::move(error));
}

ScriptError Vm::State::take_error(int status) {
    if (status == LUA_ERRMEM) {
        box.meters.blame_memory();
    }
    box.meters.end();
    if (box.meters.is_killed()) {
        return killed_error();
    }
    ScriptError error;
    if (box.mistake) {
        error.message = box.mistake->message;
        explain(error, box.mistake->position);
        return error;
    }
    if (is_failure(lua.get(), -1)) {
        return failure_error();
    }
    error.message = lua_type(lua.get(), -1) == LUA_TSTRING
                        ? in_plain_words(lua_tostring(lua.get(), -1), 0)
                        : "an error that could not be described";
    explain(error, box.blamed);
    return error;
}

ScriptError Vm::State::killed_error() const {
    ScriptError error;
    error.outcome = Outcome::aborted;
    error.message = box.meters.describe();
    explain(error, box.meters.killed_at().line > 0 ? box.meters.killed_at() : box.blamed);
    return error;
}

ScriptError Vm::State::failure_error() {
    ScriptError error;
    const Position position = box.failed_at;
    box.blamed = position;
    keep(lua.get());
    auto read = [&error](lua_State* state) {
        take_kept(state);
        error.failure = read_failure(state);
    };
    box.meters.begin(lua.get());
    const auto done = protect(read);
    if (!done) {
        return done.error();
    }
    error.message = "failed with '" + printable(error.failure.text_or_empty("code")) + "'";
    if (const auto text = error.failure.text_or_empty("message"); !text.empty()) {
        error.message += ": " + printable(text);
    }
    explain(error, position);
    return error;
}

void Vm::State::explain(ScriptError& error, const Position& position) const {
    error.script = position.script;
    error.line = position.line;
    for (const ProgramPtr& program : box.sources) {
        if (program->name == position.script) {
            error.excerpt = excerpt_of(program->source, position.line);
        }
    }
}

}  // namespace sluice::lua
