#include "worker/inbox.hpp"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::worker {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Input input(Input::Kind kind, std::uint64_t number) {
    Input made;
    made.kind = kind;
    made.payment = PaymentId(Id128{0, number});
    return made;
}

Input begin(std::uint64_t number) { return input(Input::Kind::start, number); }
Input fact(std::uint64_t number) { return input(Input::Kind::fact, number); }

/// An input whose caller counts how often he was refused.
Input with_caller(Input made, int& refused) {
    made.on_picture = [&refused](const Result<payment::PaymentPicture>& answer) {
        refused += answer ? 0 : 1;
    };
    return made;
}

std::vector<std::uint64_t> take(Inbox& inbox, std::size_t most = 100) {
    std::vector<std::uint64_t> numbers;
    for (const Input& taken : inbox.take(most, std::chrono::steady_clock::now())) {
        numbers.push_back(taken.payment.raw().low);
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

TEST(WorkerInbox, GivesWhatBeginsApartFromWhatGoesOn) {
    Inbox inbox(10);
    inbox.post(begin(1));
    inbox.post(fact(2));
    inbox.post(begin(3));
    inbox.post(input(Input::Kind::callback, 4));
    inbox.post(input(Input::Kind::wait, 5));
    EXPECT_THAT(take(inbox), ElementsAre(2, 4, 5));
    EXPECT_THAT(take(inbox), ElementsAre(1, 3));
    EXPECT_THAT(take(inbox), IsEmpty());
}

TEST(WorkerInbox, LetsNeitherLineWaitForMoreThanOneBatchOfTheOther) {
    Inbox inbox(100);
    for (std::uint64_t number = 1; number <= 6; ++number) {
        inbox.post(begin(number));
        inbox.post(fact(10 + number));
    }
    EXPECT_THAT(take(inbox, 2), ElementsAre(11, 12));
    EXPECT_THAT(take(inbox, 2), ElementsAre(1, 2));
    inbox.post(begin(7));
    EXPECT_THAT(take(inbox, 2), ElementsAre(13, 14));
    EXPECT_THAT(take(inbox, 2), ElementsAre(3, 4));
}

TEST(WorkerInbox, TakesTheSameLineAgainWhenTheOtherIsEmpty) {
    Inbox inbox(10);
    for (const std::uint64_t number : {1U, 2U, 3U}) {
        inbox.post(begin(number));
    }
    EXPECT_THAT(take(inbox, 1), ElementsAre(1));
    EXPECT_THAT(take(inbox, 1), ElementsAre(2));
    inbox.post(fact(4));
    EXPECT_THAT(take(inbox, 1), ElementsAre(4));
    EXPECT_THAT(take(inbox, 1), ElementsAre(3));
}

TEST(WorkerInbox, HasWhatWasPutBackInFrontInItsOldOrder) {
    Inbox inbox(10);
    inbox.post(begin(3));
    std::vector<Input> early;
    early.push_back(begin(1));
    early.push_back(begin(2));
    inbox.put_back(std::move(early));
    EXPECT_THAT(take(inbox), ElementsAre(1, 2, 3));
}

TEST(WorkerInbox, RefusesWhatItHasNoRoomForButNotWhatIsSaidOnce) {
    int refused = 0;
    Inbox inbox(1);
    inbox.post(with_caller(begin(1), refused));
    inbox.post(with_caller(begin(2), refused));
    inbox.post(with_caller(input(Input::Kind::wait, 3), refused));
    EXPECT_EQ(refused, 2);
    inbox.post(fact(4));  // the answer of a channel
    EXPECT_THAT(take(inbox), ElementsAre(4));
    EXPECT_THAT(take(inbox), ElementsAre(1));
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

TEST(WorkerInbox, WakesWhoWaitsForAnInputAndWhoWaitsForTheEnd) {
    // Longer than any test may take: who returns before it was woken.
    const auto forever = std::chrono::steady_clock::now() + 1h;
    Inbox inbox(10);
    std::thread other([&] {
        inbox.post(fact(1));
        inbox.close();
    });
    const auto taken = inbox.take(10, forever);
    EXPECT_LE(taken.size(), 1U);  // none when the end came first
    inbox.wait_closed(forever);
    other.join();
}

}  // namespace
}  // namespace sluice::worker
