// What the verbs of flows may rely on in a policy's answer.
#include "decision/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/json.hpp"

namespace sluice::decision {
namespace {

using ::testing::HasSubstr;

/// What is wrong with the answer; empty when it is good. The candidates are wx-a and wx-b.
std::string mistake(std::string_view policy, const std::string& answer) {
    const Value candidates =
        json::parse(
            R"([{"name":"wx-a","channel":"wechatpay"},{"name":"wx-b","channel":"wechatpay"}])"
        )
            .value();
    const auto good = AnswerRules(candidates).check(policy, Value{}, json::parse(answer).value());
    return good ? "" : good.error().message;
}

constexpr const char* kKeptA = R"({"name":"wx-a","channel":"wechatpay","why":"cheap"})";
constexpr const char* kDroppedB = R"({"name":"wx-b","why":"dear"})";

std::string route(const std::string& accounts, const std::string& dropped) {
    return R"({"accounts":[)" + accounts + R"(],"dropped":[)" + dropped + "]}";
}

TEST(PolicyAnswer, OfRiskIsYesOrNoWithReasons) {
    EXPECT_EQ(mistake("risk", R"({"allowed":true})"), "");
    EXPECT_EQ(mistake("risk", R"({"allowed":false,"code":"x","message":"y"})"), "");
    EXPECT_EQ(
        mistake("risk", R"({"alowed":true})"),
        "policy 'risk' answered 'allowed' with nothing, wanted true or false"
    );
    EXPECT_EQ(
        mistake("risk", R"({"allowed":"yes"})"),
        "policy 'risk' answered 'allowed' with a text, wanted true or false"
    );
    EXPECT_THAT(
        mistake("risk", R"({"allowed":false,"code":"x"})"),
        HasSubstr("forbids without 'code' and 'message'")
    );
}

TEST(PolicyAnswer, OfRoutingSendsNoMerchantsMoneyOverAnothersAccount) {
    const auto candidates =
        json::parse(R"([{"name":"wx-a","channel":"wechatpay","merchant_id":"m1"}])").value();
    const auto checked = [&](const char* merchant) {
        const Value facts(ValueObject{{"merchant_id", merchant}});
        return AnswerRules(candidates)
            .check("route", facts, json::parse(route(kKeptA, "")).value());
    };

    EXPECT_TRUE(checked("m1"));
    const auto foreign = checked("m2");
    ASSERT_FALSE(foreign);
    EXPECT_THAT(foreign.error().message, HasSubstr("which belongs to another merchant"));
}

TEST(PolicyAnswer, OfRefundWaysNamesEachWayOnce) {
    const auto ways = [](const std::string& list) {
        return mistake("refund_ways", R"({"ways":[)" + list + "]}");
    };
    const std::string original = R"({"way":"original"})";
    const std::string to_card = R"({"way":"other_leg","kind":"prepaid_card"})";
    const std::string to_balance = R"({"way":"other_leg","kind":"balance"})";

    EXPECT_EQ(ways(original), "");
    EXPECT_EQ(
        ways(
            original + "," + to_card + "," + to_balance + R"(,{"way":"balance"},{"way":"payout"})"
        ),
        ""
    );
    EXPECT_THAT(ways(""), HasSubstr("wanted a list of ways"));
    EXPECT_THAT(mistake("refund_ways", "{}"), HasSubstr("wanted a list of ways"));
    EXPECT_THAT(ways(R"({"way":"cash"})"), HasSubstr("names the way 'cash', wanted original"));
    EXPECT_THAT(ways(original + "," + original), HasSubstr("names the way 'original' twice"));
    EXPECT_THAT(ways(R"({"way":"other_leg"})"), HasSubstr("wanted a kind of account"));
    EXPECT_THAT(ways(R"({"way":"payout","kind":"x"})"), HasSubstr("wanted a kind of account"));
}

TEST(PolicyAnswer, OfApprovalSaysHowManyPeopleWhoseWordCountsAndWhy) {
    EXPECT_EQ(mistake("payout_approval", R"({"needed":0,"role":"finance","why":"small"})"), "");
    EXPECT_EQ(mistake("payout_approval", R"({"needed":2,"role":"finance","why":"large"})"), "");
    EXPECT_THAT(
        mistake("payout_approval", R"({"needed":11,"role":"finance","why":"x"})"),
        HasSubstr("wanted how many people, 0 to 10")
    );
    EXPECT_THAT(
        mistake("payout_approval", R"({"why":"x"})"), HasSubstr("answered 'needed' with nothing")
    );
    EXPECT_THAT(
        mistake("payout_approval", R"({"needed":0,"why":"x"})"), HasSubstr("without 'role'")
    );
    EXPECT_THAT(
        mistake("payout_approval", R"({"needed":1,"role":"finance"})"), HasSubstr("without 'why'")
    );
}

TEST(PolicyAnswer, OfApprovalHasTimesThatATaskCanHave) {
    const auto with = [](const std::string& times) {
        return mistake("case_approval", R"({"needed":1,"role":"finance","why":"x",)" + times + "}");
    };

    EXPECT_EQ(with(R"("deadline":9,"escalate":{"after":3,"role":"management"})"), "");
    EXPECT_THAT(with(R"("deadline":"soon")"), HasSubstr("'deadline' is wrong"));
    EXPECT_THAT(with(R"("escalate":{"after":3})"), HasSubstr("'escalate' is wrong"));
    EXPECT_THAT(
        with(R"("deadline":3,"escalate":{"after":3,"role":"management"})"),
        HasSubstr("before its deadline")
    );
}

TEST(PolicyAnswer, OfRouteSpeaksOfEveryCandidate) {
    EXPECT_EQ(mistake("route", route(kKeptA, kDroppedB)), "");
    EXPECT_EQ(
        mistake("route", route(kKeptA, "")),
        "policy 'route' says nothing of 'wx-b', wanted every candidate in 'accounts' or in "
        "'dropped'"
    );
}

TEST(PolicyAnswer, OfRouteNamesCandidatesOnly) {
    EXPECT_EQ(
        mistake("route", route(R"({"name":"wx-q","channel":"wechatpay","why":"x"})", kDroppedB)),
        "policy 'route' names 'wx-q' in 'accounts', wanted 'name' and 'channel' of a candidate: "
        "wx-a, wx-b"
    );
    EXPECT_THAT(
        mistake("route", route(R"({"name":"wx-a","channel":"alipay","why":"x"})", kDroppedB)),
        HasSubstr("names 'wx-a' in 'accounts', wanted 'name' and 'channel'")
    );
    EXPECT_THAT(
        mistake("route", route(kKeptA, R"({"name":"wx-q","why":"x"})")),
        HasSubstr("names 'wx-q' in 'dropped'")
    );
    EXPECT_THAT(
        mistake("route", route("\"wx-a\"", kDroppedB)), HasSubstr("names '' in 'accounts'")
    );
}

TEST(PolicyAnswer, OfRouteNamesACandidateOnceAndSaysWhy) {
    EXPECT_THAT(
        mistake("route", route(std::string(kKeptA) + "," + kKeptA, kDroppedB)),
        HasSubstr("names 'wx-a' twice")
    );
    EXPECT_THAT(
        mistake("route", route(kKeptA, R"({"name":"wx-a","why":"x"})")),
        HasSubstr("names 'wx-a' twice")
    );
    EXPECT_THAT(
        mistake("route", route(R"({"name":"wx-a","channel":"wechatpay"})", kDroppedB)),
        HasSubstr("names 'wx-a' in 'accounts' without 'why', wanted a text")
    );
}

TEST(PolicyAnswer, OfRouteMayDropTwoAccountsOfOneName) {
    const AnswerRules rules(
        json::parse(R"([{"name":"main","channel":"a"},{"name":"main","channel":"b"}])").value()
    );
    const std::string dropped = R"({"name":"main","why":"x"})";
    const auto says = [&](const std::string& answer) {
        return rules.check("route", Value{}, json::parse(answer).value()).has_value();
    };

    EXPECT_TRUE(says(route("", dropped + "," + dropped)));
    EXPECT_TRUE(says(route(R"({"name":"main","channel":"a","why":"x"})", dropped)));
    EXPECT_TRUE(says(route(R"({"name":"main","channel":"b","why":"x"})", dropped)));
    EXPECT_FALSE(says(route(R"({"name":"main","channel":"b","why":"x"})", "")));
}

TEST(PolicyAnswer, OfRouteHasBothLists) {
    EXPECT_EQ(
        mistake("route", R"({"dropped":[]})"),
        "policy 'route' answered 'accounts' with nothing, wanted a list"
    );
    EXPECT_EQ(
        mistake("route", R"({"accounts":[],"dropped":5})"),
        "policy 'route' answered 'dropped' with a whole number, wanted a list"
    );
}

TEST(PolicyAnswer, OfPayoutLimitsIsMoneyOfThePayoutOrNothing) {
    Value facts;
    facts.set("amount", Money{100, cny()});
    const auto says = [&](const std::string& name, Value value) {
        Value answer(ValueObject{{"day_begins", 480}, {"why", "x"}});
        answer.set(name, std::move(value));
        const auto good = AnswerRules(Value{}).check("payout_limits", facts, answer);
        return good ? "" : good.error().message;
    };
    const std::string wanted = "wanted money of the payout's currency, zero or more, or nothing";

    EXPECT_EQ(says("why", "nothing is limited"), "");
    for (const std::string name : {"merchant_day", "payee_day", "order"}) {
        EXPECT_EQ(says(name, Money{0, cny()}), "") << "nobody may pay out";
        EXPECT_THAT(says(name, Money{-1, cny()}), HasSubstr(wanted));
        EXPECT_THAT(says(name, Money(1, *Currency::parse("USD"))), HasSubstr("1 USD, " + wanted));
        EXPECT_THAT(says(name, 1), HasSubstr("a whole number, " + wanted));
    }
    for (const std::int64_t minutes : {-1441, 1441}) {
        EXPECT_THAT(says("day_begins", minutes), HasSubstr("how many minutes the merchant's day"));
    }
    EXPECT_THAT(says("why", ""), HasSubstr("without 'why'"));
}

TEST(PolicyAnswer, OfAnyPolicyIsARecord) {
    EXPECT_EQ(mistake("limits", "[]"), "policy 'limits' answered with a list, wanted a record");
    EXPECT_EQ(mistake("limits", R"({"anything":1})"), "");
}

}  // namespace
}  // namespace sluice::decision
