// What goes wrong between us and a channel, and what may follow from it.
#include <algorithm>

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

/// A composite payment whose code is on the payer's screen.
FlowDriver shown_to_payer() {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    return pay;
}

/// The same, brought to the moment at which the order expires and the close is on its way.
FlowDriver expired() {
    FlowDriver pay({.order_lasts = std::chrono::minutes(1)});
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    for (int turn = 0; turn < 50 && !pay.open_exchange(Operation::close); ++turn) {
        pay.wake();
        if (pay.open_exchange(Operation::query)) {
            pay.answer(Operation::query, qr_shown(pay.instruction()));
        }
    }
    return pay;
}

void expect_closed(const FlowDriver& pay, std::string_view code) {
    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::closed);
    EXPECT_EQ(pay.picture().subject.failure_code, code);
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000", "release 3000"));
    EXPECT_THAT(pay.postings(), IsEmpty());
}

TEST(PayTrouble, TriesTheSecondAccountOnlyAfterTheFirstRefused) {
    FlowDriver pay;
    pay.start();
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a"));

    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));

    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "collect wx-b"));
    pay.answer(Operation::collect, paid(pay.instruction()));
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_EQ(pay.postings().front(), "debit 1101 wechatpay/wx-b 7000");
}

TEST(PayTrouble, FailsAndReleasesWhenEveryAccountRefuses) {
    FlowDriver pay;
    pay.start();

    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "limit_reached"));

    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_EQ(pay.picture().subject.failure_code, "limit_reached");
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000", "release 3000"));
    EXPECT_THAT(pay.postings(), IsEmpty());
}

TEST(PayTrouble, TakesWhatWasSurelyNotSentAsARefusal) {
    FlowDriver pay;
    pay.start();

    pay.answer(Operation::collect, says(OutcomeKind::not_sent, "connect_failed"));

    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "collect wx-b"));
}

TEST(PayTrouble, AsksAfterALostAnswerAndFindsTheMoney) {
    FlowDriver pay;
    pay.start();

    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    EXPECT_EQ(pay.status_of(), "unknown");
    pay.wake();
    pay.answer(Operation::query, paid(pay.instruction()));

    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "query wx-a"));
}

TEST(PayTrouble, AsksOnceMoreForACodeThatGotLost) {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    pay.wake();

    pay.answer(Operation::query, says(OutcomeKind::pending, "NOTPAY"));

    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "query wx-a", "collect wx-a"));
    EXPECT_TRUE(pay.last().exchanges.front().repeats);
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    EXPECT_EQ(pay.instruction().next_action.text_or_empty("type"), "qr_code");
    EXPECT_EQ(pay.picture().instructions.size(), 2U);
}

TEST(PayTrouble, AsksForNoSecondCodeWhenItHasOne) {
    FlowDriver pay = shown_to_payer();
    pay.wake();

    pay.answer(Operation::query, says(OutcomeKind::pending, "NOTPAY"));

    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "query wx-a"));
}

TEST(PayTrouble, StopsAskingForACodeThatNeverComes) {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));

    for (int turn = 0; turn < 12; ++turn) {
        pay.wake();
        pay.answer(Operation::query, says(OutcomeKind::pending, "NOTPAY"));
        if (pay.open_exchange(Operation::collect)) {
            pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
        }
    }

    EXPECT_EQ(std::ranges::count(pay.sent(), "collect wx-a"), 6);
}

TEST(PayTrouble, NeverTakesNotFoundForARefusal) {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));

    for (int turn = 0; turn < 5; ++turn) {
        pay.wake();
        pay.answer(Operation::query, says(OutcomeKind::not_found, "ORDER_NOT_EXIST"));
    }

    EXPECT_EQ(pay.status_of(), "unknown");
    EXPECT_EQ(pay.status(), SubjectStatus::pending);
    for (const auto& sent : pay.sent()) {
        EXPECT_EQ(sent.find("wx-b"), std::string::npos) << sent;
    }
}

TEST(PayTrouble, LearnsNothingFromAQueryThatGoesWrong) {
    FlowDriver pay = shown_to_payer();

    for (const auto kind : {OutcomeKind::unknown, OutcomeKind::not_sent, OutcomeKind::config}) {
        pay.wake();
        pay.answer(Operation::query, says(kind, "SYSTEM_ERROR"));
        EXPECT_EQ(pay.status_of(), "pending");
    }
}

TEST(PayTrouble, ParksContradictedMoneyForAPersonAndTouchesNothing) {
    FlowDriver pay = shown_to_payer();

    pay.call_back(paid(pay.instruction(), cny(6999)));

    EXPECT_EQ(pay.status_of(), "conflicted");
    EXPECT_EQ(pay.status(), SubjectStatus::pending);
    EXPECT_THAT(pay.cases(), ElementsAre("conflicted 7000"));
    EXPECT_EQ(
        pay.last().cases.front().detail, "the channel's amount is 6999 CNY, ours is 7000 CNY"
    );
    EXPECT_THAT(pay.postings(), IsEmpty());
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000"));
    EXPECT_EQ(newest_task(pay).kind, "resolve");
}

TEST(PayTrouble, KeepsAContradictionWhateverComesAfterIt) {
    FlowDriver pay = shown_to_payer();
    const auto wrong = paid(pay.instruction(), cny(6999));
    pay.call_back(wrong);

    pay.call_back(wrong);
    pay.call_back(paid(pay.instruction()));
    pay.request_close();

    EXPECT_EQ(pay.status_of(), "conflicted") << "no word of the channel ends it";
    EXPECT_EQ(pay.status(), SubjectStatus::pending);
    EXPECT_THAT(pay.cases(), ElementsAre("conflicted 7000"));
}

TEST(PayTrouble, BooksARefusedInstructionThatTurnsOutPaidAsSurplusAndGoesOn) {
    FlowDriver pay;
    pay.start();
    const auto first = pay.instruction();
    auto late = pay.callback_fact(paid(first));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));

    pay.feed({late, late});

    EXPECT_THAT(pay.cases(), ElementsAre("surplus 7000"));
    EXPECT_THAT(
        pay.postings(), ElementsAre("debit 1101 wechatpay/wx-a 7000", "credit 2204 shop 7000")
    );
    EXPECT_EQ(pay.picture().instructions[1].status, payment::InstructionStatus::surplus);
    EXPECT_EQ(pay.status(), SubjectStatus::pending);
    pay.answer(Operation::collect, paid(pay.instruction()));
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
}

TEST(PayTrouble, HearsALateAnswerOfTheFirstAccountWithoutConfusingTheSecond) {
    FlowDriver pay;
    pay.start();
    const auto first = *pay.open_exchange(Operation::collect);
    pay.wake();
    const auto first_query = *pay.open_exchange(Operation::query);
    pay.feed({pay.answer_to(first, says(OutcomeKind::refused, "card_declined"))});
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    pay.wake();

    pay.feed({pay.answer_to(first_query, says(OutcomeKind::unknown, "timeout"))});
    pay.wake();

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(
        pay.sent(), ElementsAre("collect wx-a", "query wx-a", "collect wx-b", "query wx-b")
    );
}

TEST(PayTrouble, ClosesAtTheChannelFirstWhenTheOrderExpires) {
    FlowDriver pay = expired();
    ASSERT_TRUE(pay.open_exchange(Operation::close).has_value());
    EXPECT_EQ(pay.now(), pay.picture().order.expires_at);

    pay.answer(Operation::close, says(OutcomeKind::closed));
    EXPECT_EQ(pay.status_of(), "pending") << "the answer to a close is only a promise";
    pay.answer(Operation::query, says(OutcomeKind::closed));

    expect_closed(pay, "expired");
}

TEST(PayTrouble, LetsThePayerWinWhoPaysWhileTheOrderCloses) {
    FlowDriver pay = expired();

    pay.answer(Operation::close, says(OutcomeKind::closed));
    pay.answer(Operation::query, paid(pay.instruction()));

    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_EQ(pay.postings().size(), 6U);
}

TEST(PayTrouble, LetsACallbackWinThatComesDuringTheClose) {
    FlowDriver pay = expired();

    pay.call_back(paid(pay.instruction()));

    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
}

TEST(PayTrouble, ClosesAgainWhenTheCloseItselfIsLost) {
    FlowDriver pay = expired();

    pay.answer(Operation::close, says(OutcomeKind::unknown, "timeout"));
    pay.answer(Operation::query, qr_shown(pay.instruction()));
    const Time before = pay.now();
    pay.wake();

    EXPECT_EQ(pay.now() - before, std::chrono::seconds(1)) << "closing begins its own ladder";
    EXPECT_TRUE(pay.open_exchange(Operation::close).has_value());
    EXPECT_EQ(pay.status(), SubjectStatus::pending);
}

TEST(PayTrouble, BelievesAnAbsentOrderOnlyAfterACloseAndTheChannelsDelay) {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    pay.request_close();
    const auto refuse_all = [&pay] {
        if (pay.open_exchange(Operation::close)) {
            pay.answer(Operation::close, says(OutcomeKind::not_found));
        }
        pay.answer(Operation::query, says(OutcomeKind::not_found));
    };

    refuse_all();
    EXPECT_EQ(pay.status(), SubjectStatus::pending) << "too young to be believed absent";
    const Time created = pay.instruction().created_at;
    while (pay.status() == SubjectStatus::pending && pay.now() - created < std::chrono::hours(1)) {
        pay.wake();
        refuse_all();
    }

    EXPECT_GE(pay.now() - created, std::chrono::seconds(60));
    expect_closed(pay, "closed_by_business");
    EXPECT_EQ(pay.status_of(), "closed");
}

TEST(PayTrouble, DoesNotBelieveAQueryThatWasOnItsWayBeforeTheClose) {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    pay.wake();
    pay.request_close();
    pay.pass(std::chrono::minutes(5));

    pay.answer(Operation::close, says(OutcomeKind::not_found));
    pay.answer(Operation::query, says(OutcomeKind::not_found));

    EXPECT_EQ(pay.status(), SubjectStatus::pending);
}

TEST(PayTrouble, DoesNotCallAnOrderAbsentWhileItMayStillBeOnItsWay) {
    FlowDriver pay;
    pay.start();
    pay.request_close();
    pay.pass(std::chrono::minutes(5));

    pay.answer(Operation::close, says(OutcomeKind::not_found));
    pay.answer(Operation::query, says(OutcomeKind::not_found));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status_of(), "created");
    EXPECT_EQ(pay.status(), SubjectStatus::pending);
}

TEST(PayTrouble, ClosesWhenTheBusinessAsks) {
    FlowDriver pay = shown_to_payer();

    pay.request_close();
    EXPECT_EQ(pay.status(), SubjectStatus::pending);
    pay.request_close();
    pay.answer(Operation::close, says(OutcomeKind::closed));
    pay.answer(Operation::query, says(OutcomeKind::closed));

    expect_closed(pay, "closed_by_business");
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "close wx-a", "query wx-a"));
}

TEST(PayTrouble, KeepsWhyItWasClosedAlsoWhenAnotherAttemptTakesItsPlace) {
    FlowDriver pay = shown_to_payer();
    flow::Fact wish;
    wish.kind = flow::Fact::Kind::close_requested;
    wish.reason = payment::CloseReason::superseded;

    pay.feed({wish});
    pay.request_close();
    pay.answer(Operation::close, says(OutcomeKind::closed));
    pay.answer(Operation::query, says(OutcomeKind::closed));

    expect_closed(pay, "superseded");
}

TEST(PayTrouble, SendsNoCloseForMoneyThatCameInTheSameBreath) {
    FlowDriver pay = shown_to_payer();
    flow::Fact wish;
    wish.kind = flow::Fact::Kind::close_requested;

    pay.feed({wish, pay.callback_fact(paid(pay.instruction()))});

    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a"));
}

TEST(PayTrouble, TriesNoOtherAccountOnceTheBusinessWantsToClose) {
    FlowDriver pay = shown_to_payer();
    flow::Fact wish;
    wish.kind = flow::Fact::Kind::close_requested;
    auto refused = pay.callback_fact(says(OutcomeKind::refused, "card_declined"));

    pay.feed({wish, refused});

    expect_closed(pay, "closed_by_business");
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a"));
}

TEST(PayTrouble, BelievesARefusalOnlyOfTheFirstSend) {
    FlowDriver pay;
    pay.start();
    auto repeated = pay.answer_to(
        *pay.open_exchange(Operation::collect), says(OutcomeKind::refused, "PARAM_ERROR")
    );
    repeated.source = payment::Source::resend;

    pay.feed({repeated});

    EXPECT_EQ(pay.status_of(), "unknown");
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a"));
}

TEST(PayTrouble, LearnsNothingFromACallbackNobodyUnderstands) {
    FlowDriver pay = shown_to_payer();

    pay.call_back(says(OutcomeKind::unknown, "unreadable"));

    EXPECT_EQ(pay.status_of(), "pending");
}

}  // namespace
}  // namespace sluice::testing
