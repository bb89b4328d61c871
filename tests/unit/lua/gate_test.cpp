#include <string>

#include <gtest/gtest.h>

#include "unit/lua/lua_fixture.hpp"

namespace sluice::lua::testing {
namespace {

std::string repeated(std::string_view part, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) {
        out += part;
    }
    return out;
}

TEST(Gate, RefusesWhatTheHouseRulesForbidAtItsLine) {
    const std::vector<ScriptCase> rows{
        {"\x1bLua", "refused 1: this is compiled code, not a script"},
        {"local a = 1\nlocal b = _ENV", "refused 2: '_ENV' is not available"},
        {"return _G", "refused 1: '_G' is not available"},
        {"local t = {}\nreturn t._ENV", "refused 2: '_ENV' is not available"},
        {"goto done", "refused 1: goto is not available: use a loop or a function"},
        {"::done::", "refused 1: goto is not available: use a loop or a function"},
        {"local x <const> = 1",
         "refused 1: attributes such as <const> and <close> are not available"},
        {"return 1 | 2", "refused 1: bit operators are not available"},
        {"return ~1", "refused 1: bit operators are not available"},
        {"return 1 << 2", "refused 1: bit operators are not available"},
        {"return 2 ^ 3", "refused 1: '^' is not available: its result differs between processors"},
        {"local t = {}\nreturn t[1 < 2]",
         "refused 2: a comparison cannot be an index: put it into a local first"},
        {"local t = {}\nreturn t[(not t)]",
         "refused 2: a comparison cannot be an index: put it into a local first"},
        {"x = 1", "refused 1: 'x' is not declared: write 'local x'"},
        {"function f() end", "refused 1: write 'local function f'"},
        {"return 'a\x01'", "refused 1: this line has a control character"},
        {"return 'a\xff'", "refused 1: this line is not valid UTF-8"},
        {"local a\n-- \xe2\x80\xae",
         "refused 2: this line has an invisible character that changes how it reads"},
        {"return 9223372036854775808",
         "refused 1: '9223372036854775808' is too large for a whole number"},
        {"return 3x", "refused 1: '3x' is not a number"},
        {"return '" + std::string(17000, 'a') + "'",
         "refused 1: a text in a script has at most 16 KiB"},
        {"local " + std::string(65, 'a'), "refused 1: a name has at most 64 characters"},
        {std::string((64 << 10) + 1, ' '), "refused 0: the script is longer than 64 KiB"},
        {"local t\nreturn t" + repeated(".a", 65),
         "refused 2: more than 64 accesses in a row: use a local in between"},
        {"return " + repeated("(", 61) + "1" + repeated(")", 61),
         "refused 1: this is nested more than 60 deep"},
        {"return 1" + repeated(" + 1", 121),
         "refused 1: an expression has at most 120 operators: use a local for a part of it"},
    };
    for (const ScriptCase& row : rows) {
        EXPECT_EQ(run(row.source), row.expected) << row.source.substr(0, 80);
    }
}

TEST(Gate, ExplainsMistakesAsTheirAuthorWouldPutThem) {
    const std::vector<ScriptCase> rows{
        {"local x\nif x = 1 then end", "refused 2: use == to compare; = assigns"},
        {"local x\nif x then\nx = 1",
         "refused 3: 'end' is missing for the 'if' of line 2, before the end of the script"},
        {"local t = {\n  a = 1\n  b = 2 }", "refused 3: a ',' is missing before 'b'"},
        {"local t = { a : 1 }", "refused 1: write = between a field and its value, not ':'"},
        {"local x = 1\nx += 1", "refused 2: '+=' is not known: write x = x + ..."},
        {"local x = 1 != 2", "refused 1: '!=' is not known: write ~= for 'not equal'"},
        {"local x\nx == 1",
         "refused 2: this compares and does nothing with the answer: use = to assign"},
        {"for i = 1, 2 do continue end",
         "refused 1: there is no 'continue': put the rest of the loop into an if"},
        {"local x = tostring（1）", "refused 1: '（' is not the character '(' that belongs here"},
        {"local x = 'abc", "refused 1: this text is not closed: a quote is missing"},
        {"return 1\nlocal x",
         "refused 2: 'return' must be the last step of its block, before "
         "'local'"},
        {"end", "refused 1: 'end' has nothing to close here"},
        {"local x\nx", "refused 2: 'x' is not a step by itself: call a function or assign with ="},
        {"while true then end", "refused 1: 'do' is missing after the condition, before 'then'"},
    };
    for (const ScriptCase& row : rows) {
        EXPECT_EQ(run(row.source), row.expected) << row.source;
    }
}

TEST(Gate, LetsOrdinaryLuaPassUnchanged) {
    const std::vector<ScriptCase> rows{
        {"return { 1, 2.5, 0x10, 1e3 }", "[1,2.5,16,1000.0]"},
        {"return [[\nlong\r\ntext]]", "\"long\\ntext\""},
        {"return [==[a]]b]==]", "\"a]]b\""},
        {"return 'a\\n\\65\\x42\\\\' .. \"'\"", "\"a\\nAB\\\\'\""},
        {"--[[ a\ncomment ]] return 1 -- one", "1"},
        {"local a <  b = 1", "refused 1: attributes such as <const> and <close> are not available"},
        {"local t = { f = function(self, x) return self.y + x end, y = 2 }\nreturn t:f(3)", "5"},
        {"local s = 0\nfor i = 10, 1, -3 do s = s + i end\nreturn s", "22"},
        {"local s = 0\nrepeat local done = s > 3; s = s + 1 until done\nreturn s", "5"},
        {"local function f(...) return select('#', ...) end\nreturn f(1, nil, 3)", "3"},
        {"local a, b = 1\na, b = b, a\nreturn { tostring(a), b }", "[\"nil\",1]"},
        {"local t = {[1 + 1] = 'x', [1] = 'y'}\nreturn t", "[\"y\",\"x\"]"},
        {"return not (1 > 2) and 'yes' or 'no'", "\"yes\""},
        {"return #'中文' + -1", "5"},
    };
    for (const ScriptCase& row : rows) {
        EXPECT_EQ(run(row.source), row.expected) << row.source;
    }
}

TEST(Gate, KeepsTheLinesOfErrorsAfterCommentsAndLongTexts) {
    const std::string source = "--[[ 1\n2 ]]\nlocal t = [[\n4\n5]]\n\nreturn t.x.y";

    EXPECT_EQ(run(source), "error 7: text has no member 'x'");
}

TEST(Gate, ShowsTheLineWithItsNeighbours) {
    const auto compiled = compile("flows/pay.lua", "local a = 1\nif a = 2 then\nend\n");

    ASSERT_FALSE(compiled);
    EXPECT_EQ(
        compiled.error().excerpt, "     1 | local a = 1\n>    2 | if a = 2 then\n     3 | end\n"
    );
    EXPECT_EQ(compiled.error().describe(), "flows/pay.lua, line 2: use == to compare; = assigns");
}

}  // namespace
}  // namespace sluice::lua::testing
