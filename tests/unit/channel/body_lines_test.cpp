#include "channel/body_lines.hpp"

#include <array>

#include <gtest/gtest.h>

namespace sluice::channel::testing {
namespace {

const std::array<std::string, 3> kNumbers{"N1", "N2", "N3"};

std::string shown_of(std::string_view body, std::size_t index) {
    return BodyLines(body, kNumbers).of(index).value_or("not taken apart");
}

TEST(BodyLines, ShowOfAListOnlyWhatNamesTheInstruction) {
    const std::string body =
        R"({"batch":"B1","x":{"lines":[{"number":"N1","who":"Zhang"},{"number":"N2","who":"Li"},)"
        R"({"number":"N3","who":"Wang"}]},"total":30})";

    EXPECT_EQ(
        shown_of(body, 1),
        R"({"batch":"B1","x":{"lines":[{"number":"N2","who":"Li"},"and 2 more"]},"total":30})"
    );
}

TEST(BodyLines, ShowWhatNamesItTwiceTwiceAndWhatDoesNotNotAtAll) {
    const std::string body = R"({"lines":[{"n":"N1","s":1},{"n":"N1","s":2},{"n":"N9"},7]})";

    EXPECT_EQ(shown_of(body, 0), R"({"lines":[{"n":"N1","s":1},{"n":"N1","s":2},"and 2 more"]})");
    EXPECT_EQ(shown_of(body, 1), R"({"lines":["and 4 more"]})");
}

TEST(BodyLines, TakeAListWithoutARecordAroundIt) {
    EXPECT_EQ(shown_of(R"([{"n":"N2"}])", 1), R"([{"n":"N2"}])");
}

TEST(BodyLines, LookPastListsThatNameNobody) {
    EXPECT_EQ(
        shown_of(R"({"hints":[1,{"n":"other"}],"lines":[{"n":"N1"},{"n":"N2"}]})", 0),
        R"({"hints":[1,{"n":"other"}],"lines":[{"n":"N1"},"and 1 more"]})"
    );
}

TEST(BodyLines, LeaveWhatTheyCannotReadAsItIs) {
    for (const char* body :
         {"",
          "<html>",
          R"({"code":"RISK_REFUSED"})",
          R"({"lines":[]})",
          R"({"lines":["N1"]})",
          "number=N1",
          "\"N1\"",
          "{"}) {
        EXPECT_EQ(shown_of(body, 0), "not taken apart") << body;
    }
}

}  // namespace
}  // namespace sluice::channel::testing
