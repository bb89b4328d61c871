#include "gateway/callback_gate.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr CallbackGate::Address kOne{.channel = "wechatpay", .account = "one"};
constexpr CallbackGate::Address kTwo{.channel = "wechatpay", .account = "two"};
constexpr CallbackGate::Address kNobody{
    .channel = "wechatpay", .account = "nobody", .is_known = false
};
constexpr CallbackGate::Address kNobodyElse{
    .channel = "else", .account = "nobody", .is_known = false
};

class CallbackGateTest : public ::testing::Test {
  protected:
    /// "in", or why not.
    std::string arrive(const CallbackGate::Address& address, std::size_t bytes = 10) {
        auto place = gate_.admit({.address = address, .body_bytes = bytes}, now_);
        return place
                   ? "in"
                   : std::string(kCallbackRefusalNames.at(static_cast<std::size_t>(place.error())));
    }
    std::vector<std::string> arrive_often(const CallbackGate::Address& address, int count) {
        std::vector<std::string> ends;
        for (int i = 0; i < count; ++i) {
            ends.push_back(arrive(address));
        }
        return ends;
    }
    /// How many lines were spared, or "no line".
    std::string told(const CallbackGate::Address& address, CallbackRefusal why) {
        const auto spared = gate_.refuse(why, address, now_);
        return spared ? std::to_string(*spared) : "no line";
    }

    CallbackGate gate_{
        {.body_bytes_max = 100, .per_second = 4, .unknown_per_second = 2, .reading_max = 3}
    };
    CallbackGate::SteadyTime now_ = CallbackGate::SteadyTime{} + std::chrono::hours(1);
};

TEST_F(CallbackGateTest, LetsASecondsWorthInAtOnceAndThenSoManyASecond) {
    EXPECT_THAT(
        arrive_often(kOne, 6),
        ::testing::ElementsAre("in", "in", "in", "in", "too_many", "too_many")
    );

    now_ += milliseconds(250);
    EXPECT_THAT(arrive_often(kOne, 2), ::testing::ElementsAre("in", "too_many"));

    now_ += seconds(60);
    EXPECT_THAT(arrive_often(kOne, 5), ::testing::ElementsAre("in", "in", "in", "in", "too_many"));
}

TEST_F(CallbackGateTest, AFloodOnOneAccountTakesNothingFromAnother) {
    arrive_often(kOne, 100);

    EXPECT_EQ(arrive(kTwo), "in");
}

TEST_F(CallbackGateTest, AllUnknownPathsHaveOneRateAndTakeNothingFromAccounts) {
    EXPECT_EQ(arrive(kNobody), "unknown_account");
    EXPECT_EQ(arrive(kNobodyElse), "unknown_account");
    EXPECT_EQ(arrive(kNobody), "too_many");
    EXPECT_EQ(arrive(kNobodyElse), "too_many");
    EXPECT_EQ(arrive(kOne), "in");

    now_ += seconds(1);
    EXPECT_EQ(arrive(kNobodyElse), "unknown_account");
}

TEST_F(CallbackGateTest, WhatIsTooLargeUsesUpNothing) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(arrive(kOne, 101), "too_large");
    }
    EXPECT_EQ(arrive(kOne, 100), "in");
}

TEST_F(CallbackGateTest, OnlySoManyOfAnAccountAreReadAtOnce) {
    std::vector<CallbackGate::Place> places;
    for (int i = 0; i < 3; ++i) {
        auto place = gate_.admit({.address = kOne}, now_);
        ASSERT_TRUE(place.has_value());
        places.push_back(*std::move(place));
    }

    EXPECT_EQ(arrive(kOne), "busy");
    EXPECT_EQ(arrive(kTwo), "in");
    places.pop_back();
    EXPECT_EQ(arrive(kOne), "in");
}

TEST_F(CallbackGateTest, WhatAnotherNodeLetInIsNotCountedAgain) {
    arrive_often(kOne, 5);

    EXPECT_TRUE(gate_.admit({.address = kOne, .was_let_in = true}, now_).has_value());
    EXPECT_EQ(arrive(kOne), "too_many");
}

TEST_F(CallbackGateTest, TheLogHasALineASecondForEachAccountAndReason) {
    EXPECT_EQ(told(kOne, CallbackRefusal::bad_signature), "0");
    EXPECT_EQ(told(kOne, CallbackRefusal::bad_signature), "no line");
    EXPECT_EQ(told(kOne, CallbackRefusal::bad_signature), "no line");
    EXPECT_EQ(told(kOne, CallbackRefusal::too_large), "0");
    EXPECT_EQ(told(kTwo, CallbackRefusal::bad_signature), "0");
    EXPECT_EQ(told(kNobody, CallbackRefusal::unknown_account), "0");
    EXPECT_EQ(told(kNobodyElse, CallbackRefusal::unknown_account), "no line");

    now_ += seconds(1);
    EXPECT_EQ(told(kOne, CallbackRefusal::bad_signature), "2");
    EXPECT_EQ(told(kNobodyElse, CallbackRefusal::unknown_account), "1");
}

TEST_F(CallbackGateTest, CountsEveryRefusalByItsReason) {
    told(kOne, CallbackRefusal::bad_signature);
    told(kTwo, CallbackRefusal::bad_signature);
    told(kNobody, CallbackRefusal::too_many);

    const std::string text = gate_.metrics();

    EXPECT_THAT(text, HasSubstr("# TYPE sluice_callbacks_refused_total counter\n"));
    EXPECT_THAT(text, HasSubstr("sluice_callbacks_refused_total{reason=\"bad_signature\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("sluice_callbacks_refused_total{reason=\"too_many\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("sluice_callbacks_refused_total{reason=\"busy\"} 0\n"));
}

}  // namespace
}  // namespace sluice::gateway
