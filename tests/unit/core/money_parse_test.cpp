#include <gtest/gtest.h>

#include "core/money.hpp"
#include "unit/core/money_limits.hpp"

namespace sluice {
namespace {

Currency currency(const char* code) { return Currency::parse(code).value(); }

struct WrittenAmount {
    const char* code;
    std::int64_t minor;
    const char* text;
};

constexpr WrittenAmount kWrittenAmounts[] = {
    {"CNY", 0, "0.00"},
    {"CNY", 1, "0.01"},
    {"CNY", -1, "-0.01"},
    {"CNY", 100, "1.00"},
    {"CNY", 123456, "1234.56"},
    {"CNY", kMinorMax, "92233720368547758.07"},
    {"CNY", kMinorMin, "-92233720368547758.08"},
    {"JPY", 0, "0"},
    {"JPY", -5, "-5"},
    {"JPY", kMinorMax, "9223372036854775807"},
    {"JPY", kMinorMin, "-9223372036854775808"},
    {"KWD", 1, "0.001"},
    {"KWD", 12345, "12.345"},
    {"KWD", kMinorMax, "9223372036854775.807"},
};

TEST(MoneyToDecimal, WritesExactlyTheDecimalsOfTheCurrency) {
    for (const auto& row : kWrittenAmounts) {
        EXPECT_EQ((Money{row.minor, currency(row.code)}.to_decimal()), row.text);
    }
}

TEST(MoneyParse, ReadsBackWhatToDecimalWrote) {
    for (const auto& row : kWrittenAmounts) {
        const auto money = Money::parse(row.text, currency(row.code));

        ASSERT_TRUE(money.has_value()) << row.text << " " << row.code;
        EXPECT_EQ(money->minor(), row.minor);
    }
}

struct Refused {
    const char* code;
    const char* text;
};

constexpr Refused kRefused[] = {
    {"CNY", ""},
    {"CNY", "-"},
    {"CNY", "."},
    {"CNY", "1"},
    {"CNY", "1."},
    {"CNY", ".10"},
    {"CNY", "1.0"},
    {"CNY", "1.000"},
    {"CNY", "1.0.0"},
    {"CNY", "+1.00"},
    {"CNY", "--1.00"},
    {"CNY", "01.00"},
    {"CNY", "00.00"},
    {"CNY", "-0.00"},
    {"CNY", "1e2"},
    {"CNY", "1e2.00"},
    {"CNY", "0x1.00"},
    {"CNY", "1,234.00"},
    {"CNY", "1_0.00"},
    {"CNY", " 1.00"},
    {"CNY", "1.00 "},
    {"CNY", "1.0\xef\xbc\x91"},
    {"CNY", "NaN"},
    {"CNY", "inf"},
    {"CNY", "92233720368547758.08"},
    {"CNY", "-92233720368547758.09"},
    {"CNY", "9999999999999999999.00"},
    {"CNY", "99999999999999999999999999999999999999999999999999.00"},
    {"JPY", "1.00"},
    {"JPY", "1."},
    {"JPY", "-0"},
    {"JPY", "9223372036854775808"},
    {"JPY", "-9223372036854775809"},
    {"KWD", "1.00"},
};

TEST(MoneyParse, RefusesWhatIsNotTheOneWayToWriteAnAmount) {
    for (const auto& row : kRefused) {
        const auto money = Money::parse(row.text, currency(row.code));

        ASSERT_FALSE(money.has_value()) << row.text << " " << row.code;
        EXPECT_EQ(money.error().code, ErrorCode::invalid);
    }
}

TEST(MoneyParse, NamesTheTextAndTheWantedDecimals) {
    EXPECT_EQ(
        Money::parse("1.5", cny()).error().message,
        "amount text '1.5' is not a decimal with exactly 2 decimals"
    );
}

TEST(MoneyParse, RefusesANulInsideTheText) {
    EXPECT_FALSE(Money::parse(std::string_view("1.0\0", 4), cny()).has_value());
}

TEST(MoneyDescribe, NamesMinorUnitsAndCurrency) {
    EXPECT_EQ((Money{-70, cny()}.describe()), "-70 CNY");
}

}  // namespace
}  // namespace sluice
