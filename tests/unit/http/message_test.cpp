#include "http/message.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

TEST(Headers, AreFoundWithoutRegardToCase) {
    const Headers headers{{"Content-Type", "a"}, {"X-Two", "1"}, {"x-two", "2"}};

    EXPECT_EQ(headers.get_or_empty("content-TYPE"), "a");
    EXPECT_EQ(headers.get_or_empty("X-TWO"), "1");
    EXPECT_EQ(headers.find("Absent"), nullptr);
}

TEST(Headers, SetReplacesEveryFieldOfTheName) {
    Headers headers{{"X-Two", "1"}, {"x-two", "2"}};

    headers.set({"X-TWO", "3"});

    EXPECT_EQ(headers.size(), 1U);
    EXPECT_EQ(headers.get_or_empty("x-two"), "3");
}

TEST(PercentDecode, ReadsEscapesAndKeepsPlus) {
    EXPECT_EQ(percent_decode("a%2Fb%20c+d").value_or("?"), "a/b c+d");
    EXPECT_EQ(percent_decode("%E4%B8%AD").value_or("?"), "\xE4\xB8\xAD");
}

TEST(PercentDecode, RefusesBrokenEscapes) {
    for (const char* text : {"%", "%2", "%G0", "a%2", "%0g"}) {
        EXPECT_FALSE(percent_decode(text).has_value()) << text;
    }
}

TEST(PercentEncode, IsUndoneByDecode) {
    std::string all;
    for (int c = 0; c < 256; ++c) {
        all.push_back(static_cast<char>(c));
    }

    EXPECT_EQ(percent_encode("a b|c"), "a%20b%7Cc");
    EXPECT_EQ(percent_decode(percent_encode(all)).value_or("?"), all);
}

TEST(ParseQuery, KeepsOrderAndRepeatedNames) {
    const auto parameters = parse_query("a=1&b=x+y&&a=%26&flag");

    ASSERT_TRUE(parameters.has_value());
    const std::vector<std::pair<std::string, std::string>> wanted{
        {"a", "1"}, {"b", "x y"}, {"a", "&"}, {"flag", ""}
    };
    EXPECT_EQ(*parameters, wanted);
}

TEST(ParseQuery, RefusesABrokenEscape) { EXPECT_FALSE(parse_query("a=%zz").has_value()); }

}  // namespace
}  // namespace sluice::http
