// How texts of older protocols are read: exactly, or not at all.
#include <gtest/gtest.h>

#include "channel/charset.hpp"
#include "channel/form_body.hpp"
#include "channel/json_source.hpp"

namespace sluice::channel {
namespace {

TEST(JsonSource, IsTheTextAsItIsWritten) {
    constexpr std::string_view text =
        R"( { "a" : {"x":"}\"\/",  "y":[1,{"z":2}]} ,"b":"q\"r", "c": -1.50 , "d":null} )";

    EXPECT_EQ(json_source(text, "a"), R"({"x":"}\"\/",  "y":[1,{"z":2}]})");
    EXPECT_EQ(json_source(text, "b"), R"("q\"r")");
    EXPECT_EQ(json_source(text, "c"), "-1.50");
    EXPECT_EQ(json_source(text, "d"), "null");
}

TEST(JsonSource, IsNothingWhereItCouldBeTwoThings) {
    EXPECT_FALSE(json_source(R"({"a":1,"a":2})", "a").has_value());
    EXPECT_FALSE(json_source(R"({"b":{"a":1}})", "a").has_value()) << "not at the top";
    EXPECT_FALSE(json_source(R"({"b":"\"a\":1"})", "a").has_value()) << "within a text";
    EXPECT_FALSE(json_source(R"({"a":1)", "a").has_value()) << "no JSON";
    EXPECT_FALSE(json_source(R"(["a"])", "a").has_value()) << "no record";
    EXPECT_FALSE(json_source("{}", "a").has_value());
    EXPECT_FALSE(json_source("", "a").has_value());
}

TEST(FormBody, IsReadInItsCharset) {
    const Value form = form_decode("b=1+2%2B3&a=%B2%E2%CA%D4&c=", Charset::gbk).value();

    EXPECT_EQ(form.text_or_empty("a"), "测试");
    EXPECT_EQ(form.text_or_empty("b"), "1 2+3");
    EXPECT_EQ(form_encode(form).value(), "a=%E6%B5%8B%E8%AF%95&b=1%202%2B3&c=");
}

TEST(FormBody, IsRefusedWhereItSaysTwoThingsOrNothing) {
    EXPECT_FALSE(form_decode("a=1&a=1", Charset::utf8).has_value());
    EXPECT_FALSE(form_decode("a=%zz", Charset::utf8).has_value());
    EXPECT_FALSE(form_decode("a=%B2%E2", Charset::utf8).has_value()) << "GBK";
    EXPECT_FALSE(form_decode("a=%00", Charset::utf8).has_value());
    EXPECT_FALSE(form_encode(Value(ValueObject{{"a", 1}})).has_value());
    EXPECT_FALSE(form_encode(Value("a=1")).has_value());
}

TEST(Charset, IsKnownByItsNames) {
    EXPECT_EQ(parse_charset("UTF-8"), Charset::utf8);
    EXPECT_EQ(parse_charset("gbk"), Charset::gbk);
    EXPECT_EQ(parse_charset("GB18030"), Charset::gbk);
    EXPECT_FALSE(parse_charset("latin1").has_value());
    EXPECT_FALSE(parse_charset("").has_value());
}

}  // namespace
}  // namespace sluice::channel
