// What limits a payout: how scripts say it, what a payout is counted towards, and what is told when
// there is no room.
#include "flow/payout_limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::flow {
namespace {

using ::testing::HasSubstr;

Value limits_with(const std::string& name, Value value) {
    Value limits(ValueObject{{"day_begins", 480}});
    limits.set(name, std::move(value));
    return limits;
}

std::string mistake(const Value& limits) {
    const auto read = payout_limits_from_value(limits);
    return read ? "" : read.error().message;
}

payment::Picture payout_of(std::int64_t minor) {
    payment::Picture picture;
    picture.subject.service = payment::Service::payout;
    picture.subject.amount = Money{minor, cny()};
    picture.details = payment::Payout{};
    return picture;
}

TEST(PayoutLimits, AreMoneyOrNothingAndKnowWhenTheDayBegins) {
    EXPECT_EQ(mistake(limits_with("merchant_day", Money{0, cny()})), "");
    EXPECT_EQ(mistake(limits_with("payee_day", Value{})), "");
    EXPECT_THAT(mistake(limits_with("order", 5)), HasSubstr("limit 'order' is a whole number"));
    EXPECT_THAT(mistake(limits_with("order", Money{-1, cny()})), HasSubstr("zero or more"));
    EXPECT_THAT(mistake(limits_with("merchant", 1)), HasSubstr("take knows no limit 'merchant'"));
    EXPECT_THAT(mistake(limits_with("day_begins", 1441)), HasSubstr("how many minutes"));
    EXPECT_THAT(mistake(Value(ValueObject{})), HasSubstr("how many minutes"));
    EXPECT_THAT(mistake(Value("x")), HasSubstr("wants limits as a record"));
}

TEST(PayoutLimits, CountTowardsThePayeeAndTheOrderOnlyWhereThereIsOne) {
    PayoutLimits limits;
    limits.payee_day = Money{7, cny()};
    auto payout = payout_of(100);
    auto& details = std::get<payment::Payout>(payout.details);

    EXPECT_EQ(limit_claims(payout, limits, Time{}).value().size(), 1U);
    details.payee_key = "k1";
    details.order = OrderId(Id128{1, 2});
    const auto claims = limit_claims(payout, limits, Time{}).value();

    ASSERT_EQ(claims.size(), 3U);
    EXPECT_FALSE(claims[0].most.has_value()) << "it is counted all the same";
    EXPECT_EQ(claims[1].about, "k1");
    EXPECT_EQ(claims[1].most, Money(7, cny()));
    EXPECT_EQ(claims[2].about, details.order.raw().to_uuid());
    EXPECT_EQ(claims[2].day, "infinity");
}

TEST(PayoutLimits, OfAnotherCurrencyAreTheAuthorsMistake) {
    PayoutLimits limits;
    limits.merchant_day = Money(1, *Currency::parse("USD"));

    const auto claims = limit_claims(payout_of(100), limits, Time{});

    ASSERT_FALSE(claims);
    EXPECT_THAT(claims.error().message, HasSubstr("limit 'merchant_day' is 1 USD, wanted"));
}

TEST(PayoutLimits, SayWhatIsLeft) {
    LimitClaim claim;
    claim.sum = LimitClaim::Sum::payee_day;
    claim.day = "2026-01-31";
    claim.amount = Money{500, cny()};
    claim.most = Money{10'000, cny()};
    const Value refused(ValueObject{{"code", "over_daily_limit"}, {"rest", 499}});

    const Value told = limit_refusal(claim, refused);

    EXPECT_EQ(told.text_or_empty("code"), "over_daily_limit");
    EXPECT_EQ(
        told.text_or_empty("message"),
        "payouts to the payee on 2026-01-31 are limited to 100.00 CNY, 4.99 CNY are left, wanted "
        "5.00 CNY"
    );
}

}  // namespace
}  // namespace sluice::flow
