#include "kit/recorded_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::kit::testing {
namespace {

using ::testing::HasSubstr;

TEST(RecordedMessage, OfAnAnswerSaysWhatWasAskedAndWhatCame) {
    const auto read = parse_recorded_message(
        R"({"operation":"query","scene":"barcode","settings":{"api":"v2"},"seconds_later":60,)"
        R"("instruction":{"channel_reference":"C1"},"answer":{"status":404,"body":""},)"
        R"("expect":{"kind":"not_found"}})"
    );

    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->operation_name(), "query");
    EXPECT_EQ(read->http_status(), 404);
    EXPECT_EQ(read->outcome(), "not_found");
    EXPECT_EQ(read->instruction.text_or_empty("scene"), "barcode");
    EXPECT_EQ(read->instruction.text_or_empty("channel_reference"), "C1");
    EXPECT_EQ(read->settings.at("api"), "v2");
    EXPECT_EQ(read->seconds_later, 60);
}

TEST(RecordedMessage, OfACallbackHasTheStatusItIsAnsweredWith) {
    const auto read = parse_recorded_message(
        R"({"operation":"callback","message":{"body":""},"expect":{"kind":"none","status":401}})"
    );

    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->operation_name(), "callback");
    EXPECT_EQ(read->http_status(), 401);
}

TEST(RecordedMessage, OfManyPayoutsSaysWhatDiffersInEach) {
    const auto read =
        parse_recorded_message(R"({"operation":"payout_many","instructions":[{"number":"A"},{}],)"
                               R"("answer":{"status":200},"expect":{"kind":"pending","lines":[]}})"
        );

    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->operation_name(), "payout_many");
    ASSERT_EQ(read->instructions.size(), 2U);
    EXPECT_EQ(read->instructions[0].text_or_empty("number"), "A");
}

TEST(RecordedMessage, IsRefusedWhenItDoesNotSayWhatItMeans) {
    struct Row {
        const char* text;
        const char* why;
    };
    for (const Row& row : {
             Row{"[", ""},
             Row{"[]", "it is a list, wanted a record"},
             Row{R"({"answer":{}})", "'operation' is missing"},
             Row{R"({"operation":"balance"})", "'expect' needs the kind"},
             Row{R"({"operation":"balance","message":{}})", "a balance has its words in 'answer'"},
             Row{R"({"operation":"query","expct":{}})", "unknown member 'expct' - did you mean"},
             Row{R"({"operation":"query","message":{}})", "a query has its words in 'answer'"},
             Row{R"({"operation":"callback","answer":{}})", "a callback has its words in 'message'"
             },
             Row{R"({"operation":"callback","expect":{"kind":"none"}})", "'message' is missing"},
             Row{R"({"operation":"query","answer":"paid"})", "'answer' is a text, wanted a record"},
             Row{R"({"operation":"query","answer":{"status":20},"expect":{"kind":"pending"}})",
                 "'answer.status' is no HTTP status"},
             Row{R"({"operation":"query","answer":{"status":200}})", "'expect' needs the kind"},
             Row{R"({"operation":"payout_many"})", "'instructions' is missing"},
             Row{R"({"operation":"payout","instructions":[]})", "are of a payout_many only"},
             Row{R"({"operation":"payout_many","instructions":[{}]})", "at least two records"},
             Row{R"({"operation":"payout_many","instructions":[{},7]})", "at least two records"},
             Row{R"({"operation":"query","settings":{"a":1},"answer":{"status":200}})",
                 "'settings.a' is no text"},
         }) {
        const auto read = parse_recorded_message(row.text);

        ASSERT_FALSE(read) << row.text;
        EXPECT_EQ(read.error().code, ErrorCode::invalid) << row.text;
        EXPECT_THAT(read.error().message, HasSubstr(row.why)) << row.text;
    }
}

}  // namespace
}  // namespace sluice::kit::testing
