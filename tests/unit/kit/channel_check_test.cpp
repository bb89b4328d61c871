#include "kit/channel_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/kit/scaffolded.hpp"

namespace sluice::kit::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ChannelCheck : public ::testing::Test {
  protected:
    [[nodiscard]] ChannelReport check() const { return check_channel(scaffolded_.toy()); }
    /// What differs in one fixture, in one text.
    [[nodiscard]] std::string difference(const std::string& fixture) const {
        std::string text;
        for (const Played& each : check().fixtures) {
            for (const std::string& why : each.differences) {
                text += each.fixture == fixture ? why + "\n" : "";
            }
        }
        return text;
    }
    /// The one thing that keeps the channel from being played at all.
    [[nodiscard]] std::string trouble() const {
        const ChannelReport report = check();
        EXPECT_THAT(report.fixtures, IsEmpty());
        return report.problems.empty() ? "" : report.problems.front();
    }

    Scaffolded scaffolded_;
};

TEST_F(ChannelCheck, TellsWhichMemberOfAnOutcomeDiffers) {
    scaffolded_.edit("adapter.lua", "paid = \"succeeded\", closed", "paid = \"pending\", closed");

    EXPECT_EQ(difference("query_200_paid"), "kind is \"pending\", wanted \"succeeded\"\n");
    EXPECT_EQ(difference("query_200_waiting"), "");
    EXPECT_FALSE(check().is_sound());
}

TEST_F(ChannelCheck, TellsWhichMemberOfARequestDiffers) {
    scaffolded_.edit("adapter.lua", "ORDERS = \"/orders\"", "ORDERS = \"/trades\"");

    EXPECT_THAT(
        difference("collect_200_waiting"),
        HasSubstr("request: path is \"/trades\", wanted \"/orders\"")
    );
}

TEST_F(ChannelCheck, TellsTheLineOfAMistakeInAnAnswer) {
    scaffolded_.edit(
        "adapter.lua", "channel_reference = order.id,", "channel_reference = order.id.x,"
    );

    EXPECT_THAT(
        difference("query_200_paid"), HasSubstr("the adapter failed: channels/toy/adapter.lua")
    );
    EXPECT_THAT(difference("callback_paid"), HasSubstr("the adapter failed: channels/toy/adapter"));
}

TEST_F(ChannelCheck, HoldsOutcomesToTheContract) {
    scaffolded_.edit("adapter.lua", "paid = \"succeeded\", closed", "paid = \"splendid\", closed");

    EXPECT_THAT(difference("query_200_paid"), HasSubstr("the adapter failed: "));
    EXPECT_THAT(difference("query_200_paid"), HasSubstr("splendid"));
}

TEST_F(ChannelCheck, SendsNothingToAHostThatTheAccountDoesNotName) {
    scaffolded_.edit(
        "adapter.lua",
        "return { method = method, path = path,",
        "return { method = method, url = \"https://evil.example\" .. path,"
    );

    EXPECT_THAT(difference("query_200_paid"), HasSubstr("the host 'evil.example' is not allowed"));
}

TEST_F(ChannelCheck, BelievesNoSignatureButTheOneOfTheAccountsKey) {
    scaffolded_.edit("rehearsal/account.json", "good for rehearsals only", "another key");

    EXPECT_THAT(difference("query_200_paid"), HasSubstr("kind is \"unknown\", wanted"));
}

TEST_F(ChannelCheck, WantsNoAnswerInASceneOfWhichNothingIsSent) {
    scaffolded_.edit("adapter.lua", "scenes = { \"qr\" },", R"(scenes = { "qr" },
    handed_over = { "qr" },)");
    scaffolded_.edit("adapter.lua", "response = collected", R"(response = collected,
      hand_over = function() return { type = "qr_code", code_url = "toy://pay" } end)");
    scaffolded_.write(
        "fixtures/collect_200_waiting.json",
        R"({"operation":"collect","expect":{"kind":"pending",)"
        R"("next_action":{"type":"qr_code","code_url":"toy://pay"}}})"
    );

    EXPECT_EQ(difference("collect_200_waiting"), "");
    EXPECT_THAT(
        difference("collect_200_paid"),
        HasSubstr("nothing is sent in this scene, so it has no 'answer'")
    );
    EXPECT_THAT(check().problems, ElementsAre(HasSubstr("HTTP is 200, its fixture says -")));
}

TEST_F(ChannelCheck, RefusesAQuestionThatTheAdapterHasNot) {
    for (const std::string operation : {"balance", "pay"}) {
        scaffolded_.write(
            "fixtures/query_200_paid.json",
            R"({"operation":")" + operation + R"(","answer":{"status":200},"expect":{"kind":"x"}})"
        );

        EXPECT_THAT(
            difference("query_200_paid"),
            HasSubstr("'operation' is '" + operation + "', wanted an operation, 'callback'")
        );
    }
}

TEST_F(ChannelCheck, WantsAnAnswerToWhatIsSent) {
    scaffolded_.write(
        "fixtures/query_200_paid.json", R"({"operation":"query","expect":{"kind":"succeeded"}})"
    );

    EXPECT_EQ(difference("query_200_paid"), "'answer' is missing\n");
}

TEST_F(ChannelCheck, RefusesWhatItCannotSign) {
    fs::remove(scaffolded_.toy() / "rehearsal" / "sign.lua");

    EXPECT_THAT(
        difference("query_200_paid"),
        HasSubstr("has a member 'signature', which only a rehearsal/sign.lua could understand")
    );
}

TEST_F(ChannelCheck, PlaysWhatIsSignedAlreadyAsItIsWritten) {
    fs::remove(scaffolded_.toy() / "rehearsal" / "sign.lua");
    scaffolded_.write(
        "fixtures/query_200_no_json.json",
        R"({"operation":"query","answer":{"status":200,"headers":{"X-Signature":"00"},"body":""},)"
        R"("expect":{"kind":"unknown","code":"SIGNATURE_INVALID"}})"
    );

    EXPECT_EQ(difference("query_200_no_json"), "");
}

TEST_F(ChannelCheck, TellsTheLineOfAMistakeInTheSignature) {
    scaffolded_.edit("rehearsal/sign.lua", "local function signed", "function signed");
    EXPECT_THAT(trouble(), HasSubstr("channels/toy/rehearsal/sign.lua"));
}

TEST_F(ChannelCheck, PlaysNothingOfWhatDoesNotLoad) {
    struct Row {
        const char* file;
        const char* from;
        const char* to;
        const char* why;
    };
    for (const Row& row : {
             Row{"adapter.lua", "callback = callback,", "", "'callback' is not a function"},
             Row{"adapter.lua", "scenes = { \"qr\" },", "scenes = 7,", "'scenes'"},
             Row{"adapter.lua", "return {\n  name", "return {{\n  name", "channels/toy/adapter.lua"
             },
             Row{"form.json", "\"kind\": \"secret\"", "\"kind\": \"secrets\"", "secrets"},
             Row{"rehearsal/account.json", "\"now\"", "\"then\"", "unknown member 'then'"},
             Row{"rehearsal/account.json", "\"api_key\"", "\"api_kye\"", "api_kye"},
         }) {
        const Scaffolded scaffolded;
        scaffolded.edit(row.file, row.from, row.to);

        const ChannelReport report = check_channel(scaffolded.toy());

        EXPECT_THAT(report.fixtures, IsEmpty()) << row.to;
        EXPECT_THAT(report.problems, ElementsAre(HasSubstr(row.why))) << row.to;
        EXPECT_FALSE(report.is_sound()) << row.to;
    }
}

TEST_F(ChannelCheck, NeedsSomethingRecordedOfEachOperation) {
    for (const auto& entry : fs::directory_iterator(scaffolded_.toy() / "fixtures")) {
        if (entry.path().filename().string().starts_with("close_")) {
            fs::remove(entry.path());
        }
    }

    const ChannelReport report = check();

    ASSERT_FALSE(report.problems.empty());
    EXPECT_EQ(report.problems.front(), "no fixture is of the operation close");
}

TEST_F(ChannelCheck, FindsWhatIsNoRecordedMessage) {
    scaffolded_.write("fixtures/notes.txt", "to do");
    scaffolded_.write("fixtures/query_200_paid.json", "{");

    EXPECT_THAT(difference("notes.txt"), HasSubstr("notes.txt.json is missing"));
    EXPECT_FALSE(difference("query_200_paid").empty());
}

TEST_F(ChannelCheck, HoldsTheTableAgainstWhatIsRecorded) {
    scaffolded_.edit(
        "README.md", "| pending | query_200_waiting |", "| unknown | query_200_waiting |"
    );

    EXPECT_THAT(
        check().problems, ElementsAre(HasSubstr("outcome is unknown, its fixture says pending"))
    );
}

TEST_F(ChannelCheck, IsToldInLinesAndInJson) {
    scaffolded_.edit("adapter.lua", "paid = \"succeeded\", closed", "paid = \"pending\", closed");

    const ChannelReport report = check();

    EXPECT_THAT(report.describe(), HasSubstr("\nok      query_200_waiting\n"));
    EXPECT_THAT(report.describe(), HasSubstr("\nDIFFERS query_200_paid: kind is \"pending\""));
    EXPECT_THAT(report.describe(), HasSubstr("\ntoy: 28 fixtures, 2 differ, 0 other problems\n"));
    const Value told = report.to_value();
    EXPECT_EQ(*told.find("sound"), Value(false));
    EXPECT_EQ(told.find("fixtures")->as_array()->size(), 28U);
    EXPECT_EQ(told.text_or_empty("channel"), "toy");
}

}  // namespace
}  // namespace sluice::kit::testing
