#include "worker/inbox.hpp"

#include <array>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::worker {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Longer than any test may take: who returns before it was woken.
constexpr std::chrono::microseconds kForever = 1h;

Input input(Input::Kind kind, std::uint64_t number) {
    Input made;
    made.kind = kind;
    made.run_id = RunId(Id128{0, number});
    return made;
}

Input begin(std::uint64_t number) { return input(Input::Kind::start, number); }
Input fact(std::uint64_t number) { return input(Input::Kind::fact, number); }

/// An input whose caller counts how often he was refused.
Input with_caller(Input made, int& refused) {
    made.on_picture = [&refused](const Result<payment::Picture>& answer) {
        refused += answer ? 0 : 1;
    };
    return made;
}

std::vector<std::uint64_t> take(Inbox& inbox, std::size_t most = 100) {
    std::vector<std::uint64_t> numbers;
    for (const Input& taken : inbox.take(most)) {
        numbers.push_back(taken.run_id.raw().low);
    }
    return numbers;
}

TEST(WorkerInbox, GivesTheOldestFirstAndNoMoreThanAsked) {
    Inbox inbox(10);
    for (const std::uint64_t number : {1U, 2U, 3U}) {
        inbox.post(fact(number));
    }
    EXPECT_THAT(take(inbox, 2), ElementsAre(1, 2));
    EXPECT_THAT(take(inbox, 2), ElementsAre(3));
    EXPECT_THAT(take(inbox), IsEmpty());
}

TEST(WorkerInbox, GivesOneThatBeginsForEachThatGoesOn) {
    Inbox inbox(10);
    inbox.post(begin(1));
    inbox.post(begin(2));
    inbox.post(begin(3));
    inbox.post(fact(4));
    inbox.post(input(Input::Kind::callback, 5));
    EXPECT_THAT(take(inbox), ElementsAre(4, 1, 5, 2, 3));
    EXPECT_THAT(take(inbox), IsEmpty());
}

TEST(WorkerInbox, LetsNeitherLineWaitBehindAllOfTheOther) {
    Inbox inbox(100);
    for (std::uint64_t number = 1; number <= 6; ++number) {
        inbox.post(begin(number));
        inbox.post(fact(10 + number));
    }
    EXPECT_THAT(take(inbox, 3), ElementsAre(11, 1, 12));
    inbox.post(begin(7));
    EXPECT_THAT(take(inbox, 3), ElementsAre(2, 13, 3)) << "whose turn it was is not forgotten";
}

TEST(WorkerInbox, TakesTheSameLineAgainWhenTheOtherIsEmpty) {
    Inbox inbox(10);
    for (const std::uint64_t number : {1U, 2U, 3U}) {
        inbox.post(begin(number));
    }
    EXPECT_THAT(take(inbox, 2), ElementsAre(1, 2));
    inbox.post(fact(4));
    EXPECT_THAT(take(inbox, 1), ElementsAre(4));
    EXPECT_THAT(take(inbox, 1), ElementsAre(3));
}

TEST(WorkerInbox, HasWhatTheWorkerLinedUpBehindWhatCameBefore) {
    Inbox inbox(1);
    inbox.post(fact(1));
    std::vector<Input> timers;
    timers.push_back(fact(2));
    timers.push_back(fact(3));
    EXPECT_FALSE(inbox.has_lined_up());
    inbox.line_up(std::move(timers));
    inbox.post(fact(4));
    EXPECT_THAT(take(inbox, 2), ElementsAre(1, 2));
    EXPECT_TRUE(inbox.has_lined_up());
    EXPECT_THAT(take(inbox, 1), ElementsAre(3));
    EXPECT_FALSE(inbox.has_lined_up());
    EXPECT_THAT(take(inbox), ElementsAre(4));
}

TEST(WorkerInbox, ForgetsWhatWasLinedUpWhenItRefusesAll) {
    Inbox inbox(10);
    std::vector<Input> timers;
    timers.push_back(fact(1));
    inbox.line_up(std::move(timers));
    inbox.refuse_all({ErrorCode::unavailable, "lost", {}});
    EXPECT_FALSE(inbox.has_lined_up());
}

TEST(WorkerInbox, RefusesWhatItHasNoRoomForButNotWhatIsSaidOnce) {
    int refused = 0;
    Inbox inbox(1);
    inbox.post(with_caller(begin(1), refused));
    inbox.post(with_caller(begin(2), refused));
    inbox.post(with_caller(input(Input::Kind::wait, 3), refused));
    EXPECT_EQ(refused, 2);
    inbox.post(fact(4));  // the answer of a channel
    EXPECT_THAT(take(inbox), ElementsAre(4, 1));
    EXPECT_EQ(refused, 2);
}

TEST(WorkerInbox, RefusesWhatComesOnceItIsClosed) {
    int refused = 0;
    Inbox inbox(10);
    inbox.close();
    EXPECT_TRUE(inbox.is_closed());
    inbox.post(with_caller(begin(1), refused));
    EXPECT_EQ(refused, 1);
}

TEST(WorkerInbox, RefusesBothLinesAtOnce) {
    int refused = 0;
    Inbox inbox(10);
    inbox.post(with_caller(begin(1), refused));
    inbox.post(with_caller(input(Input::Kind::wait, 2), refused));
    inbox.refuse_all({ErrorCode::unavailable, "stopping", {}});
    EXPECT_EQ(refused, 2);
    EXPECT_THAT(take(inbox), IsEmpty());
}

TEST(WorkerInbox, WakesForAnInput) {
    Inbox inbox(10);
    std::thread poster([&] { inbox.post(fact(1)); });
    while (take(inbox).empty()) {
        inbox.wait({.inputs = 1, .longest = kForever, .socket = std::nullopt});
    }
    poster.join();
}

TEST(WorkerInbox, WakesForItsEnd) {
    Inbox inbox(10);
    std::thread closer([&] { inbox.close(); });
    while (!inbox.is_closed()) {
        inbox.wait({.inputs = 1, .longest = kForever, .socket = std::nullopt});
    }
    inbox.wait_closed(std::chrono::steady_clock::now() + kForever);
    inbox.wait({.inputs = 1, .longest = kForever, .socket = std::nullopt});
    closer.join();
}

TEST(WorkerInbox, WakesForTheSocketAndSleepsOverTooFewInputs) {
    Inbox inbox(10);
    inbox.post(begin(1));
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    std::thread other([&] {
        inbox.post(fact(2));
        EXPECT_EQ(write(ends[1], "x", 1), 1);
    });

    inbox.wait({.inputs = 3, .longest = kForever, .socket = ends[0]});

    char byte = 0;
    EXPECT_EQ(read(ends[0], &byte, 1), 1) << "it blocks when the inputs alone woke it";
    other.join();
    close(ends[0]);
    close(ends[1]);
}

TEST(WorkerInbox, DoesNotSleepWhenEnoughInputsWait) {
    Inbox inbox(10);
    inbox.post(begin(1));
    inbox.post(fact(2));
    inbox.wait({.inputs = 2, .longest = kForever, .socket = std::nullopt});
    EXPECT_THAT(take(inbox), ElementsAre(2, 1));
}

TEST(WorkerInbox, SleepsNoLongerThanAsked) {
    Inbox inbox(10);
    inbox.wait({.inputs = 1, .longest = 1ms, .socket = std::nullopt});
    inbox.wait({.inputs = 1, .longest = -1ms, .socket = std::nullopt});
    inbox.wait_closed(std::chrono::steady_clock::now() + 1ms);
    EXPECT_THAT(take(inbox), IsEmpty());
}

}  // namespace
}  // namespace sluice::worker
