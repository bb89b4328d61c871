#include "lua/vm.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "unit/lua/lua_fixture.hpp"

namespace sluice::lua::testing {
namespace {

/// A Vm with the host above that has loaded `source` as "flow.lua".
std::unique_ptr<Vm> given_vm(std::string_view source) {
    auto vm = open(with_host());
    const auto loaded = vm->load(*program("flow.lua", source));
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().describe());
    return vm;
}

std::string called(Vm& vm, std::string_view path, const Value& argument = {}) {
    const std::array arguments{argument};
    const auto value = vm.call(path, arguments);
    return value ? to_json(*value) : describe(value.error());
}

TEST(Vm, TellsAFailureThatNothingCaught) {
    const auto vm = given_vm(
        "return { run = function() host.fail() end,\n"
        "  own = function() fail{ code = 'own', message = 'mine' } end }"
    );

    const auto value = vm->call("own", {});
    ASSERT_FALSE(value);
    EXPECT_EQ(describe(value.error()), "error 2: failed with 'own': mine");
    EXPECT_EQ(to_json(value.error().failure), "{\"code\":\"own\",\"message\":\"mine\"}");
}

TEST(Attempt, CatchesFailuresAndNothingElse) {
    const auto vm = given_vm(
        "return {\n"
        "  failure = function() return { attempt(host.fail) } end,\n"
        "  inner = function()\n"
        "    local ok = attempt(function() attempt(fail, { code = 'a' }); fail{ code = 'b' } end)\n"
        "    return ok\n"
        "  end,\n"
        "  mistake = function() return attempt(function() return nil .. 'x' end) end,\n"
        "  wrong = function() return attempt(host.wrong) end,\n"
        "  spin = function() attempt(function() while true do end end) return 'survived' end,\n"
        "}"
    );

    EXPECT_EQ(called(*vm, "failure"), "[false,{\"code\":\"no_funds\"}]");
    EXPECT_EQ(called(*vm, "inner"), "false");
    EXPECT_EQ(called(*vm, "mistake"), "error 7: cannot join (..) a nil value");
    EXPECT_EQ(called(*vm, "wrong"), "error 8: the host says no");
    EXPECT_EQ(
        called(*vm, "spin"),
        "aborted 9: stopped after 500000 instructions: is there a loop without end?"
    );
    EXPECT_FALSE(vm->is_usable());
}

TEST(Vm, RefusesToWaitWhereNothingCan) {
    const auto vm = given_vm(
        "return { call = function() host.wait(1) end,\n"
        "  sort = function() list.sort({ 1, 2 }, function() host.wait(1) end) end }"
    );

    EXPECT_EQ(called(*vm, "call"), "error 1: host.wait waits, and nothing can wait here");
    EXPECT_EQ(called(*vm, "sort"), "error 2: host.wait waits, and nothing can wait here");
}

TEST(Vm, ReadsMembersOfTheModuleWithoutItsFunctions) {
    const auto vm = given_vm(
        "return { title = { en = 'Pay' }, stages = { 'a' }, run = function() end,\n"
        "  operations = { collect = { resend = 'never', request = function() end } } }"
    );

    EXPECT_EQ(to_json(vm->get("title.en").value()), "\"Pay\"");
    EXPECT_EQ(to_json(vm->get("operations").value()), "{\"collect\":{\"resend\":\"never\"}}");
    EXPECT_EQ(to_json(vm->get("operations.query.resend").value()), "null");
    EXPECT_TRUE(vm->is_function("operations.collect.request"));
    EXPECT_FALSE(vm->is_function("operations.collect.resend"));
    EXPECT_EQ(called(*vm, "runn"), "error 1: 'runn' must be a function of this script");
}

TEST(FrozenCalls, RunTheFileOnceAndRememberNothing) {
    int runs = 0;
    VmSettings settings;
    settings.host.push_back({"host", {{"note", [&runs](std::span<const Value>) {
                                           ++runs;
                                           return HostReply{HostReply::Kind::value, {}, {}};
                                       }}}});
    const auto vm = open(std::move(settings));
    const auto policy = program(
        "policy.lua",
        "host.note()\nlocal names = { 'a', 'b' }\nlocal deep = { list = {} }\n"
        "return { decide = function(x)\n"
        "  local seen = {}\n  list.insert(seen, x)\n  return { #seen, names[2], x } end,\n"
        "set = function() deep.list = 1 end,\n"
        "insert = function() list.insert(deep.list, 1) end }"
    );
    const std::array first{Value(1)};
    const std::array second{Value(2)};

    EXPECT_EQ(to_json(vm->call_frozen(*policy, "decide", first).value()), "[1,\"b\",1]");
    EXPECT_EQ(to_json(vm->call_frozen(*policy, "decide", second).value()), "[1,\"b\",2]");
    EXPECT_EQ(
        describe(vm->call_frozen(*policy, "set", {}).error()),
        "error 8: cannot set 'list': this table is shared"
    );
    EXPECT_EQ(
        describe(vm->call_frozen(*policy, "insert", {}).error()),
        "error 9: list.insert: this table is shared and cannot be changed"
    );
    EXPECT_EQ(runs, 1);
}

TEST(FrozenCalls, LookUpWhatATableOfTheFileHasNot) {
    const auto vm = open({});
    const auto adapter = program(
        "adapter.lua",
        "local readers = { paid = function() return 1 end }\n"
        "return { read = function(word) local read = readers[word] return read and read() end }"
    );

    EXPECT_EQ(vm->call_frozen(*adapter, "read", std::array{Value("paid")}).value(), Value(1));
    EXPECT_EQ(vm->call_frozen(*adapter, "read", std::array{Value("new")}).value(), Value());
}

TEST(FrozenCalls, AreOfFilesThatKeepNothing) {
    const auto counting = program(
        "policy.lua", "local n = 0\nreturn { decide = function()\n  n = n + 1\n  return n end }"
    );
    const auto hidden = program(
        "hidden.lua",
        "local function counter()\n  local n = 0\n"
        "  return function() n = n + 1 return n end\nend\nreturn { decide = counter() }"
    );
    const auto vm = open({});

    EXPECT_EQ(
        describe(vm->call_frozen(*counting, "decide", {}).error()),
        "refused 3: a function assigns 'n', a local of the file: it would leak from one run into "
        "another"
    );
    EXPECT_EQ(
        describe(vm->load_frozen(*hidden).error()),
        "error 3: this function stays and keeps 'n', which a function assigns: it would leak from "
        "one run into another"
    );
}

TEST(FrozenCalls, OfManyFilesInOneInterpreterAreEachTheirOwn) {
    const auto vm = open({});

    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 100; ++i) {
            const auto file =
                program("p.lua", "return { n = function() return " + std::to_string(i) + " end }");
            EXPECT_EQ(vm->call_frozen(*file, "n", {}).value(), Value(i));
        }
    }
}

TEST(Libraries, AreFrozenAllTheWayDown) {
    VmSettings settings;
    settings.libraries.push_back(program(
        "lib.lua",
        "local cache = {}\nlocal m = { deep = { n = 1 } }\n"
        "m.put = function(k, v) cache[k] = v end\n"
        "m.size = function() return #m.list end\nm.list = { 1, 2, 3 }\n"
        "return { m = m, twice = function(x) return x * 2 end }"
    ));
    const auto vm = open(std::move(settings));
    const auto main = program(
        "main.lua",
        "return {\n"
        "use = function() return { twice(4), m.deep.n, m.size(), #m.list } end,\n"
        "set = function() m.deep.n = 2 end,\n"
        "add = function() m.new = 2 end,\n"
        "insert = function() list.insert(m.list, 4) end,\n"
        "leak = function() m.put('k', 1) end,\n"
        "typo = function() return m.sise() end,\n"
        "pairs = function() local s = ''\n"
        "  for k in pairs(m) do s = s .. k .. ' ' end return s end,\n"
        "stock = function() text.upper = nil end }"
    );
    ASSERT_TRUE(vm->load(*main));

    EXPECT_EQ(called(*vm, "use"), "[8,1,3,3]");
    EXPECT_EQ(called(*vm, "set"), "error 3: cannot set 'n': this table is shared");
    EXPECT_EQ(called(*vm, "add"), "error 4: cannot set 'new': this table is shared");
    EXPECT_EQ(
        called(*vm, "insert"), "error 5: list.insert: this table is shared and cannot be changed"
    );
    EXPECT_EQ(called(*vm, "leak"), "error 3: cannot set 'k': this table is shared");
    EXPECT_EQ(
        called(*vm, "typo"),
        "error 7: this library table has no member 'sise' - did you mean "
        "'size'?"
    );
    EXPECT_EQ(called(*vm, "pairs"), "\"deep list put size \"");
    EXPECT_EQ(called(*vm, "stock"), "error 10: cannot set 'upper': this table is shared");
}

TEST(Libraries, MayNotKeepStateInAFileLevelLocal) {
    VmSettings settings;
    settings.libraries.push_back(program(
        "lib.lua", "local n = 0\nreturn { count = function()\n  n = n + 1\n  return n\nend }"
    ));

    const auto vm = Vm::create(std::move(settings));

    ASSERT_FALSE(vm);
    EXPECT_EQ(
        describe(vm.error()),
        "refused 3: a function assigns 'n', a local of the file: it would leak from one "
        "run into another"
    );
}

TEST(Libraries, SeeTheOnesBeforeThemAndMayNotRedefine) {
    VmSettings good;
    good.libraries = {
        program("a.lua", "return { one = function() return 1 end }"),
        program("b.lua", "return { two = function() return one() + 1 end }"),
    };
    VmSettings bad;
    bad.libraries = {program("a.lua", "return { money = 1 }")};
    const auto vm = open(std::move(good));
    ASSERT_TRUE(vm->load(*program("main.lua", "return { run = function() return two() end }")));

    const auto refused = Vm::create(std::move(bad));

    EXPECT_EQ(called(*vm, "run"), "2");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "the library redefines the global 'money'");
}

TEST(Mistake, BlamesTheUserOfALibrary) {
    VmSettings settings;
    settings.libraries = {program(
        "lib.lua", "return { need = function(x)\n  if not x then mistake('need wants x') end\nend }"
    )};
    const auto vm = open(std::move(settings));
    ASSERT_TRUE(vm->load(*program("main.lua", "return { run = function()\n\n  need()\nend }")));

    const auto value = vm->call("run", {});

    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().describe(), "main.lua, line 3: need wants x");
}

TEST(Object, ChecksFieldsAndMethods) {
    const auto vm = given_vm(
        "local verbs = { add = function(self, n) self.sum = self.sum + n; return self end }\n"
        "local function new() return object(verbs, { sum = 1 }, { 'note' }) end\n"
        "return {\n"
        "  use = function() return new():add(2):add(3).sum end,\n"
        "  data = function() return new() end,\n"
        "  none = function() return tostring(new().note) end,\n"
        "  field = function() return new().summ end,\n"
        "  method = function() new():ad(1) end,\n"
        "  verb = function() new(); verbs.sub = 1 end,\n"
        "  free = function() local o = new(); o.extra = 1; return o end,\n"
        "}"
    );

    EXPECT_EQ(called(*vm, "use"), "6");
    EXPECT_EQ(called(*vm, "data"), "{\"sum\":1}");
    EXPECT_EQ(called(*vm, "none"), "\"nil\"");
    EXPECT_EQ(
        called(*vm, "field"), "error 7: unknown field or method 'summ' - did you mean 'sum'?"
    );
    EXPECT_EQ(called(*vm, "method"), "error 8: unknown field or method 'ad' - did you mean 'add'?");
    EXPECT_EQ(called(*vm, "verb"), "error 9: cannot set 'sub': this table is shared");
    EXPECT_EQ(called(*vm, "free"), "{\"extra\":1,\"sum\":1}");
}

/// Everything a Vm does, once. What happens does not matter, only that it ends.
void live_through_all(VmSettings settings, const Program& script) {
    auto opened = Vm::create(std::move(settings));
    if (!opened || !(*opened)->load(script)) {
        return;
    }
    const std::shared_ptr<Vm> vm = std::move(*opened);
    const std::array arguments{Value(ValueObject{{"a", ValueArray{Value("b"), Value(1.5)}}})};
    for (const char* path : {"run", "bad", "own"}) {
        const auto coroutine = Coroutine::load(vm, script);
        if (!coroutine) {
            return;
        }
        if (const auto begun = (*coroutine)->start(path, arguments);
            begun && begun->kind == Progress::Kind::waiting) {
            (void)(*coroutine)->resume(arguments[0]);
        }
        (void)vm->call(path, arguments);
        (void)vm->call_frozen(script, path, arguments);
        (void)vm->get("");
        vm->collect();
    }
}

TEST(Vm, SurvivesRunningOutOfMemoryAtAnyPlace) {
    const auto script = program(
        "flow.lua",
        "return { run = function(f) local t = {} for i = 1, 60 do t[i] = { i } end\n"
        "  attempt(fail, { code = 'x' }) return { host.wait(f), t } end,\n"
        "  bad = function(f) return f.b end,\n"
        "  own = function(f) fail{ code = 'own', list = { f } } end }"
    );
    for (std::size_t heap_bytes = 1000; heap_bytes < 60'000; heap_bytes += 41) {
        VmSettings settings = with_host();
        settings.limits.heap_bytes = heap_bytes;
        live_through_all(settings, *script);
        settings.heap_limit = HeapLimit::growth;
        settings.collecting = Collecting::when_told;
        live_through_all(std::move(settings), *script);
    }
    const auto vm = given_vm("return {}");
    EXPECT_TRUE(vm->is_usable());
}

TEST(Vm, NamesUnknownGlobalsWithASuggestion) {
    const auto vm =
        given_vm("return { a = function() return tostrin(1) end, b = function() host.ech(1) end }");

    EXPECT_EQ(called(*vm, "a"), "error 1: unknown name 'tostrin' - did you mean 'tostring'?");
    EXPECT_EQ(called(*vm, "b"), "error 1: host has no member 'ech' - did you mean 'echo'?");
}

}  // namespace
}  // namespace sluice::lua::testing
