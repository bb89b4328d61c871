#include "worker/commit_delay.hpp"

#include <gtest/gtest.h>

namespace sluice::worker {
namespace {

using std::chrono::microseconds;

constexpr CommitDelay::Limits kLimits{
    .busy = 12, .enough = 48, .idle = microseconds(500), .longest = microseconds(2000)
};

class CommitDelays : public testing::Test {
  protected:
    /// What is waited for, asked so long after the delay began.
    std::optional<microseconds> patience_after(
        microseconds passed, std::size_t last, std::size_t prepared
    ) {
        return delay_.patience(last, prepared, began_ + passed);
    }

    CommitDelay::Clock::time_point began_ = CommitDelay::Clock::now();
    CommitDelay delay_{kLimits, began_};
};

TEST_F(CommitDelays, AreNoneForAQuietWorker) {
    EXPECT_EQ(patience_after(microseconds(0), 11, 5), std::nullopt);
    EXPECT_FALSE(CommitDelay::is_worth_it(kLimits, 11, 5));
}

TEST_F(CommitDelays, AreNoneWhereNothingIsPreparedOrEnoughIs) {
    EXPECT_FALSE(CommitDelay::is_worth_it(kLimits, 12, 0));
    EXPECT_TRUE(CommitDelay::is_worth_it(kLimits, 12, 47));
    EXPECT_FALSE(CommitDelay::is_worth_it(kLimits, 12, 48));
    EXPECT_EQ(patience_after(microseconds(0), 30, 48), std::nullopt);
}

TEST_F(CommitDelays, EndWhenNobodyCameForAWhile) {
    EXPECT_EQ(patience_after(microseconds(0), 12, 5), microseconds(500));
    EXPECT_EQ(patience_after(microseconds(200), 12, 5), microseconds(300)) << "woken for nothing";
    EXPECT_EQ(patience_after(microseconds(300), 12, 6), microseconds(500)) << "one came";
    EXPECT_EQ(patience_after(microseconds(800), 12, 6), std::nullopt);
}

TEST_F(CommitDelays, EndHoweverManyComeOneByOne) {
    EXPECT_EQ(patience_after(microseconds(0), 12, 5), microseconds(500));
    EXPECT_EQ(patience_after(microseconds(450), 12, 6), microseconds(500));
    EXPECT_EQ(patience_after(microseconds(900), 12, 7), microseconds(500));
    EXPECT_EQ(patience_after(microseconds(1350), 12, 8), microseconds(500));
    EXPECT_EQ(patience_after(microseconds(1800), 12, 9), microseconds(200));
    EXPECT_EQ(patience_after(microseconds(2000), 12, 10), std::nullopt);
}

TEST_F(CommitDelays, AreNeverWithoutAnyTimeForThem) {
    auto limits = kLimits;
    limits.longest = microseconds(0);
    CommitDelay delay(limits, began_);

    EXPECT_FALSE(CommitDelay::is_worth_it(limits, 40, 5));
    EXPECT_EQ(delay.patience(40, 5, began_), std::nullopt);
}

}  // namespace
}  // namespace sluice::worker
