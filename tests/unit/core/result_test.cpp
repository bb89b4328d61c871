#include "core/result.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace sluice {
namespace {

Result<int> half(int value) {
    if (value % 2 != 0) {
        return fail(ErrorCode::invalid, "value is odd, wanted even", "/value");
    }
    return value / 2;
}

Result<int> quarter(int value) {
    SLUICE_ASSIGN(const int once, half(value));
    SLUICE_ASSIGN(const int twice, half(once));
    return twice;
}

Result<void> check_even(int value) {
    SLUICE_TRY(half(value));
    return {};
}

TEST(Result, CarriesTheValueThroughSeveralSteps) {
    EXPECT_EQ(quarter(12).value(), 3);
    EXPECT_TRUE(check_even(4).has_value());
}

TEST(Result, LeavesAtTheFirstErrorAndKeepsItWhole) {
    const auto result = quarter(6);

    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::invalid);
    EXPECT_EQ(result.error().message, "value is odd, wanted even");
    EXPECT_EQ(result.error().context, "/value");
    EXPECT_FALSE(check_even(3).has_value());
}

TEST(Result, MovesAValueThatCannotBeCopied) {
    const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(9); };
    const auto pass = [&]() -> Result<int> {
        SLUICE_ASSIGN(const auto owned, make());
        return *owned;
    };

    EXPECT_EQ(pass().value(), 9);
}

TEST(Result, EvaluatesATriedExpressionOnce) {
    int calls = 0;
    const auto count = [&]() -> Result<void> {
        ++calls;
        return {};
    };
    const auto run = [&]() -> Result<void> {
        SLUICE_TRY(count());
        return {};
    };

    ASSERT_TRUE(run().has_value());

    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace sluice
