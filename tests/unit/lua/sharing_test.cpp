// Scripts that share an interpreter cannot tell each other anything, and a library cannot carry it.
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/lua/lua_fixture.hpp"

namespace sluice::lua::testing {
namespace {

VmSettings shared_with(std::string_view library) {
    VmSettings settings = with_host();
    settings.libraries = {program("lib.lua", library)};
    settings.heap_limit = HeapLimit::growth;
    settings.collecting = Collecting::when_told;
    return settings;
}

std::unique_ptr<Coroutine> enter(const std::shared_ptr<Vm>& vm, std::string_view source) {
    auto loaded = Coroutine::load(vm, *program("flow.lua", source));
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().describe());
    return std::move(*loaded);
}

/// What a script of one line does after another one, in the same interpreter, did `first`.
std::string after(std::string_view library, std::string_view first, std::string_view then) {
    const std::shared_ptr<Vm> vm = open(shared_with(library));
    const auto run = [&vm](std::string_view line) {
        const std::string source = "return { run = function() " + std::string(line) + " end }";
        return told(enter(vm, source)->start("run", {}));
    };
    (void)run(first);
    return run(then);
}

/// Why the library is not let in; empty when it is.
std::string refusal_of(std::string_view library) {
    auto settings = shared_with(library);
    settings.limits.wall = std::chrono::milliseconds(2000);
    const auto vm = Vm::create(std::move(settings));
    return vm ? "" : vm.error().describe();
}

constexpr std::string_view kLeak = ": it would leak from one run into another";

TEST(Sharing, GivesEachScriptItsOwnFileLevelLocals) {
    const std::shared_ptr<Vm> vm = open(shared_with("return {}"));
    const auto script = program(
        "flow.lua",
        "local n, seen = 0, {}\n"
        "local function count() n = n + 1 list.insert(seen, n) return { n, #seen } end\n"
        "return { run = function() host.wait(count()) host.wait(count()) return count() end }"
    );
    const auto a = Coroutine::load(vm, *script).value();
    const auto b = Coroutine::load(vm, *script).value();

    EXPECT_EQ(told(a->start("run", {})), "waiting [1,1]");
    EXPECT_EQ(told(a->resume({})), "waiting [2,2]");
    EXPECT_EQ(told(b->start("run", {})), "waiting [1,1]");
    EXPECT_EQ(told(a->resume({})), "finished [3,3]");
    EXPECT_EQ(told(b->resume({})), "waiting [2,2]");
}

TEST(Sharing, KeepsNothingThatAScriptWritesIntoWhatLibrariesReach) {
    constexpr std::string_view kFrozen = ": this table is shared";
    const std::vector<std::pair<std::string, std::string>> attempts{
        {"local kept = {} return { put = function(v) kept.v = v end }", "cannot set 'v'"},
        {"local kept = { deep = { {} } } return { put = function(v) kept.deep[1].v = v end }",
         "cannot set 'v'"},
        // Methods of an object that was made while the file ran, and a table among them.
        {"local m = { cache = {} } local o = object(m, {})\n"
         "return { put = function(v) o.cache.v = v end }",
         "cannot set 'v'"},
        {"local o = object({ set = function(self, v) self.v = v end }, { v = 1 })\n"
         "return { put = function(v) o:set(v) end }",
         "cannot set 'v'"},
        {"local o = object({}, { v = 1 }) return { put = function(v) o.v = v end }",
         "cannot set 'v'"},
        // A record of a failure, an answer of the host, a table that is a key.
        {"local ok, f = attempt(fail, { code = 'c', seen = {} })\n"
         "return { put = function(v) f.seen.v = v end }",
         "cannot set 'v'"},
        {"local r = host.echo({ list = { 1 } }) return { put = function(v) r.list.v = v end }",
         "cannot set 'v'"},
        {"local k = {} local t = { [k] = 1 } return { put = function(v) k.v = v end, t = t }",
         "cannot set 'v'"},
        // Through the host's own table and those of Lua.
        {"local h = host return { put = function(v) h.v = v end }", "cannot set 'v'"},
        {"local l = list return { put = function(v) l.insert = v end }", "cannot set 'insert'"},
    };
    for (const auto& [library, why] : attempts) {
        const auto said = after(library, "put(1)", "put(2)");
        EXPECT_NE(said.find(why + std::string(kFrozen)), std::string::npos) << library << "\n"
                                                                            << said;
    }
}

TEST(Sharing, RefusesLibrariesWhoseFunctionsKeepWhatTheyAssign) {
    EXPECT_EQ(
        refusal_of("local function counter()\n  local n = 0\n"
                   "  return function()\n    n = n + 1\n    return n\n  end\nend\n"
                   "return { count = counter() }"),
        "lib.lua, line 3: this function stays and keeps 'n', which a function assigns" +
            std::string(kLeak)
    );
    // Kept by a method, by a function that another function keeps, by one that only reads it.
    for (const std::string_view keep : {
             "return { o = object({ m = make() }, {}) }",
             "local f = make() return { g = function() return f() end }",
             "local f = make() return { g = function() return function() return f() end end }",
             "return { deep = { { make() } } }",
             "return { keys = { [make()] = true } }",
         }) {
        const auto why = refusal_of(
            "local function make() local n = 0 return function() n = n + 1 return n end end\n" +
            std::string(keep)
        );
        EXPECT_NE(why.find(kLeak), std::string::npos) << keep << "\n" << why;
    }
}

TEST(Sharing, AcceptsLibrariesThatMakeSuchFunctionsForTheirCallers) {
    constexpr std::string_view kMaker =
        "return { counter = function() local n = 0\n"
        "  return function() n = n + 1 return n end end }";

    EXPECT_EQ(refusal_of(kMaker), "");
    EXPECT_EQ(
        after(
            kMaker,
            "local c = counter() c() return c()",
            "local c = counter() c() return { c(), counter()() }"
        ),
        "finished [2,1]"
    );
}

TEST(Sharing, RefusesLibrariesThatKeepAnIterator) {
    for (const std::string_view iterator :
         {"pairs({ 1, 2, 3 })", "text.gmatch('a b c', '%a')", "('a b'):gmatch('%a')"}) {
        const auto why = refusal_of(
            "local step = " + std::string(iterator) +
            " return { go = function() return step() end }"
        );
        EXPECT_NE(why.find("keeps an iterator"), std::string::npos) << iterator << "\n" << why;
    }
}

TEST(Sharing, HasNoNamesThroughWhichScriptsCouldMeet) {
    for (const char* name :
         {"coroutine", "collectgarbage", "setmetatable", "getmetatable", "debug", "rawset", "_G"}) {
        const auto vm = open(shared_with("return {}"));
        const auto compiled = compile("flow.lua", "return { run = " + std::string(name) + " }");
        EXPECT_FALSE(compiled && vm->load(**compiled)) << name;
    }
}

TEST(Sharing, ToleratesTheMistakesAndFailuresOfOthers) {
    const std::shared_ptr<Vm> vm = open(shared_with("return {}"));
    const auto waiting = enter(
        vm,
        "return { run = function()\n"
        "  local ok, why = attempt(function() fail{ code = host.wait(1) } end)\n"
        "  local all = { ok, why.code }\n"
        "  return nil .. host.wait(all) end }"
    );
    EXPECT_EQ(told(waiting->start("run", {})), "waiting 1");

    EXPECT_EQ(
        told(enter(vm, "return { run = function() return nil .. 'x' end }")->start("run", {})),
        "error 1: cannot join (..) a nil value"
    );
    EXPECT_EQ(
        told(enter(vm, "return { run = function() fail{ code = 'other' } end }")->start("run", {})),
        "failed {\"code\":\"other\"}"
    );

    EXPECT_EQ(told(waiting->resume(Value("mine"))), "waiting [false,\"mine\"]");
    vm->collect();
    EXPECT_EQ(told(waiting->resume(Value("y"))), "error 4: cannot join (..) a nil value");
    EXPECT_TRUE(vm->is_usable());
}

TEST(Sharing, BlamesTheScriptThatRanWhenNoneIsRunningAnyMore) {
    const std::shared_ptr<Vm> vm = open(shared_with("return {}"));
    const auto first = Coroutine::load(
        vm,
        *program(
            "a.lua", "return {\n\nrun = function() host.wait(1) return { f = list.sort } end }"
        )
    );
    (void)(*first)->start("run", {});
    (void)enter(vm, "return { run = function() host.wait(1) end }")->start("run", {});

    const auto end = (*first)->resume({});

    ASSERT_FALSE(end);
    EXPECT_EQ(
        end.error().describe(), "a.lua, line 3: 'f' is a function, which cannot leave a script"
    );
}

TEST(Sharing, LosesTheInterpreterForAllWhenAMeterStopsOne) {
    const std::shared_ptr<Vm> vm = open(shared_with("return {}"));
    const auto innocent = enter(vm, "return { run = function() return host.wait(1) end }");
    (void)innocent->start("run", {});

    const auto guilty = enter(vm, "return { run = function() while true do end end }");

    EXPECT_EQ(
        told(guilty->start("run", {})),
        "aborted 1: stopped after 500000 instructions: is there a loop without end?"
    );
    EXPECT_FALSE(vm->is_usable());
}

TEST(Sharing, BehavesTheSameForTheFirstAndTheSixtiethScript) {
    const std::string_view source =
        "local shape = object({ area = function(self) return self.w end }, { w = 3 })\n"
        "return { run = function()\n"
        "  local all = { tostring({}), tostring(shape), #{ n = 1, nil, 2 } }\n"
        "  for k in pairs({ b = 1, a = 2, [3] = 3, [1.5] = 4 }) do list.insert(all, k) end\n"
        "  host.wait(all)\n"
        "  return shape.aera end }";
    const std::shared_ptr<Vm> vm = open(shared_with("return {}"));
    std::vector<std::unique_ptr<Coroutine>> scripts;
    std::vector<std::string> said;
    for (int i = 0; i < 60; ++i) {
        scripts.push_back(enter(vm, source));
        said.push_back(told(scripts.back()->start("run", {})));
    }
    for (auto script = scripts.rbegin(); script != scripts.rend(); ++script) {
        said.push_back(told((*script)->resume({})));
    }

    EXPECT_EQ(said.front(), "waiting [\"table\",\"table\",2,1.5,3,\"a\",\"b\"]");
    EXPECT_EQ(said.back(), "error 6: unknown field or method 'aera' - did you mean 'area'?");
    for (std::size_t i = 0; i < said.size(); ++i) {
        EXPECT_EQ(said[i], i < 60 ? said.front() : said.back()) << i;
    }
}

constexpr std::string_view kHoard =
    "local kept = {}\n"
    "return { run = function(size)\n"
    "  while true do\n"
    "    for i = 1, size do kept[#kept + 1] = text.rep('x', 10000) .. #kept end\n"
    "    host.wait(#kept)\n"
    "  end end }";

TEST(SharedMeters, HoldTheHeapLimitAgainstWhatOneActivationAdds) {
    const std::shared_ptr<Vm> vm = open(shared_with("return {}"));
    const std::array three_megabytes{Value(300)};
    const std::array ten_megabytes{Value(1000)};
    const auto a = enter(vm, kHoard);
    const auto b = enter(vm, kHoard);
    const auto c = enter(vm, kHoard);

    EXPECT_EQ(told(a->start("run", three_megabytes)), "waiting 300");
    EXPECT_EQ(told(b->start("run", three_megabytes)), "waiting 300");
    EXPECT_EQ(told(a->resume({})), "waiting 600");
    EXPECT_EQ(told(c->start("run", ten_megabytes)), "aborted 4: needs more than 8 MiB of memory");
}

TEST(SharedMeters, HoldAllScriptsTogetherBelowTwiceTheHeapLimit) {
    const std::shared_ptr<Vm> vm = open(shared_with("return {}"));
    const std::array three_megabytes{Value(300)};
    const auto hoard = enter(vm, kHoard);
    std::string said = told(hoard->start("run", three_megabytes));
    for (int i = 0; i < 10 && vm->is_usable(); ++i) {
        said = told(hoard->resume({}));
    }

    EXPECT_EQ(said, "aborted 4: needs more than 8 MiB of memory");
    EXPECT_LE(vm->memory_bytes(), 16U << 20);
}

TEST(SharedMeters, DoNotBlameAScriptForWhatItDropped) {
    const std::shared_ptr<Vm> vm = open(shared_with("return {}"));
    const auto wasteful = enter(
        vm,
        "return { run = function() local t local long = text.rep('x', 10000)\n"
        "  for i = 1, 2000 do t = { i, long .. i } end return t[1] end }"
    );

    EXPECT_EQ(told(wasteful->start("run", {})), "finished 2000");
    EXPECT_LE(vm->memory_bytes(), 3U << 20);
}

TEST(SharedMeters, GiveBackWhatAScriptLeftWhenItIsGone) {
    const std::shared_ptr<Vm> vm = open(shared_with("return {}"));
    const std::array three_megabytes{Value(300)};
    auto hoard = enter(vm, kHoard);
    vm->collect();
    const std::size_t before = vm->memory_bytes();
    EXPECT_EQ(told(hoard->start("run", three_megabytes)), "waiting 300");

    vm->collect();
    EXPECT_GT(vm->memory_bytes(), before + (3U << 20) / 2);
    hoard.reset();
    vm->collect();

    EXPECT_LE(vm->memory_bytes(), before + 4096);
}

}  // namespace
}  // namespace sluice::lua::testing
