#include "worker/waiters.hpp"

#include <gtest/gtest.h>

#include "unit/worker/run_number.hpp"

namespace sluice::worker {
namespace {

payment::Picture picture_of(RunId id, payment::SubjectStatus status) {
    payment::Picture picture;
    picture.subject.id = id;
    picture.subject.status = status;
    return picture;
}

payment::Picture with_code(payment::Picture picture) {
    payment::Instruction instruction;
    instruction.next_action.set("type", "qr_code");
    picture.instructions.push_back(std::move(instruction));
    return picture;
}

/// Counts its calls in `told`.
Waiters::Waiter waiter(WaitFor wish, Time deadline, int& told) {
    return {wish, deadline, [&told](const Result<payment::Picture>&) { ++told; }};
}

TEST(IsFulfilled, DependsOnTheWishAndThePictureAlone) {
    const auto pending = picture_of(run_number(1), payment::SubjectStatus::pending);
    const auto paid = picture_of(run_number(1), payment::SubjectStatus::succeeded);

    EXPECT_TRUE(is_fulfilled(WaitFor::committed, pending, 1));
    EXPECT_FALSE(is_fulfilled(WaitFor::final_status, pending, 0));
    EXPECT_TRUE(is_fulfilled(WaitFor::final_status, paid, 1));
    EXPECT_FALSE(is_fulfilled(WaitFor::actionable, pending, 1)) << "the answer is on its way";
    EXPECT_TRUE(is_fulfilled(WaitFor::actionable, with_code(pending), 1));
    EXPECT_TRUE(is_fulfilled(WaitFor::actionable, pending, 0))
        << "nothing more will come by itself";
    EXPECT_TRUE(is_fulfilled(WaitFor::actionable, paid, 1));
}

TEST(Waiters, TellEachOnceWhenItsWishComesTrue) {
    Waiters waiters;
    int code = 0;
    int end = 0;
    const RunId id = run_number(1);
    waiters.add(id, waiter(WaitFor::actionable, kNow + std::chrono::seconds(9), code));
    waiters.add(id, waiter(WaitFor::final_status, kNow + std::chrono::seconds(9), end));

    waiters.tell(with_code(picture_of(id, payment::SubjectStatus::pending)), 1);
    EXPECT_EQ(code, 1);
    EXPECT_EQ(end, 0);
    waiters.tell(picture_of(id, payment::SubjectStatus::succeeded), 0);
    waiters.tell(picture_of(id, payment::SubjectStatus::succeeded), 0);

    EXPECT_EQ(code, 1);
    EXPECT_EQ(end, 1);
}

TEST(Waiters, TellNobodyOfAnotherPayment) {
    Waiters waiters;
    int told = 0;
    waiters.add(run_number(1), waiter(WaitFor::final_status, kNow + std::chrono::seconds(9), told));

    waiters.tell(picture_of(run_number(2), payment::SubjectStatus::succeeded), 0);

    EXPECT_EQ(told, 0);
}

TEST(Waiters, GiveBackTheOverdueAtTheirDeadlineAndNotBefore) {
    Waiters waiters;
    int told = 0;
    const Time deadline = kNow + std::chrono::seconds(9);
    waiters.add(run_number(1), waiter(WaitFor::final_status, deadline, told));

    EXPECT_EQ(waiters.next_deadline(), deadline);
    EXPECT_TRUE(waiters.take_overdue(deadline - std::chrono::microseconds(1)).empty());
    const auto overdue = waiters.take_overdue(deadline);

    ASSERT_EQ(overdue.size(), 1U);
    EXPECT_EQ(overdue.front().first, run_number(1));
    EXPECT_TRUE(waiters.take_overdue(deadline).empty());
    EXPECT_FALSE(waiters.next_deadline().has_value());
}

TEST(Waiters, ForgetTheDeadlineOfWhoWasTold) {
    Waiters waiters;
    int told = 0;
    const Time deadline = kNow + std::chrono::seconds(9);
    const RunId id = run_number(1);
    waiters.add(id, waiter(WaitFor::final_status, deadline, told));
    waiters.tell(picture_of(id, payment::SubjectStatus::failed), 0);

    EXPECT_TRUE(waiters.take_overdue(deadline).empty());
    EXPECT_EQ(told, 1);
}

TEST(Waiters, LoseNobodyWhoWaitsLongerThanAnother) {
    Waiters waiters;
    int early = 0;
    int late = 0;
    const RunId id = run_number(1);
    waiters.add(id, waiter(WaitFor::final_status, kNow + std::chrono::seconds(1), early));
    waiters.add(id, waiter(WaitFor::final_status, kNow + std::chrono::seconds(9), late));

    EXPECT_EQ(waiters.take_overdue(kNow + std::chrono::seconds(1)).size(), 1U);
    EXPECT_EQ(waiters.next_deadline(), kNow + std::chrono::seconds(9));
    waiters.tell(picture_of(id, payment::SubjectStatus::closed), 0);

    EXPECT_EQ(early, 0) << "its reply was handed out";
    EXPECT_EQ(late, 1);
}

TEST(Waiters, HandOutEverybodyWhenTheWorkerEnds) {
    Waiters waiters;
    int told = 0;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        waiters.add(
            run_number(number), waiter(WaitFor::final_status, kNow + std::chrono::seconds(9), told)
        );
    }

    EXPECT_EQ(waiters.take_all().size(), 3U);
    EXPECT_TRUE(waiters.take_all().empty());
    EXPECT_FALSE(waiters.next_deadline().has_value());
}

}  // namespace
}  // namespace sluice::worker
