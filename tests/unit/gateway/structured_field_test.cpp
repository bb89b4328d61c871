#include "gateway/structured_field.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

namespace structured = gateway::structured;

std::string again(std::string_view text) {
    const auto fields = structured::parse_dictionary(text);
    if (!fields) {
        return "refused " + fields.error().message;
    }
    std::string out;
    for (const structured::Member& member : *fields) {
        out += (out.empty() ? "" : " | ") + member.key + "=";
        out += std::visit(
            [](const auto& value) { return structured::to_string(value); }, member.value
        );
    }
    return out;
}

struct Spelling {
    std::string_view given;
    std::string_view canonical;
};

TEST(StructuredField, HasOneSpellingForWhatWasGivenInAnother) {
    const std::vector<Spelling> rows{
        {"", ""},
        {"  ", ""},
        {"a=1", "a=1"},
        {"a=-15 ,\t b=\"x\"", "a=-15 | b=\"x\""},
        {"a", "a=?1"},
        {"a;x;y=1", "a=?1;x;y=1"},
        {"a=?0;x=?1", "a=?0;x"},
        {"a=tok/en:*", "a=tok/en:*"},
        {"a=:aGk=:", "a=:aGk=:"},
        {"a=()", "a=()"},
        {"s=(  \"@method\"   \"a\";sf )  ", "s=(\"@method\" \"a\";sf)"},
        {"s=(\"a\");created=1; keyid=\"k\\\"\\\\\"", "s=(\"a\");created=1;keyid=\"k\\\"\\\\\""},
        {"*a_b-c.d=999999999999999", "*a_b-c.d=999999999999999"},
    };
    for (const Spelling& row : rows) {
        EXPECT_EQ(again(row.given), row.canonical) << row.given;
    }
}

TEST(StructuredField, RefusesWhatTheGrammarDoesNotAllow) {
    for (const std::string_view text : {
             "A=1",
             "1=1",
             "a=",
             "a=1,",
             "a=1, ",
             "a=1 b=2",
             "a=1;",
             "a=1;B",
             "a=(",
             "a=(\"x\"",
             "a=(\"x\"\"y\")",
             "a=(\"x\",1)",
             "a=\"x",
             "a=\"\\n\"",
             "a=\"\t\"",
             "a=\"\xc3\xa9\"",
             "a=:aGk",
             "a=:aGk:",
             "a=:a k=:",
             "a=?2",
             "a=?",
             "a=1.5",
             "a=-",
             "a=1000000000000000",
             "a=@x",
             ",a=1",
             "a==1",
             "a=(1 2;)",
             "\ta=1",
             "a=1\n",
             "a =1",
         }) {
        EXPECT_THAT(again(text), ::testing::StartsWith("refused at byte ")) << text;
    }
}

TEST(StructuredField, RefusesWhatStandsTwice) {
    EXPECT_THAT(again("a=1, b=2, a=3"), ::testing::HasSubstr("'a' stands twice, wanted once"));
    EXPECT_THAT(again("a=();x=1;x=2"), ::testing::HasSubstr("parameter 'x' stands twice"));
}

TEST(StructuredField, TellsWhereItLeavesTheGrammar) {
    EXPECT_EQ(
        again("a=1, b=\"x"),
        "refused at byte 10: wanted printable ASCII up to the closing "
        "quote"
    );
}

}  // namespace
}  // namespace sluice::testing
