#include "notify/bell.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace sluice::notify {
namespace {

using std::chrono::steady_clock;

TEST(Bell, EndsAWaitThatRunsAndTheNextOne) {
    Bell bell;
    const auto far = steady_clock::now() + std::chrono::seconds(30);
    std::thread ringer([&] { bell.ring(); });

    EXPECT_TRUE(bell.wait_until(far));
    ringer.join();
    bell.ring();
    bell.ring();
    EXPECT_TRUE(bell.wait_until(far));
}

TEST(Bell, IsSilentUntilItIsRungAgain) {
    Bell bell;
    bell.ring();
    ASSERT_TRUE(bell.wait_until(steady_clock::now()));

    EXPECT_FALSE(bell.wait_until(steady_clock::now()));
}

}  // namespace
}  // namespace sluice::notify
