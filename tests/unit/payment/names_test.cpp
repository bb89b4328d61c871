// Outcomes and names as they are stored: what is written is read back the same.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/json.hpp"
#include "payment/operation.hpp"
#include "payment/outcome.hpp"
#include "payment/payment.hpp"
#include "payment/status.hpp"

namespace sluice::payment {
namespace {

using ::testing::HasSubstr;

/// Every value of an enumeration of `count` members, by name and back.
template <class Enum>
void expect_roundtrip(int count, Result<Enum> (*parse)(std::string_view)) {
    for (int i = 0; i < count; ++i) {
        const auto value = static_cast<Enum>(i);
        EXPECT_FALSE(to_string(value).empty()) << i;
        const auto parsed = parse(to_string(value));
        ASSERT_TRUE(parsed.has_value()) << to_string(value);
        EXPECT_EQ(*parsed, value);
    }
    EXPECT_FALSE(parse("").has_value());
    EXPECT_FALSE(parse("Succeeded").has_value());
}

TEST(Names, OfEveryStatusAreReadBack) {
    expect_roundtrip<OrderStatus>(3, parse_order_status);
    expect_roundtrip<SubjectStatus>(5, parse_subject_status);
    expect_roundtrip<InstructionStatus>(8, parse_instruction_status);
    expect_roundtrip<OutcomeKind>(8, parse_outcome_kind);
    expect_roundtrip<Operation>(3, parse_operation);
    expect_roundtrip<LegKind>(2, parse_leg_kind);
}

TEST(Names, TellWhatWasWrittenAndWhatWasWanted) {
    const auto parsed = parse_subject_status("payed");

    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
    EXPECT_EQ(parsed.error().message, "'payed' is no status");
}

Outcome full_outcome() {
    Outcome outcome;
    outcome.kind = OutcomeKind::pending;
    outcome.code = "USERPAYING";
    outcome.message = "需要用户输入支付密码 \"now\"";
    outcome.number = "01KDVDN4002N0000000000000A";
    outcome.merchant = "1900000109";
    outcome.channel_reference = "4200000001";
    outcome.amount = Money{7000, cny()};
    outcome.fee = Money{50, cny()};
    outcome.happened_at = Time{std::chrono::microseconds(1'767'225'600'123'456)};
    outcome.next_action.set("type", "qr_code");
    outcome.next_action.set("code_url", "weixin://pay/1");
    return outcome;
}

void expect_same(const Outcome& a, const Outcome& b) {
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.code, b.code);
    EXPECT_EQ(a.message, b.message);
    EXPECT_EQ(a.number, b.number);
    EXPECT_EQ(a.merchant, b.merchant);
    EXPECT_EQ(a.channel_reference, b.channel_reference);
    EXPECT_EQ(a.amount, b.amount);
    EXPECT_EQ(a.fee, b.fee);
    EXPECT_EQ(a.happened_at, b.happened_at);
    EXPECT_EQ(a.next_action, b.next_action);
}

TEST(Names, AreCutBetweenCharactersWhenTheyAreTooLong) {
    std::string text;
    for (int i = 0; i < 30; ++i) {
        text += "付";
    }

    EXPECT_EQ(
        parse_operation(text).error().message,
        "'" + text.substr(0, 63) + "' is no channel operation"
    );
}

TEST(OutcomeValue, IsReadBackFromItsJson) {
    const Outcome full = full_outcome();

    const auto parsed = json::parse(to_json(to_value(full)));
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    const auto again = outcome_from_value(*parsed);

    ASSERT_TRUE(again.has_value()) << again.error().message;
    expect_same(*again, full);
}

TEST(OutcomeValue, LeavesOutWhatIsNotClaimed) {
    Outcome bare;
    bare.kind = OutcomeKind::unknown;

    EXPECT_EQ(to_json(to_value(bare)), "{\"kind\":\"unknown\"}");
    expect_same(outcome_from_value(to_value(bare)).value(), bare);
}

TEST(OutcomeValue, RefusesWhatItCannotMean) {
    Value no_kind;
    no_kind.set("code", "x");
    Value plain_amount = to_value(full_outcome());
    plain_amount.set("amount", 7000);
    Value plain_fee = to_value(full_outcome());
    plain_fee.set("fee", "0.50");
    Value bad_time = to_value(full_outcome());
    bad_time.set("happened_at", "yesterday");

    EXPECT_THAT(outcome_from_value(no_kind).error().message, HasSubstr("'' is no outcome kind"));
    EXPECT_EQ(
        outcome_from_value(plain_amount).error().message,
        "outcome amount is a whole number, wanted money"
    );
    EXPECT_EQ(outcome_from_value(plain_fee).error().message, "outcome fee is a text, wanted money");
    EXPECT_FALSE(outcome_from_value(bad_time).has_value());
}

}  // namespace
}  // namespace sluice::payment
