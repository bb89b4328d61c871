#include "json/json.hpp"

#include <limits>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace sluice {
namespace {

using json::parse;

TEST(JsonParse, ReadsEveryKind) {
    const auto value =
        parse(R"({"null":null,"yes":true,"n":-7,"half":0.5,"text":"x","list":[1,[]],"record":{}})");

    ASSERT_TRUE(value.has_value()) << value.error().message;
    EXPECT_TRUE(value->find("null")->is_null());
    EXPECT_EQ(*value->find("yes")->as_bool(), true);
    EXPECT_EQ(*value->find("n")->as_int(), -7);
    EXPECT_EQ(*value->find("half")->as_double(), 0.5);
    EXPECT_EQ(*value->find("text")->as_text(), "x");
    EXPECT_EQ(value->find("list")->as_array()->size(), 2U);
    EXPECT_TRUE(value->find("record")->as_object()->empty());
}

TEST(JsonParse, ReadsBackWhatToJsonWrote) {
    for (const char* text :
         {"null",
          "[]",
          "{}",
          "1.0",
          "-0.0",
          "9223372036854775807",
          "-9223372036854775808",
          R"({"b":1,"a":[true,{"c":"\u0000\"\\"}]})",
          R"({"total":{"$money":[-7000,"CNY"]}})",
          "\"\xe6\x94\xb6\xe6\xac\xbe\""}) {
        const auto value = parse(text);

        ASSERT_TRUE(value.has_value()) << text << ": " << value.error().message;
        EXPECT_EQ(to_json(*value), text);
    }
}

TEST(JsonParse, RefusesWhatIsNotJson) {
    for (const std::string_view text : std::initializer_list<std::string_view>{"",
                                                                               " ",
                                                                               "{",
                                                                               "[1,]",
                                                                               "{\"a\":1,}",
                                                                               "{'a':1}",
                                                                               "{a:1}",
                                                                               "[1 2]",
                                                                               "1 2",
                                                                               "{} {}",
                                                                               "nul",
                                                                               "True",
                                                                               "NaN",
                                                                               "Infinity",
                                                                               "01",
                                                                               "+1",
                                                                               ".5",
                                                                               "1.",
                                                                               "0x10",
                                                                               "1e999",
                                                                               "// c\n1",
                                                                               "\"a\nb\"",
                                                                               "\"\\x\"",
                                                                               "\"\\u12\"",
                                                                               "\"\\ud800\"",
                                                                               "\"unfinished"}) {
        const auto value = parse(text);

        ASSERT_FALSE(value.has_value()) << text;
        EXPECT_EQ(value.error().code, ErrorCode::invalid) << text;
    }
}

TEST(JsonParse, RefusesBrokenUtf8) {
    for (const char* text :
         {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xc0\x80\"", "\"\xf5\x80\x80\x80\""}) {
        EXPECT_FALSE(parse(text).has_value());
    }
}

TEST(JsonParse, RefusesWholeNumbersBeyondSixtyFourBitsAndNamesThePlace) {
    for (const char* text :
         {R"({"a":[0,9223372036854775808]})", R"({"a":[0,18446744073709551615]})"}) {
        const auto value = parse(text);

        ASSERT_FALSE(value.has_value());
        EXPECT_EQ(value.error().context, "/a/1");
    }
    EXPECT_FALSE(parse("-9223372036854775809").has_value());
}

TEST(JsonParse, RefusesAMemberThatStandsTwice) {
    const auto value = parse(R"({"pay":{"amount":1,"amount":2}})");

    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().message, "member 'amount' stands twice");
    EXPECT_EQ(value.error().context, "/pay");
}

TEST(JsonParse, RefusesTwoSpellingsOfOneMember) {
    EXPECT_FALSE(parse(R"({"a":1,"\u0061":2})").has_value());
}

TEST(JsonParse, FindsARepeatAmongManyMembers) {
    std::string text = "{";
    for (int i = 0; i < 500; ++i) {
        text += "\"m" + std::to_string(i) + "\":1,";
    }

    EXPECT_TRUE(parse(text + "\"last\":1}").has_value());
    EXPECT_FALSE(parse(text + "\"m250\":1}").has_value());
}

TEST(JsonParse, WritesThePlaceAsAJsonPointer) {
    const auto value = parse(R"({"a/b":{"m~n":9223372036854775808}})");

    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().context, "/a~1b/m~0n");
}

TEST(JsonParse, HoldsItsDepthLimit) {
    const auto nested = [](std::size_t levels) {
        return std::string(levels, '[') + std::string(levels, ']');
    };

    EXPECT_TRUE(parse(nested(4), {.depth_max = 3, .nodes_max = 100}).has_value());
    const auto deep = parse(nested(5), {.depth_max = 3, .nodes_max = 100});
    ASSERT_FALSE(deep.has_value());
    EXPECT_EQ(deep.error().code, ErrorCode::limit);
    EXPECT_FALSE(parse(nested(5000)).has_value());
}

TEST(JsonParse, HoldsItsNodeLimit) {
    const json::ParseLimits limits{.depth_max = 3, .nodes_max = 4};

    EXPECT_TRUE(parse("[1,2,3]", limits).has_value());
    const auto many = parse("[1,2,3,4]", limits);
    ASSERT_FALSE(many.has_value());
    EXPECT_EQ(many.error().code, ErrorCode::limit);
}

TEST(JsonParse, ReadsMoney) {
    const auto value = parse(R"({"$money":[1234,"CNY"]})");

    ASSERT_TRUE(value.has_value());
    ASSERT_NE(value->as_money(), nullptr);
    EXPECT_EQ(*value->as_money(), (Money{1234, cny()}));
}

TEST(JsonParse, RefusesMoneyThatIsNotWholeUnitsAndACurrency) {
    for (const char* text :
         {R"({"$money":1})",
          R"({"$money":[]})",
          R"({"$money":[1]})",
          R"({"$money":[1.0,"CNY"]})",
          R"({"$money":["1","CNY"]})",
          R"({"$money":[1,"cny"]})",
          R"({"$money":[1,"CNY",2]})"}) {
        EXPECT_FALSE(parse(text).has_value()) << text;
    }
}

TEST(JsonParse, TakesARecordWithMoreThanMoneyForARecord) {
    const auto value = parse(R"({"$money":[1,"CNY"],"x":1})");

    ASSERT_TRUE(value.has_value());
    EXPECT_NE(value->as_object(), nullptr);
}

TEST(JsonParse, MayBeCalledFromSeveralThreads) {
    const auto work = [] {
        for (int i = 0; i < 200; ++i) {
            const auto value = parse("[" + std::to_string(i) + "]");
            ASSERT_TRUE(value.has_value());
            ASSERT_EQ(*value->as_array()->front().as_int(), i);
        }
    };
    std::thread other(work);

    work();

    other.join();
}

}  // namespace
}  // namespace sluice
