#include "core/clock.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Time at_micros(std::int64_t micros) { return Time{microseconds{micros}}; }

struct WrittenTime {
    std::int64_t micros;
    const char* text;
};

constexpr WrittenTime kWrittenTimes[] = {
    {0, "1970-01-01T00:00:00Z"},
    {1, "1970-01-01T00:00:00.000001Z"},
    {-1, "1969-12-31T23:59:59.999999Z"},
    {1'767'254'430'000'000, "2026-01-01T08:00:30Z"},
    {1'767'254'430'120'000, "2026-01-01T08:00:30.120000Z"},
    {951'782'400'000'000, "2000-02-29T00:00:00Z"},
    {253'402'300'799'999'999, "9999-12-31T23:59:59.999999Z"},
};

TEST(ClockFormat, WritesUtcWithMicrosecondsOnlyWhenThereAreAny) {
    for (const auto& row : kWrittenTimes) {
        EXPECT_EQ(format_rfc3339(at_micros(row.micros)), row.text);
    }
}

TEST(ClockParse, ReadsBackWhatFormatWrote) {
    for (const auto& row : kWrittenTimes) {
        const auto time = parse_rfc3339(row.text);

        ASSERT_TRUE(time.has_value()) << row.text;
        EXPECT_EQ(time->time_since_epoch().count(), row.micros) << row.text;
    }
}

TEST(ClockFormat, WritesALocalTimeInAFixedOffset) {
    const Time time = at_micros(1'767'225'600'000'000);

    EXPECT_EQ(format_rfc3339_offset(time, minutes{480}), "2026-01-01T08:00:00+08:00");
    EXPECT_EQ(format_rfc3339_offset(time, minutes{-210}), "2025-12-31T20:30:00-03:30");
    EXPECT_EQ(format_rfc3339_offset(time, minutes{0}), "2026-01-01T00:00:00+00:00");
}

TEST(ClockParse, TakesAnyOffsetAndAnyCaseOfItsLetters) {
    const Time expected = at_micros(1'767'225'600'000'000);

    for (const char* text :
         {"2026-01-01T00:00:00Z",
          "2026-01-01t00:00:00z",
          "2026-01-01T08:00:00+08:00",
          "2025-12-31T20:30:00-03:30",
          "2026-01-01T00:00:00.0Z",
          "2026-01-01T00:00:00.0000009Z"}) {
        const auto time = parse_rfc3339(text);

        ASSERT_TRUE(time.has_value()) << text;
        EXPECT_EQ(*time, expected) << text;
    }
}

TEST(ClockParse, ReadsAShortFractionAsItsDecimalValue) {
    const auto time = parse_rfc3339("1970-01-01T00:00:00.25Z");

    ASSERT_TRUE(time.has_value());
    EXPECT_EQ(time->time_since_epoch(), microseconds{250'000});
}

TEST(ClockParse, RefusesWhatIsNotRfc3339) {
    for (const char* text :
         {"",
          "2026-01-01",
          "2026-01-01T00:00:00",
          "2026-01-01 00:00:00Z",
          "2026-1-01T00:00:00Z",
          "2026-13-01T00:00:00Z",
          "2026-00-01T00:00:00Z",
          "2026-02-29T00:00:00Z",
          "2026-04-31T00:00:00Z",
          "2026-01-01T24:00:00Z",
          "2026-01-01T00:60:00Z",
          "2026-01-01T00:00:60Z",
          "2026-01-01T00:00:00.Z",
          "2026-01-01T00:00:00+0800",
          "2026-01-01T00:00:00+24:00",
          "2026-01-01T00:00:00+08:60",
          "2026-01-01T00:00:00Zz",
          " 2026-01-01T00:00:00Z",
          "+2026-01-01T00:00:00Z",
          "2026-01-01T00:00:0\xef\xbc\x91Z"}) {
        const auto time = parse_rfc3339(text);

        ASSERT_FALSE(time.has_value()) << text;
        EXPECT_EQ(time.error().code, ErrorCode::invalid);
    }
}

TEST(ClockParse, NamesTheValueAndTheWantedForm) {
    const auto time = parse_rfc3339("yesterday");

    ASSERT_FALSE(time.has_value());
    EXPECT_EQ(
        time.error().message,
        "time 'yesterday' is not RFC 3339, wanted a form like 2026-01-01T08:00:00Z"
    );
}

TEST(ManualClock, MovesOnlyWhenItIsMoved) {
    ManualClock clock(at_micros(10));

    EXPECT_EQ(clock.now(), at_micros(10));
    clock.advance(seconds{2});

    EXPECT_EQ(clock.now(), at_micros(2'000'010));
}

TEST(SystemClock, IsInThisCentury) {
    const Time now = SystemClock().now();

    EXPECT_GT(now, at_micros(1'700'000'000'000'000));
    EXPECT_LT(now, at_micros(4'102'444'800'000'000));
}

}  // namespace
}  // namespace sluice
