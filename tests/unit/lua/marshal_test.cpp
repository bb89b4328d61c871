#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "unit/lua/lua_fixture.hpp"

namespace sluice::lua::testing {
namespace {

const Value kFacts(ValueObject{
    {"amount", Money(100, cny())},
    {"note", nullptr},
    {"legs", ValueArray{Value(ValueObject{{"kind", "card"}}), Value(2)}},
    {"share", 0.5},
    {"open", true},
});

std::string with_facts(std::string_view body) {
    return run_with("return function(facts) " + std::string(body) + " end", kFacts);
}

TEST(Facts, ArriveAsTheyAre) {
    EXPECT_EQ(
        with_facts("return facts"),
        "{\"amount\":{\"$money\":[100,\"CNY\"]},\"legs\":[{\"kind\":\"card\"},2],\"open\":true,"
        "\"share\":0.5}"
    );
    EXPECT_EQ(with_facts("return tostring(facts.note)"), "\"nil\"");
    EXPECT_EQ(with_facts("return #facts.legs"), "2");
    EXPECT_EQ(
        with_facts("local s = '' for k in pairs(facts) do s = s .. k .. ' ' end return s"),
        "\"amount legs open share \""
    );
}

TEST(Facts, HaveNoOtherFields) {
    EXPECT_EQ(
        with_facts("return facts.amuont"),
        "error 1: unknown field 'amuont' - did you mean 'amount'?"
    );
    EXPECT_EQ(
        with_facts("return facts.legs[1].knd"),
        "error 1: unknown field 'knd' - did you mean 'kind'?"
    );
    EXPECT_EQ(
        with_facts("facts.amoun = 1"),
        "error 1: this record came from outside and has no field 'amoun' to set - did you mean "
        "'amount'?"
    );
    EXPECT_EQ(with_facts("facts.note = 'x' return facts.note"), "\"x\"");
}

TEST(Results, AreCheckedOnTheirWayOut) {
    const std::vector<ScriptCase> rows{
        {"return function() return { b = 1, a = { 1, 2 }, c = {} } end",
         "{\"a\":[1,2],\"b\":1,\"c\":[]}"},
        {"return function() end", "null"},
        {"return function() return { a = { b = function() end } } end",
         "error 1: 'a.b' is a function, which cannot leave a script"},
        {"return function() return { { 0 / 0 } } end", "error 1: '[1][1]' is not a finite number"},
        {"return function() return { a = 1 / 0 } end", "error 1: 'a' is not a finite number"},
        {"return function() return { 1, 2, x = 3 } end",
         "error 1: the value mixes list positions with named fields"},
        {"return function() return { a = { [1] = 1, [3] = 3 } } end",
         "error 1: 'a' is a list with holes: use list.remove, not nil, to take one out"},
        {"return function() return { a = { [7] = 1 } } end",
         "error 1: 'a' is a list with holes: use list.remove, not nil, to take one out"},
        {"return function() return { [true] = 1 } end",
         "error 1: the value has a field whose name is not a text"},
        {"return function() return '\\xff' end", "error 1: the value is not a text in UTF-8"},
        {"return function() return { a = 'x\\0' } end", "error 1: 'a' is not a text in UTF-8"},
        {"return function() return { ['\\xff'] = 1 } end",
         "error 1: '\\xff' has a name that is not a text in UTF-8"},
        {"return function() local t = {} t.me = t return t end", "error 1: '"},
        {"return function() local t = {} for i = 1, 10001 do t[i] = i end return t end",
         "error 1: a value that leaves a script has at most 10000 parts"},
    };
    for (const ScriptCase& row : rows) {
        EXPECT_TRUE(run_with(row.source, Value()).starts_with(row.expected))
            << row.source << "\n  gives " << run_with(row.source, Value());
    }
}

TEST(Facts, RefuseANullInAList) {
    EXPECT_EQ(
        run_with("return function(f) return f end", Value(ValueArray{Value(1), Value()})),
        "error 1: position 2 of a list from outside is null, which a list cannot hold"
    );
}

TEST(Facts, KeepWholeNumbersExactly) {
    const std::int64_t largest = std::numeric_limits<std::int64_t>::max();

    EXPECT_EQ(run_with("return function(f) return f end", Value(largest)), std::to_string(largest));
}

}  // namespace
}  // namespace sluice::lua::testing
