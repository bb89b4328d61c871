// The refund flow: what goes back, by which way, what is booked, and what never happens twice.
#include <algorithm>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(RefundFlow, GivesTheLastPartBackFirstAndBooksEachStep) {
    FlowDriver refund(refund_of(8000));

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a"));
    EXPECT_THAT(refund.postings(), ElementsAre("debit 2101 shop 8000", "credit 2202 shop 8000"));

    refund.answer(Operation::refund, paid(refund.instruction(0)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_THAT(
        refund.postings(),
        ElementsAre(
            "debit 2101 shop 8000",
            "credit 2202 shop 8000",
            "debit 2202 shop 7000",
            "credit 1101 wechatpay/wx-a 7000",
            "debit 2202 shop 1000",
            "credit 2002 card 1000"
        )
    );
    EXPECT_THAT(refund.hold_steps(), ElementsAre("give 1000"));
    EXPECT_THAT(
        refund.claims(),
        ElementsAre(
            "claim 7000", "claim 1000", "yield 7000", "claim 7000", "yield 1000", "claim 1000"
        )
    );
    EXPECT_TRUE(refund.last().finished);
}

TEST(RefundFlow, AsksWhatBecameOfARefundWhoseAnswerWasLost) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::unknown));
    EXPECT_EQ(refund.status_of(0), "unknown");

    refund.wake();
    refund.answer(Operation::refund_query, paid(refund.instruction(0)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "refund_query wx-a"));
}

TEST(RefundFlow, SendsTheSameRefundAgainWhenTheChannelKnowsNothingOfIt) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    const auto number = refund.instruction(0).id;
    refund.answer(Operation::refund, says(OutcomeKind::unknown));
    refund.wake();

    refund.answer(Operation::refund_query, says(OutcomeKind::not_found));

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "refund_query wx-a", "refund wx-a"));
    EXPECT_EQ(refund.instruction(0).id, number);
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
}

TEST(RefundFlow, NeverSendsARefundAgainWhereTheChannelTakesNoneTwice) {
    auto options = refund_of(7000);
    auto terms = usual_terms();
    terms.refund_may_repeat = false;
    options.terms = same_terms(terms);
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::unknown));
    refund.wake();

    refund.answer(Operation::refund_query, says(OutcomeKind::not_found));

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "refund_query wx-a"));
    EXPECT_EQ(refund.status_of(0), "unknown");
}

/// The channel does not take the request, and does not say for sure that it never took it.
payment::Outcome turned_away() {
    payment::Outcome outcome = says(OutcomeKind::unknown, "INVALID_REQUEST");
    outcome.refused_unless_found = true;
    return outcome;
}

TEST(RefundFlow, IsRefusedWhenTheChannelTurnsItAwayAndFindsNothingAfterItsDelay) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    refund.answer(Operation::refund, turned_away());

    // Asked after 2, 7, 17, 47 and 107 seconds; the channel's word is good after 60.
    for (int turn = 0; turn < 4; ++turn) {
        refund.wake();
        refund.answer(Operation::refund_query, says(OutcomeKind::not_found));
        EXPECT_EQ(refund.status_of(0), "unknown") << turn;
    }
    refund.wake();
    refund.answer(Operation::refund_query, says(OutcomeKind::not_found));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status_of(0), "closed");
    EXPECT_EQ(refund.instruction(0).outcome_code, "INVALID_REQUEST");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.picture().subject.failure_code, "INVALID_REQUEST");
    EXPECT_EQ(std::ranges::count(refund.sent(), "refund wx-a"), 1) << "it is not sent again";
}

TEST(RefundFlow, IsDoneWhenTheChannelTurnsItAwayAsItHasItAlready) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::unknown, "timeout"));
    refund.wake();
    refund.answer(Operation::refund_query, says(OutcomeKind::not_found));
    refund.answer(Operation::refund, turned_away());
    refund.wake();

    refund.answer(Operation::refund_query, paid(refund.instruction(0)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
}

TEST(RefundFlow, IsNotAbsentBecauseTheChannelThatTookItDoesNotFindIt) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::pending, "PROCESSING"));

    for (int turn = 0; turn < 8; ++turn) {
        refund.wake();
        refund.answer(Operation::refund_query, says(OutcomeKind::not_found));
    }

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status_of(0), "pending");
    EXPECT_EQ(refund.status(), SubjectStatus::pending) << "what was taken may be at the payer";
    EXPECT_EQ(std::ranges::count(refund.sent(), "refund wx-a"), 1);
}

TEST(RefundFlow, StaysUnknownWhileTheChannelThatTurnedItAwayIsNotHeard) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    refund.answer(Operation::refund, turned_away());

    for (int turn = 0; turn < 8; ++turn) {
        refund.wake();
        refund.answer(Operation::refund_query, says(OutcomeKind::unknown, "timeout"));
    }

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status_of(0), "unknown");
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
}

TEST(RefundFlow, FailsAndGivesTheMerchantBackWhatNoWayTakes) {
    FlowDriver refund(refund_of(7000));
    refund.start();

    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.picture().subject.failure_code, "USER_ACCOUNT_ABNORMAL");
    EXPECT_THAT(refund.claims(), ElementsAre("claim 7000", "yield 7000"));
    EXPECT_THAT(
        refund.postings(),
        ElementsAre(
            "debit 2101 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 2101 shop 7000"
        )
    );
}

TEST(RefundFlow, KeepsRoomForAllItsPartsWhileTheFirstGoes) {
    FlowDriver refund(refund_of(8000));

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(
        refund.claims(), ElementsAre("claim 7000", "claim 1000", "yield 7000", "claim 7000")
    );
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
}

TEST(RefundFlow, FreesTheRoomOfAllItsPartsWhenItFails) {
    FlowDriver refund(refund_of(8000));
    refund.start();

    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));

    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_THAT(
        refund.claims(),
        ElementsAre(
            "claim 7000",
            "claim 1000",
            "yield 7000",
            "claim 7000",
            "yield 7000",
            "claim 7000",
            "yield 1000",
            "yield 7000"
        )
    );
}

TEST(RefundFlow, FailsBeforeAnythingGoesWhenALaterPartHasNoRoomAnyMore) {
    FlowDriver refund(refund_of(8000));
    refund.cap = [](const flow::RefundClaim& claim) {
        return claim.amount.minor() == 1000 ? "over_refunded" : "";
    };

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.picture().subject.failure_code, "over_refunded");
    EXPECT_THAT(refund.sent(), IsEmpty());
    EXPECT_THAT(refund.claims(), ElementsAre("claim 7000", "yield 7000"));
}

TEST(RefundFlow, FailsAtOnceWhenOurOwnSetUpIsWrong) {
    FlowDriver refund(refund_of(7000));
    refund.start();

    refund.answer(Operation::refund, says(OutcomeKind::config, "NO_AUTH"));

    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.status_of(0), "refused");
}

TEST(RefundFlow, GoesToTheBalanceWhenTheOriginalPathIsClosed) {
    auto options = refund_of(7000);
    name_balance_account(options);
    FlowDriver refund(std::move(options));
    refund.start();

    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_THAT(refund.claims(), ElementsAre("claim 7000", "yield 7000", "claim 7000"));
    EXPECT_EQ(refund.postings().back(), "credit 2001 card 7000");
}

TEST(RefundFlow, GoesToTheBalanceThatWasChosenAndAsksNoChannel) {
    auto options = refund_of(10'000);
    name_balance_account(options);
    auto& details = std::get<payment::Refund>(options.subject->details);
    details.to_account = std::exchange(details.balance_account, {});
    FlowDriver refund(std::move(options));

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_THAT(refund.sent(), IsEmpty());
    EXPECT_THAT(refund.hold_steps(), ElementsAre("give 7000", "give 3000"));
    EXPECT_EQ(refund.postings().back(), "credit 2001 card 3000");
}

TEST(RefundFlow, GivesNothingToAnAccountThatNobodyNamed) {
    const auto refusal_of = [](AccountId account) {
        auto options = refund_of(1'000);
        name_balance_account(options);
        options.release = release_with(
            "flows/refund.lua",
            "return flow { service = 'refund', name = 'refund', title = { en = 'x', zh = 'x' },\n"
            "  stages = { 'only' }, run = function(refund)\n"
            "    kernel.refund { source = refund.sources[1].instruction, amount = refund.amount,\n"
            "      account = '" +
                account.to_string() +
                "' }\n"
                "    kernel.finish('succeeded')\n"
                "  end }\n"
        );
        FlowDriver refund(std::move(options));
        refund.start();
        return refund.error();
    };

    EXPECT_EQ(refusal_of(AccountId(Id128{0x019b7c5b4000'002a, 22})), "");
    EXPECT_THAT(
        refusal_of(AccountId(Id128{0x019b7c5b4000'002a, 23})),
        ::testing::HasSubstr("is no account that ref_")
    );
}

TEST(RefundFlow, DoesNotAskAChannelAfterItsWindow) {
    auto options = refund_of(7000);
    auto terms = usual_terms();
    terms.refund_window = std::chrono::hours(1);
    options.terms = same_terms(terms);
    name_balance_account(options);
    FlowDriver refund(std::move(options));
    refund.pass(std::chrono::hours(2));

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(refund.sent(), IsEmpty());
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
}

TEST(RefundFlow, TriesAgainWhenTheChannelHasFundsAgain) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    const auto first = refund.instruction(0).id;
    refund.answer(Operation::refund, says(OutcomeKind::refused, "NOT_ENOUGH"));
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_THAT(refund.claims(), ElementsAre("claim 7000", "yield 7000", "claim 7000"))
        << "it keeps its room while it waits";

    refund.wake();

    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "refund wx-a"));
    EXPECT_NE(refund.instruction(0).id, first);
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
}

TEST(RefundFlow, TriesAgainUnderTheSameNumberWhereTheChannelWantsItSo) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    const auto number = refund.instruction(0).id;
    refund.answer(Operation::refund, says(OutcomeKind::not_sent, "NOT_ENOUGH"));
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_THAT(refund.claims(), ElementsAre("claim 7000"));

    refund.wake();

    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "refund wx-a"));
    EXPECT_EQ(refund.instruction(0).id, number);
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
}

TEST(RefundFlow, TakesAnotherWayWhenOthersHaveUsedUpThePart) {
    FlowDriver refund(refund_of(7000));
    refund.cap = [](const flow::RefundClaim&) { return "over_refunded"; };

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.picture().subject.failure_code, "over_refunded");
    EXPECT_THAT(refund.sent(), IsEmpty());
}

TEST(RefundFlow, WaitsForAPersonWhenHalfOfItHasGoneBack) {
    FlowDriver refund(refund_of(8000));
    refund.bank = [](const flow::AccountStep& step) {
        return step.kind == flow::AccountStep::Kind::give ? "account_closed" : "";
    };
    refund.start();

    refund.answer(Operation::refund, paid(refund.instruction(0)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_THAT(refund.cases(), ElementsAre("refund_due 3000"));
}

TEST(RefundFlow, TellsAPersonAfterTwentyQuestionsWithoutAnAnswerAndGoesOnAsking) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::unknown));

    for (int turn = 0; turn < 25; ++turn) {
        refund.wake();
        refund.answer(Operation::refund_query, says(OutcomeKind::unknown));
    }

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(refund.cases(), ElementsAre("needs_operator 7000"));
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_EQ(refund.status_of(0), "unknown");
}

TEST(RefundFlow, TakesAnAnswerThatNamesAnotherAmountForAConflict) {
    FlowDriver refund(refund_of(7000));
    refund.start();

    refund.answer(Operation::refund, paid(refund.instruction(0), cny(6999)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status_of(0), "conflicted");
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_THAT(refund.cases(), ElementsAre("conflicted 7000"));
}

}  // namespace
}  // namespace sluice::testing
