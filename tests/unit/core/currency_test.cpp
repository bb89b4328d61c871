#include "core/currency.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Currency, KnowsItsNumberOfDecimals) {
    EXPECT_EQ(Currency::parse("CNY")->exponent(), 2);
    EXPECT_EQ(Currency::parse("JPY")->exponent(), 0);
    EXPECT_EQ(Currency::parse("VND")->exponent(), 0);
    EXPECT_EQ(Currency::parse("KWD")->exponent(), 3);
}

TEST(Currency, RepeatsTheCodeItWasParsedFrom) {
    for (const char* code : {"AED", "CNY", "USD", "VND"}) {
        ASSERT_TRUE(Currency::parse(code).has_value()) << code;
        EXPECT_EQ(Currency::parse(code)->code(), code);
    }
}

TEST(Currency, RefusesCodesItDoesNotKnow) {
    for (const char* code : {"", "cny", "CN", "CNYY", "XXX", " CNY", "156"}) {
        const auto currency = Currency::parse(code);

        ASSERT_FALSE(currency.has_value()) << code;
        EXPECT_EQ(currency.error().code, ErrorCode::invalid);
    }
    EXPECT_EQ(
        Currency::parse("cny").error().message,
        "currency 'cny' is not known, wanted a code like CNY"
    );
}

TEST(Currency, ComparesByCode) {
    EXPECT_EQ(cny(), *Currency::parse("CNY"));
    EXPECT_NE(cny(), *Currency::parse("USD"));
    EXPECT_NE(cny(), Currency());
}

}  // namespace
}  // namespace sluice
