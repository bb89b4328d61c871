// What an adapter may say of many payouts in one answer, and what it must declare for it.
#include "channel/payout_many.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/adapter.hpp"
#include "json/json.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using payment::OutcomeKind;
using ::testing::HasSubstr;

constexpr std::string_view kNumberA = "01KDXW2E8B5F7M9Q3T6V8X0Z2A";
constexpr std::string_view kNumberB = "01KDXW2E8B5F7M9Q3T6V8X0Z2B";

class ManyAnswer : public ::testing::Test {
  protected:
    Result<std::vector<payment::Outcome>> read(std::string_view json) {
        return outcomes_from_answer(
            json::parse(json).value(), {.number = "B", .orders = {&orders_[0], &orders_[1]}}
        );
    }
    /// "pending", "unknown not_in_answer" and so on, joined by a comma.
    std::string shown(std::string_view json) {
        const auto outcomes = read(json);
        if (!outcomes) {
            return outcomes.error().message;
        }
        std::string text;
        for (const payment::Outcome& outcome : *outcomes) {
            text += (text.empty() ? "" : ", ") + std::string(payment::to_string(outcome.kind));
            text += (outcome.code.empty() ? "" : " ") + outcome.code;
        }
        return text;
    }
    /// The outcome of a line, with `more` members.
    static std::string line(std::string_view number, const std::string& more) {
        return R"({"number":")" + std::string(number) + R"(",)" + more + "}";
    }

    std::array<ExchangeOrder, 2> orders_{toy_payout('A'), toy_payout('B')};
};

TEST_F(ManyAnswer, GivesEachNumberItsOwnOutcomeInTheOrderOfTheQuestion) {
    EXPECT_EQ(
        shown(
            R"({"lines":[)" + line(kNumberB, R"("kind":"refused","code":"NO_FUNDS")") + "," +
            line(kNumberA, R"("kind":"pending")") + "]}"
        ),
        "pending, refused NO_FUNDS"
    );
}

TEST_F(ManyAnswer, KnowsNothingOfWhatItDoesNotName) {
    EXPECT_EQ(
        shown(R"({"lines":[)" + line(kNumberA, R"("kind":"pending")") + "]}"),
        "pending, unknown not_in_answer"
    );
    EXPECT_EQ(shown(R"({"lines":[]})"), "unknown not_in_answer, unknown not_in_answer");
}

TEST_F(ManyAnswer, BelievesNothingOfWhatItNamesTwice) {
    EXPECT_EQ(
        shown(
            R"({"lines":[)" + line(kNumberA, R"("kind":"pending")") + "," +
            line(kNumberA, R"("kind":"refused")") + "," + line(kNumberB, R"("kind":"pending")") +
            "]}"
        ),
        "unknown twice_in_answer, pending"
    );
}

TEST_F(ManyAnswer, TakesAnotherNumberForNoneOfOurs) {
    EXPECT_EQ(
        shown(
            R"({"lines":[)" + line("01KDXW2E8B5F7M9Q3T6V8X0Z2X", R"("kind":"refused")") + "," +
            line(kNumberB, R"("kind":"pending")") + R"(,{"kind":"refused"}]})"
        ),
        "unknown not_in_answer, pending"
    );
}

TEST_F(ManyAnswer, LetsOneBadLineSpoilNoOther) {
    for (const char* bad :
         {R"("kind":"paid")",
          R"("kind":"closed")",
          R"("kind":"succeeded","colour":"red")",
          R"("kind":7)",
          R"("code":"NO_KIND")"}) {
        EXPECT_EQ(
            shown(
                R"({"lines":[)" + line(kNumberA, bad) + "," +
                line(kNumberB, R"("kind":"pending")") + "]}"
            ),
            "unknown adapter_failed, pending"
        ) << bad;
    }
}

TEST_F(ManyAnswer, MayEndAllOfThemByWhatIsTrueOfTheRequest) {
    EXPECT_EQ(shown(R"({"whole":{"kind":"refused","code":"X"}})"), "refused X, refused X");
    EXPECT_EQ(shown(R"({"whole":{"kind":"config","code":"X"}})"), "config X, config X");
    EXPECT_EQ(shown(R"({"whole":{"kind":"not_sent","code":"X"}})"), "not_sent X, not_sent X");
    EXPECT_EQ(shown(R"({"whole":{"kind":"unknown","code":"X"}})"), "unknown X, unknown X");
}

TEST_F(ManyAnswer, MayNotEndAllOfThemByWhatIsTrueOfOne) {
    EXPECT_THAT(shown(R"({"whole":{"kind":"pending"}})"), HasSubstr("is pending, wanted refused"));
    EXPECT_THAT(
        shown(R"({"whole":{"kind":"refused","number":"N"}})"), HasSubstr("only one of them has")
    );
    EXPECT_THAT(
        shown(R"({"whole":{"kind":"unknown","amount":{"$money":[1,"CNY"]}}})"),
        HasSubstr("only one of them has")
    );
}

TEST_F(ManyAnswer, IsEitherLinesOrAWhole) {
    for (const char* wrong :
         {"{}",
          "[]",
          "7",
          R"({"lines":7})",
          R"({"kind":"pending"})",
          R"({"lines":[],"whole":{"kind":"refused"}})",
          R"({"lines":[],"note":"x"})"}) {
        EXPECT_THAT(shown(wrong), HasSubstr("wanted a record with either lines")) << wrong;
    }
    EXPECT_THAT(shown(R"({"lines":["pending"]})"), HasSubstr("one of the lines is a text"));
}

TEST(ManyDeclared, IsWhatAPayoutCanDo) {
    const AdapterPtr many = make_adapter(many_adapter()).value();
    const AdapterPtr one = make_adapter(generous_adapter()).value();

    ASSERT_NE(many->pays_many(), nullptr);
    EXPECT_EQ(many->pays_many()->lines_max, 3U);
    EXPECT_EQ(many->pays_many()->amount_max_minor, 300'000);
    EXPECT_EQ(one->pays_many(), nullptr);
}

TEST(ManyDeclared, HasNoLimitOfItsSumUnlessOneIsSaid) {
    const auto adapter = make_adapter(many_adapter(", amount_max_minor = 300000 }", " }")).value();

    EXPECT_EQ(adapter->pays_many()->amount_max_minor, std::numeric_limits<std::int64_t>::max());
}

struct ManyMistake {
    std::string_view from;
    std::string_view to;
    std::string_view expected;
};

TEST(ManyDeclared, NamesWhatIsMissingUnknownOrOutOfRange) {
    const std::vector<ManyMistake> mistakes{
        {"lines_max = 3,", "", "needs lines_max, a whole number from 2 to 500"},
        {"lines_max = 3", "lines_max = 1", "needs lines_max, a whole number from 2 to 500"},
        {"lines_max = 3", "lines_max = 501", "needs lines_max, a whole number from 2 to 500"},
        {"lines_max = 3", "lines = 3", "has an unknown member 'lines'"},
        {"amount_max_minor = 300000", "amount_max_minor = 0", "needs amount_max_minor"},
        {", many = { lines_max = 3, amount_max_minor = 300000 }",
         "",
         "operations.payout_many is there without 'capabilities.payout.many'"},
        {"payout_many = {", "payout_many = {}, unused = {", "'unused' is no channel operation"},
        {"request = function(many)", "ask = function(many)", "payout_many.request is not a function"
        },
        {"response = function(many",
         "read = function(many",
         "payout_many.response is not a function"},
        {"payout_many = {", "payout_many = { resend = \"idempotent\",", "is never sent again"},
    };
    for (const ManyMistake& mistake : mistakes) {
        const auto adapter = make_adapter(many_adapter(mistake.from, mistake.to));

        ASSERT_FALSE(adapter) << mistake.expected;
        EXPECT_THAT(adapter.error().message, HasSubstr(std::string(mistake.expected)));
    }
    const auto lost = make_adapter(generous_adapter(
        "amount_max_minor = 500000 }", "amount_max_minor = 500000, many = { lines_max = 2 } }"
    ));
    ASSERT_FALSE(lost);
    EXPECT_THAT(lost.error().message, HasSubstr("operations.payout_many is missing"));
}

}  // namespace
}  // namespace sluice::channel::testing
