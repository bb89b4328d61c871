#include "kit/outcome_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::kit::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kTable =
    "# Toy\n"
    "| request | body |\n"
    "|---|---|\n"
    "| a | b |\n"
    "\n"
    "| Operation | HTTP | The channel says | Outcome | Fixture |\n"
    "|---|---|---|---|---|\n"
    "| query | 200 | `paid` | succeeded | query_paid |\n"
    "| callback | 204 | `paid` | succeeded | callback_paid |\n";

Played played(const std::string& fixture, const std::string& operation, std::int64_t status) {
    return {
        .fixture = fixture,
        .operation = operation,
        .http_status = status,
        .outcome = "succeeded",
        .differences = {}
    };
}

std::vector<Played> recorded() {
    return {played("query_paid", "query", 200), played("callback_paid", "callback", 204)};
}

TEST(OutcomeTable, IsTheOneOfTheReadmeThatHasItsHead) {
    const auto rows = outcome_table(kTable);

    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_EQ(rows[0].line, 8U);
    EXPECT_EQ(rows[0].operation, "query");
    EXPECT_EQ(rows[0].http, "200");
    EXPECT_EQ(rows[1].outcome, "succeeded");
    EXPECT_EQ(rows[1].fixture, "callback_paid");
}

TEST(OutcomeTable, AgreesWithWhatIsRecorded) {
    EXPECT_THAT(compare_table(outcome_table(kTable), recorded()), IsEmpty());
}

TEST(OutcomeTable, IsMissedWhenThereIsNone) {
    EXPECT_THAT(
        compare_table(outcome_table("# Toy\n"), {}),
        ElementsAre("README.md has no table headed Operation, HTTP, ..., Outcome, Fixture")
    );
}

TEST(OutcomeTable, NeedsAMessageForEveryRowAndARowForEveryMessage) {
    EXPECT_THAT(
        compare_table(outcome_table(kTable), {played("query_paid", "query", 200)}),
        ElementsAre("README.md line 9: there is no fixtures/callback_paid.json for this row")
    );
    auto more = recorded();
    more.push_back(played("query_closed", "query", 200));
    EXPECT_THAT(
        compare_table(outcome_table(kTable), more),
        ElementsAre("fixtures/query_closed.json has no row in README.md")
    );
}

TEST(OutcomeTable, NamesAMessageOnce) {
    const std::string twice =
        std::string(kTable) + "| query | 200 | again | succeeded | query_paid |\n";

    EXPECT_THAT(
        compare_table(outcome_table(twice), recorded()),
        ElementsAre("README.md line 10: names query_paid, as line 8 does")
    );
}

TEST(OutcomeTable, SaysWhatItsMessagesSay) {
    const std::string other =
        std::string(kTable) + "| close | 201 | `closed` | closed | query_other |\n";
    auto more = recorded();
    more.push_back(played("query_other", "query", 200));

    EXPECT_THAT(
        compare_table(outcome_table(other), more),
        ElementsAre(
            "README.md line 10: operation is close, its fixture says query",
            "README.md line 10: HTTP is 201, its fixture says 200",
            "README.md line 10: outcome is closed, its fixture says succeeded"
        )
    );
}

TEST(OutcomeTable, FindsARowThatIsCutShort) {
    const std::string cut = std::string(kTable) + "| query | 200 |\n";

    EXPECT_THAT(
        compare_table(outcome_table(cut), recorded()),
        ElementsAre("README.md line 10: there is no fixtures/.json for this row")
    );
}

}  // namespace
}  // namespace sluice::kit::testing
