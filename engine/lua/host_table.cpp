#include "lua/host_table.hpp"

#include <utility>
#include <vector>

#include <lua.h>

#include "lua/box.hpp"
#include "lua/marshal.hpp"
#include "lua/vm_state.hpp"

namespace sluice::lua {
namespace {

constexpr std::int64_t kWorkACall = 20;

HostReply ask_host(lua_State* state, const HostEntry& entry) {
    const int count = lua_gettop(state);
    std::vector<Value> arguments;
    arguments.reserve(static_cast<std::size_t>(count));
    for (int i = 1; i <= count; ++i) {
        arguments.push_back(read_value(state, i, Functions::refuse));
    }
    return entry.function(arguments);
}

/// What the host answered is on top of the stack; false: the script is to wait.
bool take_reply(lua_State* state, const HostEntry& entry) {
    HostReply reply = ask_host(state, entry);
    switch (reply.kind) {
        case HostReply::Kind::value:
            push_value(state, reply.value);
            return true;
        case HostReply::Kind::failure:
            push_value(state, reply.value);
            raise_failure(state);
        case HostReply::Kind::error:
            raise(state, reply.message);
        case HostReply::Kind::wait:
            break;
    }
    if (lua_isyieldable(state) == 0) {
        raise(state, entry.name + " waits, and nothing can wait here");
    }
    box_of(state).waiting = std::move(reply.value);
    return false;
}

/// Owns nothing: a yield is thrown through it, and a frame to clean up costs as much again.
int call_host(lua_State* state) {
    const void* address = lua_touserdata(state, lua_upvalueindex(1));
    const auto& entry = *static_cast<const HostEntry*>(address);
    box_of(state).meters.charge(state, kWorkACall);
    return take_reply(state, entry) ? 1 : lua_yield(state, 0);
}

}  // namespace

void push_host_function(lua_State* state, const HostEntry& entry) {
    lua_pushlightuserdata(state, const_cast<HostEntry*>(&entry));
    lua_pushcclosure(state, call_host, 1);
}

}  // namespace sluice::lua
