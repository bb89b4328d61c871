#include "notify/alarm.hpp"

#include <gtest/gtest.h>

namespace sluice::notify {
namespace {

const EndpointId kOne(Id128{.high = 1, .low = 1});
const EndpointId kTwo(Id128{.high = 1, .low = 2});

TEST(WebhookAlarm, IsRaisedAtTheFourthFailureInARowAndOnceInASpell) {
    Alarms alarms;
    for (int i = 1; i <= 3; ++i) {
        EXPECT_FALSE(alarms.note(kOne, AttemptEnd::failed).has_value()) << i;
    }
    EXPECT_EQ(alarms.failing(), 0U);

    EXPECT_TRUE(alarms.note(kOne, AttemptEnd::failed).has_value());
    EXPECT_EQ(alarms.failing(), 1U);
    for (int i = 0; i < 20; ++i) {
        EXPECT_FALSE(alarms.note(kOne, AttemptEnd::failed).has_value());
    }
}

TEST(WebhookAlarm, BeginsAnewAfterASuccess) {
    Alarms alarms;
    for (int i = 0; i < 4; ++i) {
        (void)alarms.note(kOne, AttemptEnd::failed);
    }
    EXPECT_FALSE(alarms.note(kOne, AttemptEnd::taken).has_value());
    EXPECT_EQ(alarms.failing(), 0U);

    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(alarms.note(kOne, AttemptEnd::failed).has_value());
    }
    EXPECT_TRUE(alarms.note(kOne, AttemptEnd::failed).has_value());
}

TEST(WebhookAlarm, IsRaisedOnceWhenAnEventIsGivenUp) {
    Alarms alarms;

    EXPECT_TRUE(alarms.note(kOne, AttemptEnd::given_up).has_value());
    EXPECT_FALSE(alarms.note(kOne, AttemptEnd::given_up).has_value());
}

TEST(WebhookAlarm, CountsEachEndpointByItself) {
    Alarms alarms;
    for (int i = 0; i < 3; ++i) {
        (void)alarms.note(kOne, AttemptEnd::failed);
        EXPECT_FALSE(alarms.note(kTwo, AttemptEnd::failed).has_value());
    }

    EXPECT_TRUE(alarms.note(kOne, AttemptEnd::failed).has_value());
    EXPECT_FALSE(alarms.note(kTwo, AttemptEnd::taken).has_value());
    EXPECT_EQ(alarms.failing(), 1U);
}

}  // namespace
}  // namespace sluice::notify
