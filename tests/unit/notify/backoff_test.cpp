#include "notify/backoff.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace sluice::notify {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Always the same chance.
class Fixed final : public Random {
  public:
    explicit Fixed(std::uint64_t value) : value_(value) {}
    std::uint64_t next() override { return value_; }

  private:
    std::uint64_t value_;
};

const std::vector<seconds> kLadder{
    seconds(5),
    seconds(30),
    seconds(120),
    seconds(600),
    seconds(1'800),
    seconds(3'600),
    seconds(7'200),
    seconds(14'400),
    seconds(28'800),
    seconds(43'200),
};

TEST(Backoff, ClimbsTheLadderWithATenthMoreOrLess) {
    SeededRandom random(11);
    for (std::size_t i = 0; i < kLadder.size(); ++i) {
        for (int draw = 0; draw < 100; ++draw) {
            const auto delay = next_delay(static_cast<int>(i) + 1, random);

            ASSERT_TRUE(delay.has_value());
            EXPECT_GE(*delay, milliseconds(kLadder[i]) * 9 / 10) << i;
            EXPECT_LE(*delay, milliseconds(kLadder[i]) * 11 / 10) << i;
        }
    }
}

TEST(Backoff, UsesTheWholeTenth) {
    Fixed low(0);
    Fixed high(1'000);

    EXPECT_EQ(next_delay(1, low), milliseconds(4'500));
    EXPECT_EQ(next_delay(1, high), milliseconds(5'500));
}

TEST(Backoff, EndsAfterTheLastRung) {
    Fixed any(0);
    const int last = static_cast<int>(kLadder.size());

    EXPECT_TRUE(next_delay(last, any).has_value());
    EXPECT_FALSE(next_delay(last + 1, any).has_value());
    EXPECT_EQ(attempts_max(), last + 1);
}

TEST(Backoff, TakesMoreThanADayEvenWhenChanceIsShort) {
    Fixed shortest(0);
    milliseconds total{0};
    for (int failed = 1; failed < attempts_max(); ++failed) {
        total += *next_delay(failed, shortest);
    }

    EXPECT_GT(total, std::chrono::hours(24));
}

}  // namespace
}  // namespace sluice::notify
