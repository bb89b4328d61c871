#include "core/money.hpp"

#include <type_traits>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "unit/core/money_limits.hpp"

namespace sluice {
namespace {

Money fen(std::int64_t minor) { return {minor, cny()}; }
Money cents(std::int64_t minor) { return {minor, Currency::parse("USD").value()}; }

std::vector<std::int64_t> minors(const Result<std::vector<Money>>& parts) {
    std::vector<std::int64_t> result;
    for (const Money part : parts.value()) {
        result.push_back(part.minor());
    }
    return result;
}

TEST(Money, AddsAndSubtractsWithinOneCurrency) {
    EXPECT_EQ(fen(3000).plus(fen(7000)).value(), fen(10000));
    EXPECT_EQ(fen(3000).minus(fen(7000)).value(), fen(-4000));
    EXPECT_EQ(fen(-3).times(7).value(), fen(-21));
}

TEST(Money, RefusesToMixCurrencies) {
    const auto sum = fen(1).plus(cents(1));

    ASSERT_FALSE(sum.has_value());
    EXPECT_EQ(sum.error().code, ErrorCode::invalid);
    EXPECT_EQ(sum.error().message, "cannot combine 1 CNY with 1 USD: currencies differ");
    EXPECT_FALSE(fen(1).minus(cents(1)).has_value());
    EXPECT_FALSE(fen(1).plus(Money()).has_value());
}

TEST(Money, RefusesEveryOverflow) {
    EXPECT_FALSE(fen(kMinorMax).plus(fen(1)).has_value());
    EXPECT_FALSE(fen(kMinorMin).plus(fen(-1)).has_value());
    EXPECT_FALSE(fen(kMinorMin).minus(fen(1)).has_value());
    EXPECT_FALSE(fen(0).minus(fen(kMinorMin)).has_value());
    EXPECT_FALSE(fen(kMinorMax).times(2).has_value());
    EXPECT_FALSE(fen(kMinorMin).times(-1).has_value());
    EXPECT_FALSE(fen(kMinorMax).basis_points(10001, Rounding::down).has_value());
}

TEST(Money, ReachesBothEndsOfItsRange) {
    EXPECT_EQ(fen(kMinorMax - 1).plus(fen(1)).value(), fen(kMinorMax));
    EXPECT_EQ(fen(kMinorMin + 1).minus(fen(1)).value(), fen(kMinorMin));
    EXPECT_EQ(fen(kMinorMin).basis_points(10000, Rounding::up).value(), fen(kMinorMin));
}

TEST(Money, DiffersInAmountOrInCurrency) {
    EXPECT_NE(fen(1), fen(2));
    EXPECT_NE(fen(1), cents(1));
}

TEST(Money, IsNotMadeFromAFraction) {
    static_assert(!std::is_convertible_v<double, Money>);
    static_assert(!std::is_convertible_v<Money, double>);
    static_assert(!std::is_convertible_v<std::int64_t, Money>);
    SUCCEED();
}

struct Rounded {
    std::int64_t minor;
    std::int64_t points;
    Rounding rounding;
    std::int64_t expected;
};

TEST(MoneyBasisPoints, RoundsOnceAsNamed) {
    const Rounded rows[] = {
        {10000, 38, Rounding::half_up, 38},
        {125, 1000, Rounding::half_up, 13},
        {125, 1000, Rounding::half_even, 12},
        {135, 1000, Rounding::half_even, 14},
        {126, 1000, Rounding::half_even, 13},
        {124, 1000, Rounding::half_even, 12},
        {125, 1000, Rounding::down, 12},
        {121, 1000, Rounding::up, 13},
        {120, 1000, Rounding::up, 12},
        {-125, 1000, Rounding::half_up, -13},
        {-125, 1000, Rounding::half_even, -12},
        {-125, 1000, Rounding::down, -12},
        {-121, 1000, Rounding::up, -13},
        {125, -1000, Rounding::half_up, -13},
        {0, 60, Rounding::up, 0},
        {1, 0, Rounding::up, 0},
    };

    for (const auto& row : rows) {
        EXPECT_EQ(fen(row.minor).basis_points(row.points, row.rounding).value(), fen(row.expected))
            << row.minor << " * " << row.points;
    }
}

TEST(MoneySplit, GivesLeftOversToTheLargestRemainderThenToTheEarlier) {
    EXPECT_EQ(minors(fen(100).split({1, 1, 1})), (std::vector<std::int64_t>{34, 33, 33}));
    EXPECT_EQ(minors(fen(200).split({1, 1, 1})), (std::vector<std::int64_t>{67, 67, 66}));
    EXPECT_EQ(minors(fen(10).split({1, 2, 4})), (std::vector<std::int64_t>{1, 3, 6}));
    EXPECT_EQ(minors(fen(-100).split({1, 1, 1})), (std::vector<std::int64_t>{-34, -33, -33}));
    EXPECT_EQ(minors(fen(0).split({3, 5})), (std::vector<std::int64_t>{0, 0}));
    EXPECT_EQ(minors(fen(7).split({0, 1, 0})), (std::vector<std::int64_t>{0, 7, 0}));
}

TEST(MoneySplit, RefusesWeightsThatSayNothing) {
    EXPECT_FALSE(fen(1).split({}).has_value());
    EXPECT_FALSE(fen(1).split({0, 0}).has_value());
    EXPECT_FALSE(fen(1).split({2, -1}).has_value());
    EXPECT_FALSE(fen(1).split({kMinorMax, 1}).has_value());
}

TEST(MoneySplit, LosesNothingForAnyAmountAndWeights) {
    SeededRandom random(20260101);

    for (int round = 0; round < 2000; ++round) {
        const Money amount = fen(static_cast<std::int64_t>(random.next()));
        std::vector<std::int64_t> weights(1 + random.next() % 7);
        for (auto& weight : weights) {
            weight = static_cast<std::int64_t>(random.next() >> (4 + random.next() % 60));
        }
        weights.front() += 1;

        const auto parts = amount.split(weights);

        ASSERT_TRUE(parts.has_value()) << "round " << round;
        Money sum = fen(0);
        for (std::size_t i = 0; i < parts->size(); ++i) {
            ASSERT_TRUE(weights[i] != 0 || (*parts)[i].minor() == 0) << "round " << round;
            sum = sum.plus((*parts)[i]).value();
        }
        ASSERT_EQ(sum, amount) << "round " << round;
    }
}

TEST(MoneySplit, HoldsAtBothEndsOfTheRange) {
    EXPECT_EQ(minors(fen(kMinorMin).split({kMinorMax})), (std::vector<std::int64_t>{kMinorMin}));
    EXPECT_EQ(
        minors(fen(kMinorMax).split({1, 1})),
        (std::vector<std::int64_t>{kMinorMax / 2 + 1, kMinorMax / 2})
    );
}

}  // namespace
}  // namespace sluice
