#include "json/fault.hpp"

#include <gtest/gtest.h>

#include "json/json.hpp"

namespace sluice::json {
namespace {

struct Row {
    std::string_view text;
    std::string_view pointer;
    std::string_view message;
};

TEST(JsonFault, NamesLineColumnPlaceWhatStandsThereAndWhatIsWanted) {
    const std::vector<Row> rows = {
        {"", "", "line 1, column 1: the text ends where a value is wanted"},
        {"{", "", "line 1, column 2: the text ends where a name in double quotes is wanted"},
        {"{\"a\":", "/a", "line 1, column 6: the text ends where a value is wanted"},
        {"{\"a\":1", "", "line 1, column 7: the text ends where ',' or '}' is wanted"},
        {"{\"a\":1,}", "", "line 1, column 8: '}' stands where a name in double quotes is wanted"},
        {"{'a':1}", "", "line 1, column 2: ''' stands where a name in double quotes is wanted"},
        {"{\n \"a\" 1}", "/a", "line 2, column 6: '1' stands where ':' is wanted"},
        {"{\"a\":[1 2]}", "/a", "line 1, column 9: '2' stands where ',' or ']' is wanted"},
        {"{\"a\":[1,]}", "/a/1", "line 1, column 9: ']' stands where a value is wanted"},
        {"{} {}", "", "line 1, column 4: '{' stands where the end is wanted"},
        {"{\"a\":NaN}", "/a", "line 1, column 6: 'NaN' stands where a value is wanted"},
        {"{\"a\":True}", "/a", "line 1, column 6: 'True' stands where a value is wanted"},
        {"{\"a\":nulls}", "/a", "line 1, column 6: 'nulls' stands where a value is wanted"},
        {"{\"a\":.5}", "/a", "line 1, column 6: '.' stands where a value is wanted"},
        {"{\"a\":1.}", "/a", "line 1, column 8: '}' stands where a digit is wanted"},
        {"{\"a\":-}", "/a", "line 1, column 7: '}' stands where a digit is wanted"},
        {"{\"a\":1e}", "/a", "line 1, column 8: '}' stands where a digit is wanted"},
        {"{\"a\":01}", "/a", "line 1, column 6: a number begins with a zero, wanted none"},
        {"{\"a\":18446744073709551616}",
         "/a",
         "line 1, column 6: the number 18446744073709551616 is beyond 64 bits"},
        {"{\"a\":1e999}", "/a", "line 1, column 6: the number 1e999 is beyond 64 bits"},
        {"{\"a\":\"x}", "/a", "line 1, column 6: a text that begins here has no closing quote"},
        {"{\"a\":\"x\ny\"}",
         "/a",
         "line 1, column 8: a text holds a control character, wanted an escape like \\n"},
        {"{\"a\":\"\\x\"}", "/a", "line 1, column 7: a text holds a broken escape '\\x\"}'"},
        {"{\"a\":\"\\ud800\"}", "/a", "line 1, column 7: a text holds a broken escape '\\ud800'"},
        {"{\"a\":\"\\ud800\\u0041\"}",
         "/a",
         "line 1, column 7: a text holds a broken escape '\\ud800'"},
        {"{\"a/b\":{\"m~n\":x}}",
         "/a~1b/m~0n",
         "line 1, column 15: 'x' stands where a value is wanted"},
        {"{\"a\":\"\xff\"}", "", "line 1, column 7: a byte is not UTF-8"},
        {"{\"名\":中}", "/名", "line 1, column 8: '中' stands where a value is wanted"},
    };
    for (const Row& row : rows) {
        const auto value = parse(row.text);
        ASSERT_FALSE(value.has_value()) << row.text;
        EXPECT_EQ(value.error().message, "not valid JSON: " + std::string(row.message)) << row.text;
        EXPECT_EQ(value.error().context, row.pointer) << row.text;
    }
}

TEST(JsonFault, ReadsOnWhereNothingIsWrong) {
    const std::string before =
        R"({"a":[0,-1.5e+3,true,false,null,{},[]],"b":"\"\\\/\b\f\n\r\t\u4e2d\ud83d\ude00","c": )";

    const Fault fault = find_fault(before + "?}");

    EXPECT_EQ(fault.pointer, "/c");
    EXPECT_EQ(fault.column, before.size() + 1);
}

TEST(JsonFault, EndsOnAnyTextAndShowsLittleOfIt) {
    for (const std::string& text :
         {std::string(100'000, '['),
          std::string(100'000, 'x'),
          std::string(100'000, '9'),
          "{\"a\":\"" + std::string(100'000, 'x'),
          std::string("\\"),
          std::string("\"\\u"),
          std::string("\"\\"),
          std::string("{\"a\":\"\\ud800\\u"),
          std::string("\0", 1)}) {
        const Fault fault = find_fault(text);
        EXPECT_FALSE(fault.what.empty());
        EXPECT_LT(fault.what.size(), 120U);
    }
}

}  // namespace
}  // namespace sluice::json
