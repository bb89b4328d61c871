// When a channel is asked for its keys. The time is told, nothing waits.
#include "app/key_rhythm.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "unit/channel/channel_world.hpp"

namespace sluice::app {
namespace {

using channel::RegistryPtr;
using channel::testing::toy_account;
using channel::testing::toy_adapter;
using channel::testing::toy_registry;
using channel::testing::toy_script;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time kStart{seconds(1'767'225'600)};
constexpr milliseconds kMoment{1};

/// The toy channel, whose adapter may have a question for keys, with one account of this name.
RegistryPtr registry_of(const std::string& account, bool shows_keys = true) {
    channel::ChannelAccountSettings settings = toy_account();
    settings.name = account;
    const std::string with_keys = toy_script(
        "return {\n  name", "return { keys = { request = ask, response = read },\n  name"
    );
    return toy_registry(toy_adapter(shows_keys ? with_keys : toy_script()), std::move(settings));
}

class Rhythm : public ::testing::Test {
  protected:
    /// Whether its channel is to be asked this long after the start.
    bool asks_after(Time::duration after, const RegistryPtr& registry) {
        const channel::ChannelAccount& account = *registry->accounts().front();
        return rhythm_.take(account, *registry->find_adapter("toy"), kStart + after);
    }
    bool asks_after(Time::duration after) { return asks_after(after, registry_); }
    void miss() { rhythm_.miss(*registry_->accounts().front()); }

    const RegistryPtr registry_ = registry_of("one");
    KeyRhythm rhythm_;
};

TEST_F(Rhythm, AsksAtOnceWhoWasNeverAsked) { EXPECT_TRUE(asks_after(seconds(0))); }

TEST_F(Rhythm, AsksAgainAfterTwelveHoursAndNotBefore) {
    ASSERT_TRUE(asks_after(seconds(0)));

    EXPECT_FALSE(asks_after(seconds(0)));
    EXPECT_FALSE(asks_after(hours(12) - kMoment));
    EXPECT_TRUE(asks_after(hours(12)));
    EXPECT_FALSE(asks_after(hours(24) - kMoment)) << "twelve hours from the last time";
    EXPECT_TRUE(asks_after(hours(24)));
}

TEST_F(Rhythm, AnswersAMissTenSecondsAfterTheLastQuestionAndOnce) {
    ASSERT_TRUE(asks_after(seconds(0)));
    miss();
    miss();

    EXPECT_FALSE(asks_after(seconds(10) - kMoment));
    EXPECT_TRUE(asks_after(seconds(10)));
    EXPECT_FALSE(asks_after(seconds(20))) << "however often it was missed";
    EXPECT_FALSE(asks_after(hours(12) + seconds(10) - kMoment));
    EXPECT_TRUE(asks_after(hours(12) + seconds(10)));
}

TEST_F(Rhythm, AnswersAMissAtOnceWhenTheLastQuestionIsOld) {
    ASSERT_TRUE(asks_after(seconds(0)));

    miss();
    EXPECT_TRUE(asks_after(hours(1)));
    miss();
    EXPECT_FALSE(asks_after(hours(1) + seconds(10) - kMoment)) << "strangers cannot hurry it";
    EXPECT_TRUE(asks_after(hours(1) + seconds(10)));
}

TEST_F(Rhythm, AsksOnceForAMissBeforeTheFirstQuestion) {
    miss();

    EXPECT_TRUE(asks_after(seconds(0)));
    EXPECT_FALSE(asks_after(seconds(10)));
}

TEST_F(Rhythm, NeverAsksWhereNoKeysAreShown) {
    const RegistryPtr silent = registry_of("one", false);
    miss();

    EXPECT_FALSE(asks_after(seconds(0), silent));
    EXPECT_FALSE(asks_after(hours(13), silent));
    EXPECT_TRUE(asks_after(hours(13))) << "until a reloaded adapter shows them";
}

TEST_F(Rhythm, KeepsAccountsApart) {
    const RegistryPtr other = registry_of("two");
    ASSERT_TRUE(asks_after(seconds(0)));
    EXPECT_TRUE(asks_after(seconds(5), other));
    miss();

    EXPECT_TRUE(asks_after(seconds(30)));
    EXPECT_FALSE(asks_after(seconds(30), other)) << "it missed nothing";
}

}  // namespace
}  // namespace sluice::app
