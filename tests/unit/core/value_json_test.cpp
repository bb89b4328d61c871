#include <limits>

#include <gtest/gtest.h>

#include "core/value.hpp"

namespace sluice {
namespace {

TEST(ValueToJson, WritesEveryKindCompactly) {
    Value record;
    record.set("null", Value());
    record.set("yes", true);
    record.set("no", false);
    record.set("n", std::int64_t{-7});
    record.set("list", ValueArray{Value(1), Value("two")});
    record.set("money", Money{7000, cny()});
    record.set("empty", ValueObject{});

    EXPECT_EQ(
        to_json(record),
        R"({"null":null,"yes":true,"no":false,"n":-7,"list":[1,"two"],)"
        R"("money":{"$money":[7000,"CNY"]},"empty":{}})"
    );
}

TEST(ValueToJson, KeepsWholeNumbersExact) {
    EXPECT_EQ(to_json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(to_json(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
    EXPECT_EQ(to_json(std::int64_t{9007199254740993}), "9007199254740993");
}

TEST(ValueToJson, KeepsAFractionAFraction) {
    EXPECT_EQ(to_json(1.0), "1.0");
    EXPECT_EQ(to_json(-0.0), "-0.0");
    EXPECT_EQ(to_json(0.1), "0.1");
    EXPECT_EQ(to_json(1e300), "1e+300");
}

TEST(ValueToJsonDeathTest, RefusesAFractionThatIsNoNumber) {
    const Value infinite(std::numeric_limits<double>::infinity());

    EXPECT_DEATH(static_cast<void>(to_json(infinite)), "isfinite");
}

TEST(ValueToJson, EscapesControlCharactersQuotesAndBackslash) {
    EXPECT_EQ(to_json("\"\\\n\r\t\b\f"), R"("\"\\\n\r\t\u0008\u000c")");
    EXPECT_EQ(to_json(std::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
}

TEST(ValueToJson, KeepsUtf8AsItIs) {
    EXPECT_EQ(to_json("\xe6\x94\xb6\xe6\xac\xbe"), "\"\xe6\x94\xb6\xe6\xac\xbe\"");
}

TEST(ValueToJson, EscapesKeysToo) {
    Value record;
    record.set("a\"b", 1);

    EXPECT_EQ(to_json(record), R"({"a\"b":1})");
}

TEST(ValueToJson, AppendsBehindWhatIsThere) {
    std::string out = "x=";

    append_json(out, Value(1));
    append_json_text(out, "t");

    EXPECT_EQ(out, "x=1\"t\"");
}

}  // namespace
}  // namespace sluice
