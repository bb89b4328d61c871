// When a channel is asked again, to the second and to the end of each ladder of
// scripts/lib/10_ladder.lua: what is asked too late lets money lie, what is asked too often costs
// the channel's patience.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/people.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Seconds = std::vector<double>;

/// One question of the flow and what it hears.
struct Heard {
    Operation asked;
    payment::Outcome answer;
};

/// Lets the run wake so many times. Each time it asks the first of `talk` and is answered at once,
/// and so on with the rest. When that was, in seconds from now.
Seconds moments_of(FlowDriver& driver, int count, const std::vector<Heard>& talk) {
    const Time began = driver.now();
    Seconds moments;
    for (int i = 0; i < count && driver.error().empty(); ++i) {
        driver.wake();
        moments.push_back(std::chrono::duration<double>(driver.now() - began).count());
        for (const Heard& each : talk) {
            driver.answer(each.asked, each.answer);
        }
    }
    EXPECT_EQ(driver.error(), "");
    return moments;
}

const Seconds kTenMinutes{600, 1'200, 1'800};
const Seconds kTwoHours{7'200, 14'400, 21'600};

/// Nineteen questions: the rungs, and the last pause again and again. People are asked with the one
/// after these.
Seconds until_people(Seconds rungs, double last_pause) {
    while (rungs.size() < 19) {
        rungs.push_back(rungs.back() + last_pause);
    }
    return rungs;
}

/// Of a lost answer and of a close.
const Seconds kUntilPeople =
    until_people({1, 3, 8, 18, 38, 78, 138, 258, 558, 1'158}, kTenMinutes[0]);
/// Of money that goes out.
const Seconds kGoingOutUntilPeople =
    until_people({2, 7, 17, 47, 107, 227, 527, 1'127, 2'927, 6'527, 13'727}, kTwoHours[0]);

/// The next question is the twentieth: people are asked with it, and the channel as before.
void expect_people_asked_next(
    FlowDriver& driver, const Seconds& rungs, const std::vector<Heard>& talk, const char* told
) {
    EXPECT_THAT(driver.cases(), IsEmpty());
    EXPECT_THAT(turns_of(driver), IsEmpty());
    EXPECT_EQ(moments_of(driver, 1, talk), Seconds{rungs.front()});
    EXPECT_THAT(driver.cases(), ElementsAre(told));
    EXPECT_EQ(newest_task(driver).kind, "resolve");
    EXPECT_EQ(moments_of(driver, 3, talk), rungs) << "it goes on at the last rung";
    EXPECT_THAT(driver.cases(), ElementsAre(told)) << "once";
    EXPECT_THAT(turns_of(driver), ElementsAre("opened"));
    EXPECT_EQ(driver.status(), SubjectStatus::pending) << "no time makes it a failure";
}

TEST(Ladder, OfALostAnswerLeadsToPeopleAndGoesOnEveryTenMinutes) {
    FlowDriver pay({.order_lasts = std::chrono::hours(24)});
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    const std::vector<Heard> nothing{{Operation::query, says(OutcomeKind::unknown, "timeout")}};

    EXPECT_EQ(moments_of(pay, 19, nothing), kUntilPeople);

    expect_people_asked_next(pay, kTenMinutes, nothing, "needs_operator 7000");
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000"));
}

TEST(Ladder, OfALostAnswerEndsWhereTheOrderExpires) {
    FlowDriver pay({.order_lasts = std::chrono::minutes(15)});
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));

    moments_of(pay, 9, {{Operation::query, says(OutcomeKind::unknown, "timeout")}});
    EXPECT_EQ(
        moments_of(pay, 1, {{Operation::close, says(OutcomeKind::closed)}}), Seconds{900 - 558}
    );

    pay.answer(Operation::query, says(OutcomeKind::closed));
    EXPECT_EQ(pay.status(), SubjectStatus::closed);
}

TEST(Ladder, OfAPayerWhoActsGoesOnEveryHourWithoutPeople) {
    FlowDriver pay({.order_lasts = std::chrono::hours(24)});
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    const std::vector<Heard> not_paid{{Operation::query, says(OutcomeKind::pending, "NOTPAY")}};

    EXPECT_THAT(
        moments_of(pay, 12, not_paid),
        ElementsAre(5, 15, 35, 75, 135, 255, 555, 1'155, 2'955, 6'555, 10'155, 13'755)
    );

    moments_of(pay, 11, not_paid);
    EXPECT_THAT(pay.cases(), IsEmpty()) << "the channel has told clearly how it stands";
}

/// A payment of one code that the payer shows at the till.
DriveOptions code_at_the_till() {
    DriveOptions options;
    options.legs = {external_leg(7000)};
    options.legs.front().scene = "barcode";
    flow::ChannelTerms terms = usual_terms();
    terms.collect_may_repeat = false;
    terms.charged_at_once = true;
    options.terms = same_terms(terms);
    Value account = candidate("wx-a", 38);
    account.set("scenes", Value(ValueArray{Value("barcode")}));
    options.candidates = Value(ValueArray{account});
    return options;
}

TEST(Ladder, AtTheTillGoesOnEveryFiveSecondsUntilThePatienceEnds) {
    FlowDriver pay(code_at_the_till());
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::pending, "USERPAYING"));

    EXPECT_THAT(
        moments_of(pay, 10, {{Operation::query, says(OutcomeKind::pending, "USERPAYING")}}),
        ElementsAre(1, 4, 9, 14, 19, 24, 29, 34, 39, 44)
    );
    EXPECT_EQ(moments_of(pay, 1, {{Operation::close, says(OutcomeKind::closed)}}), Seconds{1});
}

TEST(Ladder, OfClosingWhatMayHaveBeenPaidLeadsToPeopleAndGoesOnEveryTenMinutes) {
    FlowDriver pay({.order_lasts = std::chrono::hours(24)});
    const std::vector<Heard> nothing{
        {Operation::close, says(OutcomeKind::unknown, "timeout")},
        {Operation::query, says(OutcomeKind::unknown, "timeout")},
    };
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    moments_of(pay, 3, {nothing[1]});
    pay.request_close();
    for (const Heard& each : nothing) {
        pay.answer(each.asked, each.answer);
    }

    EXPECT_EQ(moments_of(pay, 19, nothing), kUntilPeople) << "closing begins its own ladder";

    expect_people_asked_next(pay, kTenMinutes, nothing, "needs_operator 7000");
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000")) << "nothing is given up";
}

TEST(Ladder, OfClosingWhatTheChannelKeepsOpenLeadsToPeopleAndGoesOnEveryTenMinutes) {
    FlowDriver pay({.order_lasts = std::chrono::minutes(1)});
    const std::vector<Heard> still_open{
        {Operation::close, says(OutcomeKind::unknown, "SYSTEM_ERROR")},
        {Operation::query, says(OutcomeKind::pending, "NOTPAY")},
    };
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    moments_of(pay, 3, {still_open[1]});
    EXPECT_EQ(moments_of(pay, 1, still_open), Seconds{60 - 35}) << "the order expires";

    EXPECT_EQ(moments_of(pay, 19, still_open), kUntilPeople);

    expect_people_asked_next(pay, kTenMinutes, still_open, "needs_operator 7000");
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000")) << "the payer may still pay";
}

TEST(Ladder, OfACodeThatStaysOpenWhileItIsReversedLeadsToPeopleAndOnlyAsksFromThen) {
    FlowDriver pay(code_at_the_till());
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::pending, "USERPAYING"));
    const std::vector<Heard> still_open{{Operation::query, says(OutcomeKind::pending, "USERPAYING")}
    };
    const std::vector<Heard> not_reversed{
        {Operation::close, says(OutcomeKind::unknown, "SYSTEMERROR")}, still_open.front()
    };
    moments_of(pay, 10, still_open);
    EXPECT_EQ(moments_of(pay, 1, not_reversed), Seconds{1}) << "the patience ends";

    EXPECT_EQ(moments_of(pay, 19, not_reversed), kUntilPeople);

    // A reversal would give back what people are just finding out about.
    expect_people_asked_next(pay, kTenMinutes, still_open, "needs_operator 7000");
    EXPECT_FALSE(pay.open_exchange(Operation::close).has_value());
}

TEST(Ladder, OfAPayoutLeadsToPeopleAndGoesOnEveryTwoHours) {
    for (const auto kind : {OutcomeKind::unknown, OutcomeKind::pending}) {
        FlowDriver payout(payout_of(50'000, 0));
        const std::vector<Heard> nothing{{Operation::payout_query, says(kind, "NO_NEWS")}};
        payout.start();
        payout.answer(Operation::payout, says(kind, "NO_NEWS"));

        EXPECT_EQ(moments_of(payout, 19, nothing), kGoingOutUntilPeople);

        expect_people_asked_next(payout, kTwoHours, nothing, "needs_operator 50000");
        EXPECT_EQ(payout.sent().front(), "payout wx-b");
        EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50000")) << "nothing is booked back";
    }
}

TEST(Ladder, OfARefundLeadsToPeopleAndGoesOnEveryTwoHours) {
    for (const auto kind : {OutcomeKind::unknown, OutcomeKind::pending}) {
        FlowDriver refund(refund_of(7'000));
        const std::vector<Heard> nothing{{Operation::refund_query, says(kind, "NO_NEWS")}};
        refund.start();
        refund.answer(Operation::refund, says(kind, "NO_NEWS"));

        EXPECT_EQ(moments_of(refund, 19, nothing), kGoingOutUntilPeople);

        expect_people_asked_next(refund, kTwoHours, nothing, "needs_operator 7000");
        EXPECT_THAT(refund.claims(), ElementsAre("claim 7000")) << "it keeps its room";
    }
}

TEST(Ladder, OfARefundPaidToAPayeeIsThatOfAPayout) {
    DriveOptions options = refund_of(7'000);
    name_payee(options);
    FlowDriver refund(std::move(options));
    const std::vector<Heard> nothing{
        {Operation::payout_query, says(OutcomeKind::unknown, "timeout")}
    };
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "account_closed"));
    refund.answer(Operation::payout, says(OutcomeKind::unknown, "timeout"));

    EXPECT_EQ(moments_of(refund, 19, nothing), kGoingOutUntilPeople);

    expect_people_asked_next(refund, kTwoHours, nothing, "needs_operator 7000");
}

TEST(Ladder, OfAChannelOutOfReachSendsTheRefundEightTimesMore) {
    FlowDriver refund(refund_of(7'000));
    const Heard unreached{Operation::refund, says(OutcomeKind::not_sent, "CONNECT")};
    refund.start();
    refund.answer(unreached.asked, unreached.answer);

    EXPECT_THAT(
        moments_of(refund, 8, {unreached}), ElementsAre(5, 20, 80, 380, 1'280, 3'080, 6'680, 10'280)
    );

    EXPECT_EQ(refund.status(), SubjectStatus::failed) << "no way is left";
}

TEST(Ladder, OfSurplusMoneyTriesTheWayItCameForFourDaysAndLeadsToPeople) {
    FlowDriver refund(surplus_refund());
    const Heard refused{Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL")};
    refund.start();
    refund.answer(refused.asked, refused.answer);

    EXPECT_THAT(
        moments_of(refund, 3, {refused}),
        ElementsAre(3'600, 7 * 3'600, 31 * 3'600)  // an hour, six and a day
    );
    EXPECT_THAT(turns_of(refund), IsEmpty());
    EXPECT_EQ(moments_of(refund, 1, {refused}), Seconds{72 * 3'600});

    EXPECT_EQ(newest_task(refund).kind, "give_back");
    EXPECT_EQ(refund.status(), SubjectStatus::pending) << "it is the payer's";
}

}  // namespace
}  // namespace sluice::testing
