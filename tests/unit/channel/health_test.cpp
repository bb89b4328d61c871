#include "channel/health.hpp"

#include <gtest/gtest.h>

namespace sluice::channel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Health::Address kMain{"toy", "main"};
const ExchangeEnd kAccepted{.answered = true, .accepted = true, .took = milliseconds(30)};
const ExchangeEnd kRefused{
    .answered = true, .accepted = false, .took = milliseconds(70), .code = "NO_MONEY"
};
const ExchangeEnd kLost{.code = "timeout"};

class HealthTest : public ::testing::Test {
  protected:
    void happen(int times, const ExchangeEnd& end, const char* scene = "qr") {
        for (int i = 0; i < times; ++i) {
            health_.ended(kMain, scene, end, now_);
        }
    }
    [[nodiscard]] BreakerState breaker() const { return health_.of(kMain, now_).breaker; }

    Health health_;
    /// The middle of a second.
    Health::SteadyTime now_{seconds(1'000) + milliseconds(500)};
};

TEST_F(HealthTest, CountsByScene) {
    happen(3, kAccepted);
    happen(1, kRefused);
    happen(1, kLost, "app");

    const AccountHealth health = health_.of(kMain, now_);

    ASSERT_EQ(health.scenes.size(), 2U);
    EXPECT_EQ(health.scenes.at("qr").exchanges, 4);
    EXPECT_EQ(health.scenes.at("qr").accepted, 3);
    EXPECT_EQ(health.scenes.at("qr").unanswered, 0);
    EXPECT_EQ(health.scenes.at("app").unanswered, 1);
    EXPECT_EQ(health.scenes.at("app").took_p95_ms, 0) << "nothing was answered";
    EXPECT_EQ(health_.of({"toy", "other"}, now_).scenes.size(), 0U);
}

TEST_F(HealthTest, ForgetsAfterAMinute) {
    happen(2, kAccepted);
    now_ += seconds(59);
    EXPECT_EQ(health_.of(kMain, now_).scenes.at("qr").exchanges, 2);

    now_ += seconds(1);
    EXPECT_TRUE(health_.of(kMain, now_).scenes.empty());
    happen(1, kRefused);
    EXPECT_EQ(health_.of(kMain, now_).scenes.at("qr").exchanges, 1);
}

TEST_F(HealthTest, TellsHowLongAllButTheSlowestTook) {
    happen(95, kAccepted);
    happen(5, {.answered = true, .accepted = true, .took = milliseconds(8'000)});
    EXPECT_EQ(health_.of(kMain, now_).scenes.at("qr").took_p95_ms, 50);

    happen(1, {.answered = true, .accepted = true, .took = milliseconds(8'000)});
    EXPECT_EQ(health_.of(kMain, now_).scenes.at("qr").took_p95_ms, 10'000);
}

TEST_F(HealthTest, KeepsTheNewestCodesEachOnce) {
    for (const char* code : {"A", "B", "C", "A", "D", "E", "F"}) {
        happen(1, {.answered = true, .code = code});
    }

    const std::vector<std::string> expected{"F", "E", "D", "A", "C"};
    EXPECT_EQ(health_.of(kMain, now_).scenes.at("qr").codes, expected);
}

TEST_F(HealthTest, OpensWhenHalfOfEnoughIsNotAnswered) {
    happen(5, kAccepted);
    happen(4, kLost);
    EXPECT_EQ(breaker(), BreakerState::closed) << "nine are not enough";
    EXPECT_TRUE(health_.may_send(kMain));

    happen(1, kLost, "app");

    EXPECT_EQ(breaker(), BreakerState::open);
    EXPECT_FALSE(health_.may_send(kMain));
    EXPECT_TRUE(health_.may_send({"toy", "other"}));
}

TEST_F(HealthTest, StaysClosedForWhatIsRefusedHoweverOften) {
    happen(500, kRefused);

    EXPECT_EQ(breaker(), BreakerState::closed);
}

TEST_F(HealthTest, StaysClosedWhenLessThanHalfIsNotAnswered) {
    happen(51, kAccepted);
    happen(50, kLost);

    EXPECT_EQ(breaker(), BreakerState::closed);
}

TEST_F(HealthTest, LooksBackTenSecondsOnly) {
    happen(9, kLost);
    now_ += seconds(10);
    happen(1, kLost);
    EXPECT_EQ(breaker(), BreakerState::closed);
}

TEST_F(HealthTest, IsProbedOnceAfterAWhileAndClosesWhenThatIsAnswered) {
    happen(10, kLost);
    EXPECT_FALSE(health_.take_probe(kMain, now_ + milliseconds(4'999)));
    now_ += seconds(5);
    EXPECT_TRUE(health_.take_probe(kMain, now_));
    EXPECT_FALSE(health_.take_probe(kMain, now_)) << "one is under way";
    EXPECT_FALSE(health_.may_send(kMain));

    health_.probed(kMain, true, now_);

    EXPECT_TRUE(health_.may_send(kMain));
    EXPECT_FALSE(health_.take_probe(kMain, now_ + seconds(100)));
    now_ += seconds(1);
    happen(9, kLost);
    EXPECT_EQ(breaker(), BreakerState::closed) << "what was before does not count any more";
    happen(1, kLost);
    EXPECT_EQ(breaker(), BreakerState::open);
}

TEST_F(HealthTest, WaitsTwiceAsLongAfterEachProbeThatFailed) {
    happen(10, kLost);
    for (const int wait : {5, 10, 20, 40, 60, 60}) {
        EXPECT_FALSE(health_.take_probe(kMain, now_ + seconds(wait) - milliseconds(1))) << wait;
        now_ += seconds(wait);
        EXPECT_TRUE(health_.take_probe(kMain, now_)) << wait;
        health_.probed(kMain, false, now_);
        EXPECT_FALSE(health_.may_send(kMain));
    }
}

TEST_F(HealthTest, ForgetsAProbeThatWasLost) {
    happen(10, kLost);
    now_ += seconds(5);
    EXPECT_TRUE(health_.take_probe(kMain, now_));

    EXPECT_FALSE(health_.take_probe(kMain, now_ + seconds(59)));
    EXPECT_TRUE(health_.take_probe(kMain, now_ + seconds(60)));
}

TEST_F(HealthTest, IsNotMovedByWhatWasSentBeforeItOpened) {
    happen(10, kLost);
    happen(50, kAccepted);
    EXPECT_EQ(breaker(), BreakerState::open);

    happen(10, kLost);
    EXPECT_TRUE(health_.take_probe(kMain, now_ + seconds(5))) << "the time did not double";
}

TEST_F(HealthTest, IsShownInBasisPoints) {
    happen(2, kAccepted);
    happen(1, kLost);

    const Value value = to_value(health_.of(kMain, now_));

    EXPECT_EQ(value.text_or_empty("breaker"), "closed");
    const Value& scene = *value.find("scenes")->find("qr");
    EXPECT_EQ(*scene.find("exchanges"), Value(3));
    EXPECT_EQ(*scene.find("accepted_basis_points"), Value(6666));
    EXPECT_EQ(*scene.find("unanswered_basis_points"), Value(3333));
    EXPECT_EQ(*scene.find("took_p95_ms"), Value(50));
    EXPECT_EQ(*scene.find("codes"), Value(ValueArray{Value("timeout")}));
}

}  // namespace
}  // namespace sluice::channel
