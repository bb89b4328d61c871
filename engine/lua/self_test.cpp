#include <array>
#include <clocale>
#include <lauxlib.h>
#include <string>
#include <string_view>

#include <lua.h>

#include "core/hash.hpp"
#include "lua/box.hpp"
#include "lua/gate.hpp"
#include "lua/interpreter.hpp"
#include "lua/vm.hpp"

namespace sluice::lua {
namespace {

/// The order in which a raw table gives these names depends on the seed and on nothing else.
constexpr int kProbeNames = 40;
constexpr std::string_view kExpectedOrder = "a0d144b8ce2a231aebff4ceb3ee8151f";

/// A construct that some interpreters compile wrongly, and what it must give.
struct Miscompilation {
    std::string_view name;
    std::string_view source;
    lua_Integer expected;
};

constexpr std::array kMiscompilations{
    Miscompilation{
        "comparison as index",
        "local fee = {[true] = 7, [false] = 9}\n"
        "return (function(a, b) return fee[a < b] end)(1, 2)",
        7
    },
    Miscompilation{"'^'", "return 2 ^ 10", 1024},
    Miscompilation{"bit operators", "return 1 ~ (2 | 3)", 2},
};

int probe_order(lua_State* state) {
    lua_createtable(state, 0, kProbeNames);
    for (int i = 0; i < kProbeNames; ++i) {
        const std::string name = "name_" + std::to_string(i);
        lua_pushlstring(state, name.data(), name.size());
        lua_pushinteger(state, i);
        lua_rawset(state, -3);
    }
    std::string order;
    lua_pushnil(state);
    while (lua_next(state, -2) != 0) {
        order += std::to_string(lua_tointeger(state, -1)) + " ";
        lua_pop(state, 1);
    }
    const std::string hash = to_hex(hash128(order));
    lua_pushlstring(state, hash.data(), hash.size());
    return 1;
}

std::expected<void, std::string> test_seed() {
    Box box(Limits{});
    const Interpreter interpreter = open_interpreter(box);
    if (!interpreter) {
        return std::unexpected("no Lua interpreter could be opened");
    }
    lua_State* state = interpreter.get();
    lua_pushcfunction(state, probe_order);
    if (lua_pcall(state, 0, 1, 0) != LUA_OK) {
        return std::unexpected("the probe of Lua's hash seed failed");
    }
    const std::string_view order = lua_tostring(state, -1);
    if (order != kExpectedOrder) {
        return std::unexpected(
            "Lua's hash seed is not the fixed one (order " + std::string(order) + ", expected " +
            std::string(kExpectedOrder) + "): scripts could differ between nodes"
        );
    }
    return {};
}

std::expected<void, std::string> test_locale() {
    for (const int category : {LC_COLLATE, LC_NUMERIC, LC_CTYPE}) {
        const std::string_view name = std::setlocale(category, nullptr);
        if (name != "C" && name != "POSIX") {
            return std::unexpected(
                "the process runs in locale " + std::string(name) + ", scripts need C"
            );
        }
    }
    return {};
}

/// Whether this interpreter runs `probe` as the language says.
bool runs_correctly(const Miscompilation& probe) {
    Box box(Limits{});
    const Interpreter interpreter = open_interpreter(box);
    lua_State* state = interpreter.get();
    const std::string_view source = probe.source;
    const bool ran =
        state != nullptr &&
        luaL_loadbufferx(state, source.data(), source.size(), "=probe", "t") == LUA_OK &&
        lua_pcall(state, 0, 1, 0) == LUA_OK;
    return ran && lua_tointeger(state, -1) == probe.expected;
}

/// An interpreter may have such a fault as long as the gate keeps scripts away from it.
std::expected<void, std::string> test_miscompilations() {
    for (const Miscompilation& probe : kMiscompilations) {
        if (pass_gate(probe.source) && !runs_correctly(probe)) {
            return std::unexpected(
                "this Lua interpreter computes " + std::string(probe.name) +
                " wrongly and the gate lets it pass"
            );
        }
    }
    return {};
}

}  // namespace

std::expected<void, std::string> self_test() {
    for (const auto& test : {test_locale, test_seed, test_miscompilations}) {
        if (auto result = test(); !result) {
            return result;
        }
    }
    return {};
}

}  // namespace sluice::lua
