// Payments of several legs at channels: collected one after the other, all or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/flow_driver.hpp"
#include "flows/people.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

payment::Leg balance_leg(std::int64_t minor) {
    auto leg = card_leg(minor);
    leg.method = "balance";
    return leg;
}

/// The code of the first leg is paid, that of the second is on the payer's screen.
FlowDriver second_leg_shown(DriveOptions options = {}) {
    options.legs = {external_leg(4000), external_leg(6000)};
    FlowDriver pay(std::move(options));
    pay.start();
    pay.answer(Operation::collect, paid(pay.instruction(1)));
    pay.answer(Operation::collect, qr_shown(pay.instruction(2)));
    return pay;
}

TEST(PayLegs, AreBegunOnlyWhenTheOneBeforeHasItsMoney) {
    FlowDriver pay({.legs = {external_leg(4000), external_leg(6000)}});
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction(1)));
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a"));
    pay.wake();
    pay.answer(Operation::query, paid(pay.instruction(1)));

    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "query wx-a", "collect wx-a"));
    EXPECT_EQ(pay.status(), SubjectStatus::pending);
    pay.answer(Operation::collect, paid(pay.instruction(2)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_NE(pay.instruction(1).id, pay.instruction(2).id);
    EXPECT_EQ(pay.booked_on("1101"), 10'000);
    EXPECT_EQ(pay.booked_on("2101"), -10'000);
}

TEST(PayLegs, OfEveryKindMakeOnePayment) {
    FlowDriver pay(
        {.legs =
             {external_leg(1000),
              balance_leg(2000),
              external_leg(3000),
              card_leg(500),
              external_leg(4000)}}
    );
    pay.start();

    for (const int leg : {1, 3, 5}) {
        pay.answer(Operation::collect, paid(pay.instruction(leg)));
    }

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_THAT(
        pay.hold_steps(), ElementsAre("hold 2000", "hold 500", "capture 2000", "capture 500")
    );
    EXPECT_EQ(pay.booked_on("1101"), 8000);
    EXPECT_EQ(pay.booked_on("2001"), 2000);
    EXPECT_EQ(pay.booked_on("2002"), 500);
    EXPECT_EQ(pay.booked_on("2101"), -10'500);
}

TEST(PayLegs, MaySwitchChannelsEachForItself) {
    FlowDriver pay({.legs = {external_leg(4000), external_leg(6000)}});
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    pay.answer(Operation::collect, paid(pay.instruction(1)));
    pay.answer(Operation::collect, paid(pay.instruction(2)));

    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "collect wx-b", "collect wx-a"));
    EXPECT_EQ(pay.instruction(1).channel_account, "wx-b");
    EXPECT_EQ(pay.instruction(2).channel_account, "wx-a");
}

TEST(PayLegs, GoBackWhenALaterOneIsRefused) {
    FlowDriver pay({.legs = {card_leg(500), external_leg(4000), external_leg(6000)}});
    pay.start();
    pay.answer(Operation::collect, paid(pay.instruction(2)));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "limit_reached"));

    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    EXPECT_EQ(pay.sent().back(), "refund wx-a");
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 500", "release 500"));
    pay.answer(Operation::refund, paid(pay.instruction(0)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_EQ(pay.picture().subject.failure_code, "limit_reached");
    EXPECT_EQ(pay.booked_on("1101"), 0);
    EXPECT_THAT(pay.cases(), IsEmpty());
}

TEST(PayLegs, KeepThePaymentCompensatingWhileTheWayBackOfOneIsUnknown) {
    FlowDriver pay({.legs = {external_leg(4000), external_leg(6000)}});
    pay.start();
    pay.answer(Operation::collect, paid(pay.instruction(1)));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));

    pay.answer(Operation::refund, says(OutcomeKind::unknown, "timeout"));
    for (int turn = 0; turn < 5; ++turn) {
        pay.wake();
        pay.answer(Operation::refund_query, says(OutcomeKind::unknown));
        EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    }
    pay.wake();
    pay.answer(Operation::refund_query, paid(pay.instruction(0)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
}

TEST(PayLegs, AreNotKeptFromThePayerByOneThatCannotGoBack) {
    FlowDriver pay({.legs = {external_leg(1000), external_leg(2000), external_leg(3000)}});
    pay.start();
    pay.answer(Operation::collect, paid(pay.instruction(1)));
    pay.answer(Operation::collect, paid(pay.instruction(2)));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));

    pay.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    EXPECT_THAT(pay.cases(), ElementsAre("refund_due 2000"));
    pay.answer(Operation::refund, paid(pay.instruction(0)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    EXPECT_EQ(pay.booked_on("1101"), 2000);
    EXPECT_EQ(newest_task(pay).kind, "give_back") << "people are asked when all else has gone";
}

TEST(PayLegs, GoBackWhenTheBusinessClosesInTheMiddle) {
    FlowDriver pay = second_leg_shown();

    pay.request_close();
    pay.answer(Operation::close, says(OutcomeKind::closed));
    pay.answer(Operation::query, says(OutcomeKind::closed));
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    pay.answer(Operation::refund, paid(pay.instruction(0)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::closed);
    EXPECT_EQ(pay.picture().subject.failure_code, "closed_by_business");
    EXPECT_EQ(pay.booked_on("1101"), 0);
}

TEST(PayLegs, GoBackWhenTheOrderExpiresInTheMiddle) {
    FlowDriver pay = second_leg_shown({.order_lasts = std::chrono::minutes(1)});
    for (int turn = 0; turn < 50 && !pay.open_exchange(Operation::close); ++turn) {
        pay.wake();
        if (pay.open_exchange(Operation::query)) {
            pay.answer(Operation::query, qr_shown(pay.instruction(2)));
        }
    }
    pay.answer(Operation::close, says(OutcomeKind::closed));
    pay.answer(Operation::query, says(OutcomeKind::closed));
    pay.answer(Operation::refund, paid(pay.instruction(0)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::closed);
    EXPECT_EQ(pay.picture().subject.failure_code, "expired");
}

TEST(PayLegs, AreNotBegunAnyMoreWhenThePayerWasQuickerThanTheClose) {
    FlowDriver pay({.legs = {external_leg(4000), external_leg(6000)}});
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction(1)));
    pay.request_close();

    pay.answer(Operation::close, says(OutcomeKind::refused, "ORDER_PAID"));
    pay.answer(Operation::query, paid(pay.instruction(1)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "close wx-a", "query wx-a", "refund wx-a"));
    pay.answer(Operation::refund, paid(pay.instruction(0)));
    EXPECT_EQ(pay.status(), SubjectStatus::closed);
}

TEST(PayLegs, AreClosedBeforeTheyAreSentWhenTheWishWaitedForTheOneBefore) {
    FlowDriver pay({.legs = {external_leg(4000), external_leg(6000)}});
    pay.start();
    flow::Fact wish;
    wish.kind = flow::Fact::Kind::close_requested;
    const auto collect = pay.open_exchange(Operation::collect);
    const auto money = pay.answer_to(*collect, paid(pay.instruction(1)));

    pay.feed({money, wish});

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "refund wx-a"));
}

Value many_candidates(int count) {
    ValueArray list;
    for (int i = 0; i < count; ++i) {
        list.push_back(candidate("wx-" + std::to_string(i), i));
    }
    return Value(std::move(list));
}

TEST(PayCascade, EndsWhenItsNumberOfAccountsIsUsedUp) {
    FlowDriver pay({.legs = {external_leg(7000)}, .candidates = many_candidates(6)});
    pay.start();

    for (int tries = 0; tries < 4; ++tries) {
        pay.answer(Operation::collect, says(OutcomeKind::refused, "declined"));
    }

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_EQ(pay.picture().subject.failure_code, "declined");
    EXPECT_THAT(
        pay.sent(), ElementsAre("collect wx-0", "collect wx-1", "collect wx-2", "collect wx-3")
    );
    EXPECT_EQ(pay.picture().instructions.size(), 4U) << "each attempt is kept";
}

TEST(PayCascade, EndsWithItsList) {
    FlowDriver pay({.legs = {external_leg(7000)}, .candidates = many_candidates(1)});
    pay.start();

    pay.answer(Operation::collect, says(OutcomeKind::refused, "declined"));

    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-0"));
}

TEST(PayCascade, EndsWhenItsTimeIsOver) {
    FlowDriver pay({.legs = {external_leg(7000)}, .candidates = many_candidates(4)});
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::refused, "declined"));
    pay.pass(std::chrono::minutes(10));

    pay.answer(Operation::collect, says(OutcomeKind::refused, "declined"));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-0", "collect wx-1"));
}

}  // namespace
}  // namespace sluice::testing
