#include <string>

#include <gtest/gtest.h>

#include "unit/lua/lua_fixture.hpp"

namespace sluice::lua::testing {
namespace {

TEST(ScriptMoney, CalculatesExactly) {
    const std::vector<ScriptCase> rows{
        {"return money(100, 'CNY') + money(5, 'CNY')", "{\"$money\":[105,\"CNY\"]}"},
        {"return money(100, 'CNY') - money(105, 'CNY')", "{\"$money\":[-5,\"CNY\"]}"},
        {"return 3 * money(5, 'CNY') * 2", "{\"$money\":[30,\"CNY\"]}"},
        {"return -money(5, 'CNY')", "{\"$money\":[-5,\"CNY\"]}"},
        {"local a, b = money(1, 'CNY'), money(2, 'CNY')\n"
         "return { a == b, a < b, a <= b, a > b, a ~= money(1, 'CNY') }",
         "[false,true,true,false,false]"},
        {"return { money(5, 'CNY'):minor(), money(5, 'CNY'):currency(), "
         "money(5, 'CNY'):decimal() }",
         "[5,\"CNY\",\"0.05\"]"},
        {"return money(100, 'CNY'):split{ 1, 1, 1 }",
         "[{\"$money\":[34,\"CNY\"]},{\"$money\":[33,\"CNY\"]},{\"$money\":[33,\"CNY\"]}]"},
        {"return money(10050, 'CNY'):basis_points(60, 'half_up')", "{\"$money\":[60,\"CNY\"]}"},
        {"return tostring(money(1234, 'CNY')) .. ' / ' .. money(500, 'JPY')",
         "\"12.34 CNY / 500 JPY\""},
        {"return { money(0, 'CNY'):is_zero(), money(1, 'CNY'):is_positive(), "
         "money(1, 'CNY'):is_negative() }",
         "[true,true,false]"},
    };
    for (const ScriptCase& row : rows) {
        EXPECT_EQ(run(row.source), row.expected) << row.source;
    }
}

TEST(ScriptMoney, RefusesWhatWouldGuessAtItsLine) {
    const std::vector<ScriptCase> rows{
        {"return money(1, 'CNY') + 1",
         "error 1: cannot add money and a whole number: both must be money"},
        {"return money(1, 'CNY') < 2",
         "error 1: cannot compare money and a whole number: both must be money"},
        {"return money(1, 'CNY') * 0.5",
         "error 1: money can be multiplied by a whole number only, got a fraction; for a share use "
         ":basis_points or :split"},
        {"return money(1, 'CNY') / 2",
         "error 1: money cannot be divided: use :split for parts, :basis_points for a share"},
        {"return money(1, 'CNY') == money(1, 'USD')",
         "error 1: cannot compare 0.01 CNY and 0.01 USD: the currencies differ"},
        {"return money(1.0, 'CNY')",
         "error 1: money: argument 1 must be a whole number, got a fraction"},
        {"return money('1', 'CNY')", "error 1: money: argument 1 must be a whole number, got text"},
        {"return money(1, 'CNY'):minr()",
         "error 1: money has no member 'minr' - did you mean 'minor'?"},
        {"return money(1, 'CNY'):basis_points(1, 'nearest')",
         "error 1: basis_points: argument 3 must be \"half_up\", \"half_even\", \"up\" or "
         "\"down\", got text"},
        {"local m = money(1, 'CNY')\nm.minor = 5",
         "error 2: cannot read or write a field of a money value (local 'm')"},
    };
    for (const ScriptCase& row : rows) {
        EXPECT_EQ(run(row.source), row.expected) << row.source;
    }
}

TEST(ScriptMoney, ReportsOverflowAndMixedCurrenciesAsErrors) {
    EXPECT_TRUE(
        run("return money(9223372036854775807, 'CNY') + money(1, 'CNY')").starts_with("error 1: ")
    );
    EXPECT_TRUE(run("return money(4611686018427387904, 'CNY') * 2").starts_with("error 1: "));
    EXPECT_TRUE(run("return money(1, 'CNY') + money(1, 'USD')").starts_with("error 1: "));
    EXPECT_TRUE(run("return money(1, 'ZZZ')").starts_with("error 1: "));
    EXPECT_TRUE(run("return money(1, 'CNY'):split{}").starts_with("error 1: "));
}

}  // namespace
}  // namespace sluice::lua::testing
