#include "script/try_script.hpp"

#include <gtest/gtest.h>

namespace sluice::script {
namespace {

TryRequest given(std::string source, std::optional<Value> facts = std::nullopt) {
    TryRequest request;
    request.name = "try.lua";
    request.source = std::move(source);
    request.facts = std::move(facts);
    request.limits.wall = std::chrono::milliseconds(2000);
    return request;
}

TEST(TryScript, GivesAReturnedValue) {
    const TryResult result = try_script(given("return { a = 1, run = function() end }"));

    EXPECT_EQ(result.outcome, TryOutcome::ok);
    EXPECT_EQ(result.describe(), "{\"a\":1}\n");
}

TEST(TryScript, CallsAReturnedFunctionWithTheFacts) {
    const Value facts(ValueObject{{"amount", Money(100, cny())}});

    const TryResult result = try_script(given("return function(f) return f.amount * 2 end", facts));

    EXPECT_EQ(result.describe(), "{\"$money\":[200,\"CNY\"]}\n");
}

TEST(TryScript, CallsAReturnedFunctionWithoutFacts) {
    const TryResult result = try_script(given("return function(f) return f == nil end"));

    EXPECT_EQ(result.value, Value(true));
}

TEST(TryScript, TellsEachWayToEndBadly) {
    EXPECT_EQ(try_script(given("return 2 ^ 2")).outcome, TryOutcome::refused);
    EXPECT_EQ(try_script(given("while true do end")).outcome, TryOutcome::aborted);
    EXPECT_EQ(try_script(given("return {} .. 'a'")).outcome, TryOutcome::error);
}

TEST(TryScript, ShowsThePlaceOfAnErrorToItsAuthor) {
    const TryResult result = try_script(given("local a = 1\nreturn a.b.c\n"));

    EXPECT_EQ(
        result.describe(),
        "error: try.lua, line 2: cannot read or write a field of a number value (local 'a')\n"
        "     1 | local a = 1\n"
        ">    2 | return a.b.c\n"
        "     3 | \n"
    );
}

TEST(TryScript, WritesEveryMemberAsJson) {
    const TryResult result = try_script(given("return nil + 1"));

    const Value value = result.to_value();
    EXPECT_EQ(value.text_or_empty("outcome"), "error");
    EXPECT_TRUE(value.find("value")->is_null());
    EXPECT_EQ(value.text_or_empty("message"), "cannot calculate with a nil value");
    EXPECT_EQ(value.text_or_empty("script"), "try.lua");
    EXPECT_EQ(value.int_or("line", 0), 1);
    EXPECT_NE(value.find("elapsed_ms"), nullptr);
}

}  // namespace
}  // namespace sluice::script
