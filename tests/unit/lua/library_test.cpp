#include <string>

#include <gtest/gtest.h>

#include "unit/lua/lua_fixture.hpp"

namespace sluice::lua::testing {
namespace {

void expect_all(const std::vector<ScriptCase>& rows) {
    for (const ScriptCase& row : rows) {
        EXPECT_EQ(run(row.source), row.expected) << row.source;
    }
}

TEST(LuaLibrary, OffersTexts) {
    expect_all({
        {"return ('Ab'):upper() .. text.lower('Ab') .. ('ab'):rep(2, '-')", "\"ABabab-ab\""},
        {"return text.sub('abcdef', 2, -2) .. ('abc'):sub(-2) .. ('abc'):sub(5)", "\"bcdebc\""},
        {"return text.split('a,b,,c', ',')", "[\"a\",\"b\",\"\",\"c\"]"},
        {"return text.trim('  a b ') .. '|' .. text.trim('   ')", "\"a b|\""},
        {"return { text.starts_with('abc', 'ab'), ('abc'):ends_with('bc'), "
         "('abc'):contains('x') }",
         "[true,true,false]"},
        {"return { ('abc'):byte(1, -1) }", "[97,98,99]"},
        {"return text.char(72, 105) .. ('abc'):reverse() .. #'abc' .. ('abc'):len()", "\"Hicba33\""
        },
        {"return text.format('%5d|%-5s|%05.1f|%x|%%', 42, 'ab', 2.25, 255)",
         "\"   42|ab   |002.2|ff|%\""},
        {"return text.format('%s %s %s', money(1234, 'CNY'), {}, nil)", "\"12.34 CNY table nil\""},
        {"return { text.is_digits('0123'), text.is_digits(''), text.is_digits('1a') }",
         "[true,false,false]"},
        {"return string.upper('a')", "\"A\""},
    });
}

TEST(LuaLibrary, RefusesWrongArgumentsByName) {
    expect_all({
        {"return text.upper(12)", "error 1: text.upper: argument 1 must be text, got a whole number"
        },
        {"return text.rep('a', 1.0)",
         "error 1: text.rep: argument 2 must be a whole number, got a fraction"},
        {"return ('a'):rep(200000)", "error 1: text.rep: the text would be longer than 128 KiB"},
        {"return ('a'):rep(9223372036854775807)",
         "error 1: text.rep: the text would be longer than 128 KiB"},
        {"return text.format('%d', 1.5)",
         "error 1: text.format: argument 2 must be a whole number, got a fraction"},
        {"return text.format('%p', {})",
         "error 1: text.format: '%' must be followed by d, x, f, e, g, s or another '%'"},
        {"return text.format('%100d', 1)",
         "error 1: text.format: width and precision are at most 99"},
        {"return text.uper('a')", "error 1: text has no member 'uper' - did you mean 'upper'?"},
        {"return ('a'):gmatcch('a')",
         "error 1: text has no member 'gmatcch' - did you mean 'gmatch'?"},
        {"return '10' + 1", "error 1: cannot calculate with a string value (constant '10')"},
        {"list.insert({}, nil)", "error 1: list.insert: a list cannot hold nil"},
        {"list.insert({}, 3, 'a')",
         "error 1: list.insert: argument 2 must be a position from 1 to 1, got a whole number"},
        {"return list.concat({ 1, {} })",
         "error 1: list.concat: position 2 is table, only texts, numbers and money can be joined"},
        {"for k in pairs({ [{}] = 1 }) do end",
         "error 1: pairs: the table has a table or function as a key, which has no order"},
        {"return ipairs(nil)", "error 1: ipairs: argument 1 must be a list, got nil"},
    });
}

TEST(LuaLibrary, MatchesPatternsLikeLua) {
    expect_all({
        {"return { text.find('hello world', 'o w') }", "[5,7]"},
        {"return { ('key = value'):match('^(%w+)%s*=%s*(%w+)$') }", "[\"key\",\"value\"]"},
        {"return { ('2026-01-31'):match('(%d+)-(%d+)-(%d+)') }", "[\"2026\",\"01\",\"31\"]"},
        {"return { text.gsub('abc', '%w', '%0%0') }", "[\"aabbcc\",3]"},
        {"return { text.gsub('abc', '', '-') }", "[\"-a-b-c-\",4]"},
        {"return { text.gsub('$a $b', '%$(%w)', { a = 'x' }) }", "[\"x $b\",2]"},
        {"return { ('THE (quick) fox'):find('%((%a+)%)') }", "[5,11,\"quick\"]"},
        {"return { ('f(a(b)c)d'):match('%b()') }", "[\"(a(b)c)\"]"},
        {"return { ('THE (quick) fox'):gsub('%f[%a]%a+', 'x') }", "[\"x (x) x\",3]"},
        {"return { ('aXb'):match('()X()') }", "[2,3]"},
        {"return { ('abab'):match('(ab)%1') }", "[\"ab\"]"},
        {"local t = {}\nfor k, v in text.gmatch('a=1, b=2', '(%w+)=(%w+)') do t[k] = v end\n"
         "return t",
         "{\"a\":\"1\",\"b\":\"2\"}"},
        {"return { ('[a]'):find('[', 1, true) }", "[1,1]"},
        {"return { ('aaa'):match('^(a-)(a*)$') }", "[\"\",\"aaa\"]"},
        {"return { ('x-1'):match('[%w-]+') }", "[\"x-1\"]"},
        {"return text.match('a', '(')", "error 1: text.match: the pattern has a '(' without ')'"},
        {"return text.match('a', '[a')", "error 1: text.match: the pattern has a '[' without ']'"},
        {"return text.match('a', '%')", "error 1: text.match: the pattern ends with '%'"},
        {"return text.match('a', '%1')",
         "error 1: text.match: '%1' names a capture that is not complete"},
        {"return text.match(('a'):rep(30), ('a?'):rep(30) .. ('a'):rep(30) .. 'b')",
         "error 1: text.match: the pattern needs too much work on this text; make it more "
         "specific"},
    });
}

TEST(LuaLibrary, OffersLists) {
    expect_all({
        {"local t = { 3, 1 }\nlist.insert(t, 2)\nlist.insert(t, 1, 0)\nreturn t", "[0,3,1,2]"},
        {"local t = { 1, 2, 3 }\nreturn { list.remove(t), list.remove(t, 1), #t }", "[3,1,1]"},
        {"return list.concat({ 'a', 1, money(5, 'CNY') }, ', ')", "\"a, 1, 0.05 CNY\""},
        {"return { list.unpack({ 1, 2, 3 }, 2) }", "[2,3]"},
        {"return { list.contains({ money(1, 'CNY') }, money(1, 'CNY')), "
         "list.index_of({ 'a', 'b' }, 'b') }",
         "[true,2]"},
        {"return { list.first({ 7, 8 }), list.last({ 7, 8 }) }", "[7,8]"},
        {"local t = { 3, 1, 2 }\nlist.sort(t)\nreturn t", "[1,2,3]"},
        {"local t = { { 1, 'a' }, { 0, 'b' }, { 1, 'c' }, { 0, 'd' } }\n"
         "list.sort(t, function(x, y) return x[1] < y[1] end)\n"
         "local s = ''\nfor _, x in ipairs(t) do s = s .. x[2] end\nreturn s",
         "\"bdac\""},
        {"local t = { { n = 2, s = 'a' }, { n = 1, s = 'b' }, { n = 2, s = 'c' }, { n = 0, s = 'd' "
         "},\n"
         "  { n = 1, s = 'e' } }\n"
         "list.sort(t, 'n')\n"
         "local s = ''\nfor _, x in ipairs(t) do s = s .. x.s end\nreturn s",
         "\"dbeac\""},
        {"local t = { { due = money(2, 'CNY') }, { due = money(1, 'CNY') } }\n"
         "list.sort(t, 'due')\nreturn t[1].due:minor()",
         "1"},
        {"list.sort({ { n = 1 }, { m = 1 } }, 'n')",
         "error 1: list.sort: position 2 has no field 'n'"},
        {"list.sort({ 'n' }, 'n')", "error 1: list.sort: position 1 has no field 'n'"},
        {"local t = { { n = 1 }, { n = 'a' } }\nlist.sort(t, 'n')",
         "error 2: cannot compare (< <= > >=) string with number"},
        {"list.sort({ 1, 2 }, 3)",
         "error 1: list.sort: argument 2 must be the name of a field, or a function that compares "
         "two "
         "values, got a whole number"},
        {"return table.concat({ 1, 2 })", "\"12\""},
        {"local t = { 1, 'a' }\nlist.sort(t)",
         "error 2: cannot compare (< <= > >=) string with number"},
    });
}

TEST(LuaLibrary, GivesPairsInSortedOrder) {
    expect_all({
        {"local s = ''\nfor k in pairs({ b = 1, a = 1, [2] = 1, [1] = 1, [true] = 1, [0.5] = 1 }) "
         "do s = s .. tostring(k) .. ' ' end\nreturn s",
         "\"0.5 1 2 a b true \""},
        {"local t = { a = 1, b = 2, c = 3 }\nlocal n = 0\n"
         "for k in pairs(t) do t[k] = nil; n = n + 1 end\nreturn n",
         "3"},
        {"local t = { a = 1, b = 2 }\nlocal s = ''\n"
         "for k in pairs(t) do t.b = nil; t.c = 1; s = s .. k end\nreturn s",
         "\"a\""},
    });
}

TEST(LuaLibrary, ConvertsWithoutGuessing) {
    expect_all({
        {"return { tostring(1), tostring(1.5), tostring(true), tostring(nil), tostring({}), "
         "tostring(tostring) }",
         "[\"1\",\"1.5\",\"true\",\"nil\",\"table\",\"function\"]"},
        {"return { tonumber('12'), tonumber('1.5'), tostring(tonumber('0x10')), "
         "tostring(tonumber('1e')), tostring(tonumber('')) }",
         "[12,1.5,\"nil\",\"nil\",\"nil\"]"},
        {"return { type(1), type('a'), type({}), type(nil), type(money(1, 'CNY')), type(type) }",
         "[\"number\",\"string\",\"table\",\"nil\",\"money\",\"function\"]"},
        {"return { math.floor(-1.5), math.ceil(1.2), math.abs(-3), math.min(3, 1, 2), "
         "math.max(1, 2.5), math.tointeger(3.0) }",
         "[-2,2,3,1,2.5,3]"},
        {"return math.max(money(1, 'CNY'), money(2, 'CNY'))", "{\"$money\":[2,\"CNY\"]}"},
        {"return 7 // 0", "error 1: division by zero (//)"},
        {"return math.floor(1e300)", "error 1: math.floor: the number does not fit a whole number"},
    });
}

TEST(LuaLibrary, HasNoDoorToTheInterpreter) {
    for (const char* name :
         {"load",   "loadstring", "dofile",   "require",        "os",           "io",
          "debug",  "coroutine",  "package",  "collectgarbage", "setmetatable", "getmetatable",
          "rawset", "rawget",     "rawequal", "rawlen",         "next",         "pcall",
          "xpcall", "error",      "utf8",     "print",          "warn",         "unpack"}) {
        const std::string name_text(name);
        EXPECT_TRUE(
            run("return " + name_text).starts_with("error 1: unknown name '" + name_text + "'")
        ) << name;
    }
}

}  // namespace
}  // namespace sluice::lua::testing
