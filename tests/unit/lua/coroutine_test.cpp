#include "lua/coroutine.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "unit/lua/lua_fixture.hpp"

namespace sluice::lua::testing {
namespace {

/// A coroutine alone in a Vm with the host of with_host(), of `source` as "flow.lua".
std::unique_ptr<Coroutine> given_script(std::string_view source) {
    auto loaded = Coroutine::load(open(with_host()), *program("flow.lua", source));
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().describe());
    return std::move(*loaded);
}

TEST(Coroutine, WaitsAndGoesOnWithWhatItWasGiven) {
    const auto script = given_script(
        "return { run = function(n)\n"
        "  local a = host.wait{ step = n }\n"
        "  local b = host.wait(a.x)\n"
        "  return { a.x, b }\n"
        "end }"
    );
    const std::array arguments{Value(1)};

    EXPECT_EQ(told(script->start("run", arguments)), "waiting {\"step\":1}");
    EXPECT_EQ(script->current_line("flow.lua"), 2);
    EXPECT_EQ(told(script->resume(Value(ValueObject{{"x", 7}}))), "waiting 7");
    EXPECT_EQ(script->current_line("flow.lua"), 3);
    EXPECT_EQ(script->current_line("other.lua"), 0);
    EXPECT_EQ(told(script->resume(Value("b"))), "finished [7,\"b\"]");
}

TEST(Coroutine, WaitsInsideAttempt) {
    const auto script = given_script(
        "return { run = function()\n"
        "  local ok, failure = attempt(function(x)\n"
        "    local got = host.wait(x)\n"
        "    if got == 'bad' then fail{ code = 'refused' } end\n"
        "    return got\n"
        "  end, 5)\n"
        "  return { ok, failure }\n"
        "end }"
    );

    EXPECT_EQ(told(script->start("run", {})), "waiting 5");
    EXPECT_EQ(told(script->resume(Value("good"))), "finished [true,\"good\"]");
    EXPECT_EQ(told(script->start("run", {})), "waiting 5");
    EXPECT_EQ(told(script->resume(Value("bad"))), "finished [false,{\"code\":\"refused\"}]");
}

TEST(Coroutine, KeepsWaitingWhileOtherScriptsOfItsVmFail) {
    const auto script = given_script("return { run = function() return host.wait(1) end }");
    Vm& vm = script->vm();
    EXPECT_EQ(told(script->start("run", {})), "waiting 1");

    ASSERT_TRUE(vm.load(
        *program("other.lua", "return { own = function() fail{ code = 'own' } end, bad = 1 }")
    ));
    EXPECT_FALSE(vm.call("own", {}));
    EXPECT_FALSE(vm.call("bad", {}));
    vm.collect();

    EXPECT_EQ(script->current_line("flow.lua"), 1);
    EXPECT_EQ(told(script->resume(Value(2))), "finished 2");
    EXPECT_EQ(script->current_line("flow.lua"), 0);
}

TEST(Coroutine, TellsAFailureThatNothingCaught) {
    const auto script = given_script(
        "return { run = function() host.fail() end,\n"
        "  own = function() fail{ code = 'own', message = 'mine' } end }"
    );

    EXPECT_EQ(told(script->start("run", {})), "failed {\"code\":\"no_funds\"}");
    EXPECT_EQ(told(script->start("own", {})), "failed {\"code\":\"own\",\"message\":\"mine\"}");
}

TEST(Coroutine, RefusesToWaitInAComparator) {
    const auto script = given_script(
        "return { sort = function()\n"
        "  list.sort({ 1, 2 }, function() host.wait(1) end) end }"
    );

    EXPECT_EQ(
        told(script->start("sort", {})), "error 2: host.wait waits, and nothing can wait here"
    );
}

}  // namespace
}  // namespace sluice::lua::testing
