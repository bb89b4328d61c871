// Facts, recorded results and rows as the journal keeps them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/run.hpp"
#include "json/json.hpp"

namespace sluice::flow {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

InstructionId some_instruction() {
    SeededRandom random(1);
    return InstructionId::generate(Time{}, Bucket{3}, random);
}

Fact answer_fact() {
    Fact fact;
    fact.kind = Fact::Kind::outcome;
    fact.instruction = some_instruction();
    fact.exchange = 7;
    fact.operation = payment::Operation::query;
    fact.source = payment::Source::resend;
    fact.outcome.kind = payment::OutcomeKind::succeeded;
    fact.outcome.amount = Money{7000, cny()};
    return fact;
}

template <class Item>
std::string text_of(const Item& item) {
    std::string text;
    append_json(text, item);
    return text;
}

/// The fact after its way through the database.
Fact read_back(const Fact& fact) {
    const auto parsed = json::parse(text_of(fact));
    EXPECT_TRUE(parsed.has_value());
    const auto again = fact_from_value(*parsed);
    EXPECT_TRUE(again.has_value()) << again.error().message;
    return again.value_or(Fact{});
}

TEST(JournalFact, OfEveryKindIsReadBack) {
    for (const auto kind :
         {Fact::Kind::started,
          Fact::Kind::outcome,
          Fact::Kind::callback,
          Fact::Kind::timer,
          Fact::Kind::close_requested}) {
        Fact fact = answer_fact();
        fact.kind = kind;

        EXPECT_EQ(read_back(fact).kind, kind) << to_string(kind);
    }
}

TEST(JournalFact, KeepsWhyAPaymentIsToCloseUnlessItIsTheUsualReason) {
    Fact fact;
    fact.kind = Fact::Kind::close_requested;
    std::string usual;
    append_json(usual, fact);
    EXPECT_EQ(usual, R"({"type":"close_requested"})") << "as journals of before have it";
    EXPECT_EQ(read_back(fact).reason, payment::CloseReason::closed_by_business);

    fact.reason = payment::CloseReason::superseded;

    EXPECT_EQ(read_back(fact).reason, payment::CloseReason::superseded);
}

TEST(JournalFact, KeepsWhatItAnswersAndWhatItSays) {
    const Fact again = read_back(answer_fact());

    EXPECT_EQ(again.instruction, some_instruction());
    EXPECT_EQ(again.exchange, 7U);
    EXPECT_EQ(again.operation, payment::Operation::query);
    EXPECT_EQ(again.source, payment::Source::resend);
    EXPECT_EQ(again.outcome.kind, payment::OutcomeKind::succeeded);
    EXPECT_EQ(again.outcome.amount, (Money{7000, cny()}));
}

TEST(JournalFact, OfACallbackIsReadBackAsOne) {
    Fact fact = answer_fact();
    fact.kind = Fact::Kind::callback;

    EXPECT_EQ(read_back(fact).source, payment::Source::callback);
}

TEST(JournalFact, OfACallbackKeepsWhatItIsAbout) {
    Fact fact = answer_fact();
    fact.kind = Fact::Kind::callback;
    fact.operation = payment::Operation::refund;

    EXPECT_EQ(read_back(fact).operation, payment::Operation::refund);
}

TEST(JournalFact, OfACallbackIsAboutCollectingWhereItDoesNotSay) {
    Fact fact = answer_fact();
    fact.kind = Fact::Kind::callback;
    fact.operation = payment::Operation::collect;

    EXPECT_THAT(text_of(fact), Not(HasSubstr("operation")));
    EXPECT_EQ(read_back(fact).operation, payment::Operation::collect);
}

TEST(JournalFact, KeepsEvidenceForPeopleOnly) {
    Fact fact = answer_fact();
    fact.evidence.set("http_status", 200);

    EXPECT_THAT(text_of(fact), HasSubstr("\"evidence\":{\"http_status\":200}"));
    EXPECT_TRUE(read_back(fact).evidence.is_null());
}

TEST(JournalFact, RefusesWhatNoFactIs) {
    const auto nothing = fact_from_value(json::parse("{\"type\":\"rumour\"}").value());
    const auto silent = fact_from_value(json::parse(
                                            "{\"type\":\"callback\",\"instruction\":\"" +
                                            some_instruction().to_string() + "\"}"
    )
                                            .value());

    EXPECT_EQ(nothing.error().message, "'rumour' is no fact kind");
    EXPECT_EQ(silent.error().message, "journal fact without outcome");
}

TEST(JournalRecorded, IsReadBack) {
    for (const auto kind :
         {Recorded::Kind::decision, Recorded::Kind::refusal, Recorded::Kind::terms}) {
        Value value;
        value.set("code", "insufficient_balance");

        const auto again =
            recorded_from_value(json::parse(text_of(Recorded{kind, 5, value})).value());

        ASSERT_TRUE(again.has_value()) << again.error().message;
        EXPECT_EQ(again->kind, kind);
        EXPECT_EQ(again->ordinal, 5U);
        EXPECT_EQ(again->value, value);
    }
}

TEST(JournalTerms, AreReadBack) {
    const ChannelTerms terms{"1900000109", true, std::chrono::seconds(60)};

    const auto again =
        terms_from_value(json::parse(to_json(to_value(std::optional(terms)))).value());

    ASSERT_TRUE(again.has_value() && again->has_value());
    EXPECT_EQ((*again)->merchant, "1900000109");
    EXPECT_TRUE((*again)->collect_may_repeat);
    EXPECT_EQ((*again)->not_found_after, std::chrono::seconds(60));
}

TEST(JournalTerms, OfRefundsAndPayoutsAreReadBack) {
    ChannelTerms terms{"1900000109", true, std::chrono::seconds(60)};
    terms.refunds = true;
    terms.refund_window = std::chrono::days(365);
    terms.refund_parts_max = 50;
    terms.refund_may_repeat = true;
    terms.pays_out = true;
    terms.payout_may_repeat = true;

    const auto again =
        terms_from_value(json::parse(to_json(to_value(std::optional(terms)))).value());

    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(*again, terms);
}

TEST(JournalTerms, OfAnOlderJournalAllowNeitherRefundNorPayout) {
    const ChannelTerms older{"1900000109", true, std::chrono::seconds(60)};
    const std::string text =
        R"({"merchant":"1900000109","collect_may_repeat":true,"not_found_after_seconds":60})";

    const Value kept = json::parse(text).value();

    EXPECT_EQ(terms_from_value(kept).value(), older);
    EXPECT_EQ(json::parse(to_json(to_value(std::optional(older)))).value(), kept);
    EXPECT_FALSE(older.refunds || older.pays_out);
}

TEST(JournalTerms, OfNoAccountAreReadBackAsNone) {
    const auto again = terms_from_value(to_value(std::optional<ChannelTerms>{}));

    ASSERT_TRUE(again.has_value());
    EXPECT_FALSE(again->has_value());
}

TEST(JournalTerms, RefuseWhatNoTermsAre) {
    for (const char* text :
         {"{\"merchant\":\"a\"}",
          "{\"merchant\":\"a\",\"collect_may_repeat\":true}",
          "{\"collect_may_repeat\":1,\"not_found_after_seconds\":60}",
          "{\"collect_may_repeat\":true,\"not_found_after_seconds\":-1}",
          R"({"collect_may_repeat":true,"not_found_after_seconds":1,"refunds":1})",
          R"({"collect_may_repeat":true,"not_found_after_seconds":1,"refunds":true})",
          R"({"collect_may_repeat":true,"not_found_after_seconds":1,"refunds":true,
              "refund_window_seconds":1,"refund_parts_max":2147483648})",
          R"({"collect_may_repeat":true,"not_found_after_seconds":1,"refunds":true,
              "refund_window_seconds":1,"refund_parts_max":1,"refund_may_repeat":"yes"})",
          R"({"collect_may_repeat":true,"not_found_after_seconds":1,"pays_out":"yes"})"}) {
        const auto terms = terms_from_value(json::parse(text).value());

        ASSERT_FALSE(terms.has_value()) << text;
        EXPECT_EQ(terms.error().code, ErrorCode::corrupt);
    }
}

TEST(JournalRow, HashesEffectsAndNothingElse) {
    Step step;
    append_json(step.effects.next(), SendExchange{1, some_instruction(), {}});
    Step with_fact = step;
    with_fact.facts.push_back(answer_fact());
    Step with_effect = step;
    append_json(with_effect.effects.next(), SendExchange{2, some_instruction(), {}});

    const auto hash = journal_row(1, Time{}, step).effects_hash;

    EXPECT_EQ(journal_row(2, Time{} + std::chrono::hours(1), with_fact).effects_hash, hash);
    EXPECT_NE(journal_row(1, Time{}, with_effect).effects_hash, hash);
}

TEST(EffectList, ForgetsWhatCameAfterAMark) {
    EffectList effects;
    effects.next() += R"({"type":"kept"})";
    const std::size_t mark = effects.mark();
    effects.next() += R"({"type":"forgotten"})";

    effects.forget_since(mark);

    std::string text;
    effects.append_to(text);
    EXPECT_EQ(text, R"([{"type":"kept"}])");
    effects.forget_since(0);
    EXPECT_TRUE(effects.is_empty());
}

TEST(JournalRow, IsJsonOfFactsRecordedAndEffects) {
    Step step;
    step.facts.push_back(Fact{});
    step.recorded.push_back({Recorded::Kind::decision, 1, Value("x")});

    EXPECT_EQ(
        journal_row(1, Time{}, step).body,
        "{\"facts\":[{\"type\":\"started\"}],\"recorded\":[{\"type\":\"decision\",\"ordinal\":1,"
        "\"value\":\"x\"}],\"effects\":[]}"
    );
}

}  // namespace
}  // namespace sluice::flow
