#include "decision/policies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sound_health.hpp"

namespace sluice::decision {
namespace {

using ::testing::HasSubstr;

Value candidate(const char* name, int cost) {
    Value value;
    value.set("name", name);
    value.set("channel", "wechatpay");
    value.set("merchant_id", "");
    value.set("method", "wechatpay");
    value.set("scenes", Value(ValueArray{Value("qr")}));
    value.set("amount_min", Money{100, cny()});
    value.set("amount_max", Money{5000, cny()});
    value.set("cost_basis_points", cost);
    value.set("payout_methods", Value(ValueArray{}));
    value.set("health", sluice::testing::sound_health());
    return value;
}

Value silent(Value candidate) {
    candidate.set("health", Value(ValueObject{{"breaker", "open"}}));
    return candidate;
}

Value route_facts(std::int64_t minor) {
    Value facts;
    facts.set("method", "wechatpay");
    facts.set("scene", "qr");
    facts.set("amount", Money{minor, cny()});
    return facts;
}

script::ReleasePtr repository_release() { return script::load_release(SLUICE_SOURCE_DIR).value(); }

/// A release of one policy alone.
script::ReleasePtr policy_release(const std::string& body) {
    return script::build_release({{"scripts/risk/sample.lua",
                                   "return { decide = function(facts) " + body + " end }"}})
        .value();
}

std::unique_ptr<Policies> policies_of(script::ReleasePtr release, ValueArray candidates = {}) {
    return std::move(Policies::create(std::move(release), Value(std::move(candidates)))).value();
}

/// "wx-a wx-b" of the accounts an answer names, or "wx-a: why" of the dropped ones.
std::string names(const Value& answer, std::string_view list, bool with_reason) {
    std::string text;
    for (const auto& each : *answer.find(list)->as_array()) {
        text += (text.empty() ? "" : "; ") + std::string(each.text_or_empty("name"));
        text += with_reason ? ": " + std::string(each.text_or_empty("why")) : "";
    }
    return text;
}

TEST(RoutePolicy, DropsTheAccountOfAnotherMerchant) {
    Value own = candidate("own", 60);
    own.set("merchant_id", "m1");
    Value foreign = candidate("foreign", 1);
    foreign.set("merchant_id", "m2");
    const auto policies = policies_of(repository_release(), {own, foreign});
    Value facts = route_facts(1000);
    facts.set("merchant_id", "m1");

    const auto answer = policies->decide("route", facts);

    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(names(*answer, "accounts", false), "own");
    EXPECT_EQ(names(*answer, "dropped", true), "foreign: belongs to another merchant");
}

TEST(RoutePolicy, ChoosesFromTheNewListOnceItIsAdopted) {
    const auto policies = policies_of(repository_release(), {candidate("old", 1)});

    ASSERT_TRUE(policies->adopt(Value(ValueArray{candidate("a", 2), candidate("b", 3)})));

    const auto answer = policies->decide("route", route_facts(1000));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(names(*answer, "accounts", false), "a; b");
}

TEST(RoutePolicy, PutsTheCheapestFirstAndKeepsTheOrderOfEquals) {
    const auto policies = policies_of(
        repository_release(), {candidate("b", 60), candidate("a", 38), candidate("c", 60)}
    );

    const auto answer = policies->decide("route", route_facts(700));

    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(names(*answer, "accounts", false), "a; b; c");
}

TEST(RoutePolicy, PutsWhoDoesNotAnswerBehindTheOthers) {
    const auto policies = policies_of(
        repository_release(),
        {silent(candidate("b", 20)), candidate("a", 60), silent(candidate("c", 10))}
    );

    const auto answer = policies->decide("route", route_facts(700));

    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(
        names(*answer, "accounts", true),
        "a: costs 60 basis points; "
        "c: costs 10 basis points, does not answer now; "
        "b: costs 20 basis points, does not answer now"
    );
}

TEST(PayoutRoutePolicy, PutsWhoDoesNotAnswerBehindTheOthers) {
    Value first = silent(candidate("b", 20));
    Value second = candidate("a", 60);
    for (Value* each : {&first, &second}) {
        each->set("payout_methods", Value(ValueArray{Value("bank_card")}));
    }
    const auto policies = policies_of(repository_release(), {first, second});
    Value facts;
    facts.set("method", "bank_card");
    facts.set("merchant_id", "m1");

    const auto answer = policies->decide("payout_route", facts);

    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(
        names(*answer, "accounts", true),
        "a: pays out by bank_card; b: pays out by bank_card, does not answer now"
    );
}

TEST(RoutePolicy, SaysWhyAnAccountIsOut) {
    auto other_method = candidate("alipay", 1);
    other_method.set("method", "alipay");
    auto other_scene = candidate("app", 1);
    other_scene.set("scenes", Value(ValueArray{Value("app")}));
    auto small = candidate("small", 1);
    small.set("amount_max", Money{699, cny()});
    auto large = candidate("large", 1);
    large.set("amount_min", Money{701, cny()});
    const auto policies =
        policies_of(repository_release(), {other_method, other_scene, small, large});

    const auto answer = policies->decide("route", route_facts(700));

    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(names(*answer, "accounts", false), "");
    EXPECT_EQ(
        names(*answer, "dropped", true),
        "alipay: collects alipay, not wechatpay; app: has no scene qr; "
        "small: takes nothing above 6.99 CNY; large: takes nothing below 7.01 CNY"
    );
}

TEST(RoutePolicy, TakesAmountsUpToBothBoundsThemselves) {
    const auto policies = policies_of(repository_release(), {candidate("a", 38)});

    for (const std::int64_t minor : {100, 5000}) {
        EXPECT_EQ(names(*policies->decide("route", route_facts(minor)), "accounts", false), "a");
    }
    for (const std::int64_t minor : {99, 5001}) {
        EXPECT_EQ(names(*policies->decide("route", route_facts(minor)), "accounts", false), "");
    }
}

TEST(Policies, AnswerWithTheirFactsTheirReleaseAndTheirName) {
    const auto release = repository_release();
    const auto policies = policies_of(release, {candidate("a", 38)});
    const Value facts = route_facts(700);

    const auto answer = policies->decide("route", facts);

    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->text_or_empty("policy"), "route");
    EXPECT_EQ(answer->text_or_empty("release"), release->id.to_string());
    ASSERT_NE(answer->find("facts"), nullptr);
    EXPECT_EQ(*answer->find("facts"), facts);
}

TEST(Policies, KeepNothingFromOneDecisionToTheNext) {
    const auto release = script::build_release(
        {{"scripts/risk/sample.lua",
          "local seen = { count = 0 }\n"
          "return { decide = function(facts)\n"
          "  seen.count = seen.count + 1\n"
          "  return { count = seen.count }\n"
          "end }"}}
    );
    ASSERT_TRUE(release.has_value()) << release.error().message;
    const auto policies = policies_of(*release);

    const auto answer = policies->decide("sample", Value(ValueObject{}));

    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(
        answer.error().message,
        "scripts/risk/sample.lua, line 3: cannot set 'count': this table is shared"
    );
}

TEST(Policies, FollowTheAdoptedReleaseFromTheNextDecisionOn) {
    const auto policies = policies_of(policy_release("return { code = 'old' }"));
    const auto fresh = policy_release("return { code = 'new' }");
    EXPECT_EQ(policies->decide("sample", Value(ValueObject{}))->text_or_empty("code"), "old");

    ASSERT_TRUE(policies->adopt(fresh).has_value());

    const auto answer = policies->decide("sample", Value(ValueObject{}));
    EXPECT_EQ(answer->text_or_empty("code"), "new");
    EXPECT_EQ(answer->text_or_empty("release"), fresh->id.to_string());
}

TEST(Policies, TellTheAuthorWhatFailedAndWhere) {
    const auto policies = policies_of(policy_release("\n return { x = facts.amunt }"));
    Value facts;
    facts.set("amount", 5);

    const auto answer = policies->decide("sample", facts);

    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, ErrorCode::script);
    EXPECT_EQ(
        answer.error().message,
        "scripts/risk/sample.lua, line 2: unknown field 'amunt' - did you mean 'amount'?"
    );
}

TEST(Policies, AnswerAgainAfterOneOfThemWasStopped) {
    const auto policies =
        policies_of(policy_release("while facts.loops do end return { code = 'fine' }"));
    Value endless;
    endless.set("loops", true);
    Value short_one;
    short_one.set("loops", false);

    const auto stopped = policies->decide("sample", endless);

    ASSERT_FALSE(stopped.has_value());
    EXPECT_THAT(stopped.error().message, HasSubstr("is there a loop without end?"));
    EXPECT_EQ(policies->decide("sample", short_one)->text_or_empty("code"), "fine");
}

TEST(Policies, RefuseAnAnswerThatIsNoRecord) {
    const auto policies = policies_of(policy_release("return true"));

    const auto answer = policies->decide("sample", Value(ValueObject{}));

    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(
        answer.error().message,
        "scripts/risk/sample.lua: policy 'sample' answered with a boolean, wanted a record"
    );
}

TEST(Policies, NameAPolicyThatDoesNotExist) {
    const auto policies = policies_of(policy_release("return {}"));

    EXPECT_EQ(
        policies->decide("sampel", Value(ValueObject{})).error().message,
        "policy 'sampel' is not in the live release"
    );
}

TEST(Release, RefusesTwoPoliciesOfOneName) {
    const auto release = script::build_release(
        {{"scripts/risk/risk.lua", "return {}"}, {"scripts/routing/risk.lua", "return {}"}}
    );

    ASSERT_FALSE(release.has_value());
    EXPECT_EQ(
        release.error().message,
        "scripts scripts/risk/risk.lua and scripts/routing/risk.lua have one name, 'risk'"
    );
}

}  // namespace
}  // namespace sluice::decision
