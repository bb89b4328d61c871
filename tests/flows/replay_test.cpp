// A run rebuilt from its journal is the run (law 7); what differs is told, not papered over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/flow_driver.hpp"
#include "json/json.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from << " is not in " << text;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// What replaying the journal says when its row number `index` reads otherwise.
Error tampered(const FlowDriver& pay, std::size_t index, const std::string& body) {
    auto run = pay.fresh_run().value();
    for (std::size_t i = 0; i < pay.journal().size(); ++i) {
        auto row = pay.journal()[i];
        row.body = i == index ? body : row.body;
        auto step = run->replay(read_back(row).value());
        if (!step) {
            return step.error();
        }
    }
    return {};
}

FlowDriver paid_after_a_refusal() {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    pay.answer(Operation::collect, paid(pay.instruction()));
    return pay;
}

TEST(Replay, GivesTheSameHashesAndThePictureOfAFinishedPayment) {
    const FlowDriver pay = paid_after_a_refusal();

    const auto again = pay.rebuild();

    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(describe(**again), describe(pay.run()));
    EXPECT_EQ((*again)->kernel().picture().subject.status, payment::SubjectStatus::succeeded);
}

TEST(Replay, AsksNoPolicyAgain) {
    FlowDriver pay = paid_after_a_refusal();
    const int asked = pay.decisions();

    ASSERT_TRUE(pay.rebuild().has_value());

    EXPECT_GT(asked, 0);
    EXPECT_EQ(pay.decisions(), asked);
}

TEST(Replay, KnowsWhatTheDatabaseRefused) {
    FlowDriver pay;
    pay.bank = [](const flow::AccountStep&) { return "insufficient_balance"; };
    pay.start();
    ASSERT_THAT(pay.journal().front().body, HasSubstr("\"refusal\""));

    const auto again = pay.rebuild();

    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ((*again)->kernel().picture().subject.failure_code, "insufficient_balance");
}

TEST(Replay, AsksPoliciesNothingTwiceWhenAnActivationIsRunAgainAfterARefusal) {
    FlowDriver pay({.legs = {card_leg(3000), card_leg(2000)}});
    pay.bank = [](const flow::AccountStep& step) {
        return step.amount.minor() == 2000 ? "insufficient_balance" : "";
    };

    pay.start();

    EXPECT_EQ(pay.decisions(), 1) << "risk, and never again";
}

TEST(Replay, TakesNoDecisionFromTheWayThatARefusalClosed) {
    const std::string source =
        "return flow { name = 'two_ways', title = {}, stages = { 'only' }, run = function(pay)\n"
        "  local held = kernel.hold(1)\n"
        "  if held.ok then policy.route(pay, pay.legs[2]) kernel.release(held.instruction)\n"
        "  else policy.risk(pay) end\n"
        "  kernel.finish('failed', 'x', 'y')\n"
        "end }\n";
    FlowDriver pay({.release = release_with("flows/two_ways.lua", source), .flow = "two_ways"});
    pay.bank = [](const flow::AccountStep&) { return "insufficient_balance"; };

    pay.start();

    ASSERT_EQ(pay.error(), "");
    ASSERT_EQ(pay.last().recorded.size(), 2U);
    EXPECT_EQ(pay.last().recorded[0].kind, flow::Recorded::Kind::refusal);
    EXPECT_EQ(pay.last().recorded[1].value.text_or_empty("policy"), "risk");
}

TEST(Replay, NamesExpectedAndActualWhenTheScriptWasEdited) {
    const FlowDriver pay = paid_after_a_refusal();
    const auto edited = release_with(
        "scripts/lib/40_payment.lua",
        replaced(
            repository_release()->files.at("scripts/lib/40_payment.lua"),
            "local booked = kernel.settle()",
            "kernel.stage('reserve', 'begun') local booked = kernel.settle()"
        )
    );

    const auto again = pay.rebuild(edited);

    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, ErrorCode::nondeterminism);
    EXPECT_THAT(
        again.error().message,
        AllOf(
            HasSubstr("activation 3 of " + pay.picture().subject.name() + " differs"),
            HasSubstr("the journal has [{\"type\":\"instruction\""),
            HasSubstr("the script asks for ["),
            HasSubstr(
                "{\"type\":\"stage\",\"name\":\"reserve\",\"phase\":\"begun\"},{\"type\":\"post\""
            )
        )
    );
}

TEST(Replay, NoticesAFactThatWasTamperedWith) {
    const FlowDriver pay = paid_after_a_refusal();

    const Error error = tampered(
        pay,
        2,
        replaced(pay.journal()[2].body, "{\"$money\":[7000,\"CNY\"]}", "{\"$money\":[1,\"CNY\"]}")
    );

    EXPECT_THAT(
        error.message, HasSubstr("the journal holds no decision of policy 'doubt_approval'")
    ) << "it is a conflict now, and nobody was asked about one";
}

TEST(Replay, NoticesADecisionThatWasTamperedWith) {
    const FlowDriver pay = paid_after_a_refusal();

    const Error error =
        tampered(pay, 0, replaced(pay.journal()[0].body, "\"name\":\"wx-a\"", "\"name\":\"wx-x\""));

    EXPECT_EQ(error.code, ErrorCode::nondeterminism);
    EXPECT_THAT(error.message, HasSubstr("wx-x"));
}

TEST(Replay, MissesADecisionThatWasTakenOutOfTheJournal) {
    const FlowDriver pay = paid_after_a_refusal();
    const auto body = json::parse(pay.journal()[0].body).value();
    Value without = body;
    without.set("recorded", Value(ValueArray{}));

    const Error error = tampered(pay, 0, to_json(without));

    EXPECT_THAT(error.message, HasSubstr("the journal holds no decision of policy 'risk' here"));
}

TEST(Replay, RefusesAJournalWithAHole) {
    const FlowDriver pay = paid_after_a_refusal();
    auto run = pay.fresh_run().value();

    const auto step = run->replay(read_back(pay.journal()[1]).value());

    ASSERT_FALSE(step.has_value());
    EXPECT_EQ(step.error().code, ErrorCode::corrupt);
    EXPECT_THAT(step.error().message, HasSubstr("goes on with activation 2, wanted 1"));
}

TEST(Replay, RefusesABodyWithoutFacts) {
    const FlowDriver pay = paid_after_a_refusal();

    const Error error = tampered(pay, 0, "{\"recorded\":[],\"effects\":[]}");

    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_THAT(error.message, HasSubstr("journal body has no list 'facts'"));
}

}  // namespace
}  // namespace sluice::testing
