// A code that the payer shows at the till is charged at once: the flow waits, asks, and at the end
// of its patience gives back what may have been taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/flow_driver.hpp"
#include "flows/hostile_flow.hpp"
#include "flows/people.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DriveOptions at_the_till() {
    DriveOptions options;
    payment::Leg leg = external_leg(7000);
    leg.scene = "barcode";
    options.legs = {leg};
    flow::ChannelTerms terms = usual_terms();
    terms.collect_may_repeat = false;
    terms.charged_at_once = true;
    options.terms = same_terms(terms);
    ValueArray candidates;
    for (const char* name : {"wx-a", "wx-b"}) {
        Value one = candidate(name, 38);
        one.set("scenes", Value(ValueArray{Value("barcode")}));
        candidates.push_back(std::move(one));
    }
    options.candidates = Value(std::move(candidates));
    return options;
}

class Barcode : public ::testing::Test {
  protected:
    void SetUp() override { pay_.start(); }

    [[nodiscard]] const payment::Instruction& instruction() const { return pay_.instruction(1); }
    [[nodiscard]] std::string status() const { return pay_.status_of(1); }
    /// Lets the flow ask, without news, until it wants to close.
    void wait_for_its_close() {
        for (int i = 0; i < 40 && !pay_.open_exchange(Operation::close); ++i) {
            if (pay_.open_exchange(Operation::query)) {
                pay_.answer(Operation::query, says(OutcomeKind::pending, "USERPAYING"));
            } else {
                pay_.wake();
            }
        }
        ASSERT_TRUE(pay_.open_exchange(Operation::close)) << pay_.error();
    }

    FlowDriver pay_{at_the_till()};
};

TEST_F(Barcode, SucceedsAtOnce) {
    pay_.answer(Operation::collect, paid(instruction()));

    EXPECT_EQ(pay_.status(), SubjectStatus::succeeded);
    EXPECT_THAT(pay_.sent(), ElementsAre("collect wx-a"));
    EXPECT_EQ(pay_.booked_on("1101"), 7000);
}

TEST_F(Barcode, AsksWhileThePayerTypesAPassword) {
    pay_.answer(Operation::collect, says(OutcomeKind::pending, "USERPAYING"));
    pay_.wake();
    pay_.answer(Operation::query, says(OutcomeKind::pending, "USERPAYING"));
    pay_.wake();

    pay_.answer(Operation::query, paid(instruction()));

    EXPECT_EQ(pay_.status(), SubjectStatus::succeeded);
    EXPECT_THAT(pay_.sent(), ElementsAre("collect wx-a", "query wx-a", "query wx-a"))
        << "the code is never shown again";
}

TEST_F(Barcode, GivesBackWhatMayHaveBeenTakenWhenTheTimeIsOver) {
    pay_.answer(Operation::collect, says(OutcomeKind::pending, "USERPAYING"));
    const Time began = pay_.now();
    wait_for_its_close();

    EXPECT_EQ(pay_.now() - began, seconds(45));
    pay_.answer(Operation::close, says(OutcomeKind::closed));
    pay_.answer(Operation::query, says(OutcomeKind::closed, "REVOKED"));

    EXPECT_EQ(pay_.status(), SubjectStatus::closed);
    EXPECT_EQ(pay_.picture().subject.failure_code, "expired");
    EXPECT_THAT(pay_.postings(), IsEmpty());
}

TEST_F(Barcode, TakesNoMoneyOfWhichACloseMayHaveGivenItBack) {
    pay_.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    wait_for_its_close();

    pay_.answer(Operation::close, says(OutcomeKind::unknown, "timeout"));
    pay_.answer(Operation::query, paid(instruction()));

    EXPECT_EQ(pay_.status(), SubjectStatus::pending) << "the close may still be on its way";
    EXPECT_EQ(status(), "unknown");
    EXPECT_EQ(instruction().outcome_code, "may_be_given_back");
    EXPECT_THAT(pay_.postings(), IsEmpty());
    pay_.wake();
    ASSERT_TRUE(pay_.open_exchange(Operation::close)) << "so it is asked again";
    pay_.answer(Operation::close, says(OutcomeKind::closed));
    pay_.answer(Operation::query, says(OutcomeKind::closed, "REVOKED"));
    EXPECT_EQ(pay_.status(), SubjectStatus::closed);
    EXPECT_THAT(pay_.postings(), IsEmpty());
}

TEST_F(Barcode, IsNotTakenBecauseALaterCloseWasNotExecuted) {
    for (const auto kind : {OutcomeKind::not_sent, OutcomeKind::not_found, OutcomeKind::config}) {
        FlowDriver pay(at_the_till());
        pay.start();
        pay.answer(Operation::collect, says(OutcomeKind::pending, "USERPAYING"));
        pay.request_close();
        pay.answer(Operation::close, says(OutcomeKind::unknown, "timeout"));
        pay.answer(Operation::query, says(OutcomeKind::not_found));
        pay.wake();

        pay.answer(Operation::close, says(kind));
        pay.answer(Operation::query, paid(pay.instruction(1)));

        EXPECT_EQ(pay.error(), "");
        EXPECT_EQ(pay.status_of(1), "unknown") << "the first close may have given it back since";
        EXPECT_THAT(pay.postings(), IsEmpty());
    }
}

TEST_F(Barcode, IsAskedOfPeopleWhenNobodyKnowsWhetherItWasGivenBack) {
    pay_.answer(Operation::collect, says(OutcomeKind::pending, "USERPAYING"));
    pay_.request_close();
    for (int turn = 0; turn < 60 && turns_of(pay_).empty(); ++turn) {
        const bool is_first = turn == 0;
        pay_.answer(
            Operation::close,
            is_first ? says(OutcomeKind::unknown, "timeout")
                     : says(OutcomeKind::not_sent, "CANCEL_NOT_ALLOWED")
        );
        pay_.answer(Operation::query, paid(instruction()));
        pay_.wake();
    }

    EXPECT_THAT(pay_.cases(), ElementsAre("needs_operator 7000"));
    EXPECT_EQ(newest_task(pay_).about, instruction().id);
    for (int turn = 0; turn < 3; ++turn) {
        EXPECT_EQ(pay_.sent().back(), "query wx-a") << "nothing is given back under their eyes";
        pay_.answer(Operation::query, paid(instruction()));
        pay_.wake();
    }
    EXPECT_EQ(vote(pay_, found_out("li.lei", "succeeded")), "");
    EXPECT_EQ(pay_.error(), "");
    EXPECT_EQ(pay_.status(), SubjectStatus::succeeded);
    EXPECT_EQ(pay_.booked_on("1101"), 7000);
}

TEST_F(Barcode, KeepsTheMoneyThatCannotBeGivenBackSo) {
    pay_.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    wait_for_its_close();

    pay_.answer(Operation::close, says(OutcomeKind::not_sent, "CANCEL_NOT_ALLOWED"));
    pay_.answer(Operation::query, paid(instruction()));

    EXPECT_EQ(pay_.status(), SubjectStatus::succeeded) << "the payer was quicker";
    EXPECT_EQ(pay_.booked_on("1101"), 7000);
}

TEST_F(Barcode, IsClosedOnlyWhenNoAnswerIsOnItsWay) {
    pay_.request_close();

    EXPECT_THAT(pay_.sent(), ElementsAre("collect wx-a")) << "it may be taken in this moment";
    pay_.answer(Operation::collect, says(OutcomeKind::pending, "USERPAYING"));
    pay_.wake();
    EXPECT_THAT(pay_.sent(), ElementsAre("collect wx-a", "close wx-a"));
    pay_.answer(Operation::close, says(OutcomeKind::closed));
    pay_.answer(Operation::query, says(OutcomeKind::closed, "REVOKED"));
    EXPECT_EQ(pay_.picture().subject.failure_code, "closed_by_business");
}

TEST_F(Barcode, IsShownToNoOtherAccountOnceAChannelSawIt) {
    pay_.answer(Operation::collect, says(OutcomeKind::refused, "NOTENOUGH"));

    EXPECT_EQ(pay_.status(), SubjectStatus::failed);
    EXPECT_EQ(pay_.picture().subject.failure_code, "NOTENOUGH");
    EXPECT_THAT(pay_.sent(), ElementsAre("collect wx-a"));
}

TEST_F(Barcode, IsShownToAnotherAccountWhenTheFirstWasNotReached) {
    pay_.answer(Operation::collect, says(OutcomeKind::not_sent, "connect"));

    EXPECT_THAT(pay_.sent(), ElementsAre("collect wx-a", "collect wx-b"));
}

TEST_F(Barcode, ThatNeverArrivedIsClosedWhenTheChannelKnowsNothingOfIt) {
    pay_.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    const Time began = pay_.now();
    for (int i = 0; i < 60 && pay_.status() == SubjectStatus::pending; ++i) {
        if (pay_.open_exchange(Operation::query)) {
            pay_.answer(Operation::query, says(OutcomeKind::not_found));
        } else if (pay_.open_exchange(Operation::close)) {
            pay_.answer(Operation::close, says(OutcomeKind::not_found));
        } else {
            pay_.wake();
        }
    }

    EXPECT_EQ(pay_.status(), SubjectStatus::closed) << pay_.error();
    EXPECT_GE(pay_.now() - began, seconds(60));
}

TEST(KernelAtOnce, RefusesACloseThatCrossesWhatMayStillTakeTheMoney) {
    DriveOptions options = at_the_till();
    options.legs = {card_leg(3000), options.legs.front()};

    EXPECT_THAT(
        refusal_of("kernel.exchange(sent, 'close')", options),
        HasSubstr("is charged at once and still waits for the answer to a collect")
    );
    EXPECT_THAT(
        refusal_of("kernel.exchange(sent, 'collect')", options), HasSubstr("takes no request twice")
    );
}

/// What the author of a flow reads that does this once the answer to the collect was lost.
std::string refusal_once_lost(const std::string& body) {
    DriveOptions options = at_the_till();
    options.legs = {card_leg(3000), options.legs.front()};
    FlowDriver pay = drive_hostile(
        hostile(
            "kernel.wait() local function ask() return kernel.task { kind = 'resolve', title = { "
            "en = 'x', zh = 'x' }, role = 'operations', about = sent } end " +
            body
        ),
        options
    );
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    return pay.error();
}

TEST(KernelAtOnce, LetsNoCloseChangeWhatPeopleAreLookingAt) {
    EXPECT_THAT(
        refusal_once_lost("ask() kernel.exchange(sent, 'close')"),
        HasSubstr("people are asked what became of it")
    );
}

TEST(KernelAtOnce, AsksNoPeopleWhatACloseUnderWayMayChange) {
    EXPECT_THAT(
        refusal_once_lost("kernel.exchange(sent, 'close') ask()"),
        HasSubstr("still waits for the answer to a close")
    );
    EXPECT_EQ(refusal_once_lost("ask() kernel.wait()"), "") << "without one they are asked";
}

TEST_F(Barcode, IsStillEndedByTheChannelWhilePeopleAreAsked) {
    pay_.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    wait_for_its_close();
    for (int turn = 0; turn < 60 && turns_of(pay_).empty(); ++turn) {
        pay_.answer(Operation::close, says(OutcomeKind::unknown, "timeout"));
        EXPECT_EQ(status(), "unknown") << "it may have been given back";
        pay_.answer(Operation::query, says(OutcomeKind::unknown, "timeout"));
        pay_.wake();
    }

    pay_.answer(Operation::query, says(OutcomeKind::closed, "REVOKED"));

    EXPECT_EQ(pay_.error(), "");
    EXPECT_EQ(pay_.status(), SubjectStatus::closed);
    EXPECT_EQ(closed_cases(pay_), 1U);
    EXPECT_THAT(pay_.postings(), IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
