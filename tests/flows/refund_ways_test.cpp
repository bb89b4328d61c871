// The ways a refund can take when the one it came by is closed, and how long that one is tried.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Of 2202, and what is on its way to a payee.
void expect_nothing_owed(const FlowDriver& refund) {
    for (const char* gl : {"2202", "2203"}) {
        EXPECT_EQ(refund.booked_on(gl), 0) << gl;
    }
}

TEST(RefundFlow, SendsTheSameRefundAgainWithGrowingPausesWhileTheChannelIsNotReached) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    const auto first = refund.instruction(0).id;
    std::vector<std::int64_t> pauses;

    for (int turn = 0; turn < 4; ++turn) {
        refund.answer(Operation::refund, says(OutcomeKind::not_sent, "FREQUENCY_LIMITED"));
        EXPECT_EQ(refund.status_of(0), "created");
        const Time before = refund.now();
        refund.wake();
        pauses.push_back((refund.now() - before) / seconds(1));
    }
    refund.answer(Operation::refund, paid(refund.instruction(0)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(pauses, ElementsAre(5, 15, 60, 300));
    EXPECT_EQ(refund.instruction(0).id, first);
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_THAT(refund.claims(), ElementsAre("claim 7000"));
}

TEST(RefundFlow, NeedsANewNumberForEachTryWhereTheChannelTakesNoneTwice) {
    auto options = refund_of(7000);
    auto terms = usual_terms();
    terms.refund_may_repeat = false;
    options.terms = same_terms(terms);
    FlowDriver refund(std::move(options));
    refund.start();
    const auto first = refund.instruction(0).id;

    refund.answer(Operation::refund, says(OutcomeKind::not_sent, "CONNECT"));
    EXPECT_EQ(refund.status_of(0), "refused");
    refund.wake();

    EXPECT_EQ(refund.error(), "");
    EXPECT_NE(refund.instruction(0).id, first);
    EXPECT_THAT(
        refund.claims(),
        ElementsAre("claim 7000", "yield 7000", "claim 7000", "yield 7000", "claim 7000")
    ) << "its room is kept between two tries";
}

TEST(RefundFlow, TakesTheNextWayWhenTheChannelStaysOutOfReach) {
    auto options = refund_of(7000);
    name_balance_account(options);
    FlowDriver refund(std::move(options));
    refund.start();

    for (int turn = 0; turn < 8; ++turn) {
        refund.answer(Operation::refund, says(OutcomeKind::not_sent, "CONNECT"));
        refund.wake();
    }
    refund.answer(Operation::refund, says(OutcomeKind::not_sent, "CONNECT"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_THAT(refund.claims(), ElementsAre("claim 7000", "yield 7000", "claim 7000"));
    EXPECT_EQ(refund.postings().back(), "credit 2001 card 7000");
    expect_nothing_owed(refund);
}

TEST(RefundFlow, FailsWithItsCodeWhenTheChannelStaysOutOfReachAndNoWayIsLeft) {
    FlowDriver refund(refund_of(7000));
    refund.start();

    for (int turn = 0; turn < 8; ++turn) {
        refund.answer(Operation::refund, says(OutcomeKind::not_sent, "CONNECT"));
        refund.wake();
    }
    refund.answer(Operation::refund, says(OutcomeKind::not_sent, "CONNECT"));

    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.picture().subject.failure_code, "CONNECT");
    EXPECT_EQ(refund.status_of(0), "refused");
    expect_nothing_owed(refund);
}

TEST(RefundFlow, BelievesACallbackAboutWhatItTookForUnsent) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::not_sent, "CONNECT"));
    flow::Fact callback;
    callback.kind = flow::Fact::Kind::callback;
    callback.source = payment::Source::callback;
    callback.operation = Operation::refund;
    callback.instruction = refund.instruction(0).id;
    callback.outcome = paid(refund.instruction(0));

    refund.feed({callback});

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a"));
}

TEST(RefundFlow, GoesToTheBalanceThatPaidAnotherLeg) {
    FlowDriver refund(refund_of_legs(1000, {"balance", "wx-a"}));
    refund.start();

    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_THAT(refund.claims(), ElementsAre("claim 1000", "yield 1000", "claim 1000"));
    EXPECT_EQ(refund.postings().back(), "credit 2001 card 1000");
    expect_nothing_owed(refund);
}

TEST(RefundFlow, GivesChannelMoneyToNoPrepaidCardUnlessThePolicySaysSo) {
    FlowDriver careful(refund_of_legs(1000, {"prepaid_card", "wx-a"}));
    careful.start();
    careful.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    EXPECT_EQ(careful.status(), SubjectStatus::failed);

    auto options = refund_of_legs(1000, {"prepaid_card", "wx-a"});
    options.release = release_with(
        "scripts/refund_ways/refund_ways.lua",
        "return { name = 'refund_ways', title = { en = 'x', zh = 'x' }, decide = function()\n"
        "  return { ways = { { way = 'original' },\n"
        "    { way = 'other_leg', kind = 'prepaid_card' } } }\n"
        "end }\n"
    );
    FlowDriver generous(std::move(options));
    generous.start();
    generous.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));

    EXPECT_EQ(generous.error(), "");
    EXPECT_EQ(generous.status(), SubjectStatus::succeeded);
    EXPECT_EQ(generous.postings().back(), "credit 2002 card 1000");
}

TEST(RefundFlow, IsPaidOutToThePayeeWhenNoAccountTakesIt) {
    auto options = refund_of(7000);
    name_balance_account(options);
    name_payee(options);
    FlowDriver refund(std::move(options));
    refund.bank = [](const flow::AccountStep&) { return "account_closed"; };
    refund.start();

    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_EQ(refund.sent().back(), "payout wx-b");
    EXPECT_EQ(refund.booked_on("2203"), -7000);
    EXPECT_EQ(refund.instruction(0).payee.text_or_empty("name"), "Zhang San");
    EXPECT_EQ(refund.instruction(0).scene, "bank_card");

    refund.answer(Operation::payout, paid(refund.instruction(0)));

    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_THAT(
        std::vector<std::string>(refund.postings().begin() + 2, refund.postings().end()),
        ElementsAre(
            "debit 2202 shop 7000",
            "credit 2203 shop 7000",
            "debit 2203 shop 7000",
            "credit 1103 wechatpay/wx-b 7000"
        )
    );
    expect_nothing_owed(refund);
}

TEST(RefundFlow, AsksAnotherChannelToPayOutOnlyWhenTheFirstSurelyDidNot) {
    auto options = refund_of(7000);
    name_payee(options);
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));

    refund.answer(Operation::payout, says(OutcomeKind::unknown));
    refund.wake();
    refund.answer(Operation::payout_query, says(OutcomeKind::unknown));
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "payout wx-b", "payout_query wx-b"));
    EXPECT_EQ(refund.booked_on("2203"), -7000) << "unknown keeps it in process";
    refund.wake();
    refund.answer(Operation::payout_query, says(OutcomeKind::refused, "NO_SUCH_CARD"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.sent().back(), "payout wx-a");
    refund.answer(Operation::payout, says(OutcomeKind::refused, "NO_SUCH_CARD"));
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.picture().subject.failure_code, "TRADE_OVERDUE");
    EXPECT_EQ(refund.booked_on("2101"), 0);
    expect_nothing_owed(refund);
}

TEST(RefundFlow, OwesAgainWhatEachChannelSurelyDidNotPayOutAndThenLeavesItToTheMerchant) {
    auto options = refund_of(7000);
    name_payee(options);
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));

    refund.answer(Operation::payout, says(OutcomeKind::refused, "NO_SUCH_CARD"));
    refund.answer(Operation::payout, says(OutcomeKind::refused, "NO_SUCH_CARD"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a", "payout wx-b", "payout wx-a"));
    EXPECT_THAT(
        refund.postings(),
        ElementsAre(
            "debit 2101 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 2203 shop 7000",
            "debit 2203 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 2203 shop 7000",
            "debit 2203 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 2101 shop 7000"
        )
    );
    EXPECT_THAT(
        refund.claims(),
        ElementsAre(
            "claim 7000", "yield 7000", "claim 7000", "yield 7000", "claim 7000", "yield 7000"
        )
    );
}

TEST(RefundFlow, GivesByTheNextWayWhatCameBackWhileTheRestWent) {
    auto options = refund_of_legs(2000, {"wx-a", "wx-b"});
    name_balance_account(options);
    FlowDriver refund(std::move(options));
    refund.start();
    const payment::Instruction first = refund.instruction(0);
    refund.answer(Operation::refund, paid(first));
    const payment::Instruction second = refund.instruction(0);
    flow::Fact back;
    back.kind = flow::Fact::Kind::callback;
    back.source = payment::Source::callback;
    back.operation = Operation::refund;
    back.instruction = first.id;
    back.outcome = paid(first);
    back.outcome.kind = OutcomeKind::returned;
    refund.feed({back});
    EXPECT_EQ(refund.status(), SubjectStatus::pending);

    refund.answer(Operation::refund, paid(second));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.postings().back(), "credit 2001 card 1000");
    expect_nothing_owed(refund);
}

TEST(RefundFlow, OwesAgainWhatWasPaidOutAndCameBack) {
    auto options = refund_of_legs(2000, {"wx-a", "wx-b"});
    name_payee(options);
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));
    const payment::Instruction out = refund.instruction(0);
    refund.answer(Operation::payout, paid(out));
    const payment::Instruction second = refund.instruction(0);
    flow::Fact back;
    back.kind = flow::Fact::Kind::callback;
    back.source = payment::Source::callback;
    back.operation = Operation::payout;
    back.instruction = out.id;
    back.outcome = paid(out);
    back.outcome.kind = OutcomeKind::returned;

    refund.feed({back});
    refund.answer(Operation::refund, paid(second));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_EQ(refund.booked_on("2202"), -1000);
    EXPECT_EQ(refund.booked_on("2203"), 0);
    EXPECT_EQ(refund.booked_on("1103"), 0);
    EXPECT_THAT(refund.cases(), ElementsAre("refund_due 1000"));
}

TEST(RefundFlow, GivesTheOtherPartsBackWhileNobodyCanTellOfOne) {
    FlowDriver refund(refund_of_legs(2000, {"wx-a", "wx-b"}));
    refund.start();

    refund.answer(Operation::refund, paid(refund.instruction(0), cny(999)));
    refund.answer(Operation::refund, paid(refund.instruction(0)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_THAT(refund.cases(), ElementsAre("conflicted 1000"));
    EXPECT_EQ(refund.booked_on("2202"), -1000);
}

TEST(RefundFlow, TakesTheNextWayWhenTheChannelTakesNoMorePartsOfThePayment) {
    auto options = refund_of(7000);
    auto terms = usual_terms();
    terms.refund_parts_max = 50;
    options.terms = same_terms(terms);
    name_balance_account(options);
    FlowDriver refund(std::move(options));
    int asked = 0;
    refund.cap = [&asked](const flow::RefundClaim& claim) {
        asked += claim.parts;
        return claim.parts > 0 && claim.parts_max == 50 ? "too_many_parts" : "";
    };

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(asked, 1);
    EXPECT_THAT(refund.sent(), IsEmpty());
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
}

/// The parts that the yields of a refund gave back.
int parts_given_back(const FlowDriver& refund) {
    int parts = 0;
    for (const auto& step : refund.steps()) {
        for (const auto& claim : step.claims) {
            parts += claim.kind == flow::RefundClaim::Kind::yield ? claim.parts : 0;
        }
    }
    return parts;
}

TEST(RefundFlow, GivesItsPartBackWhenTheChannelRefusedTheRequestItself) {
    FlowDriver refund(refund_of(7000));
    refund.start();

    refund.answer(Operation::refund, says(OutcomeKind::refused, "RULE_LIMIT"));

    EXPECT_EQ(parts_given_back(refund), 1);
}

TEST(RefundFlow, KeepsItsPartWhenTheChannelTookTheRefundBeforeItFailed) {
    FlowDriver refund(refund_of(7000));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::pending, "PROCESSING"));
    refund.wake();

    refund.answer(Operation::refund_query, says(OutcomeKind::refused, "ABNORMAL"));

    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(parts_given_back(refund), 0);
}

TEST(RefundConversion, TakesTheMoneyFromTheAccountAndSendsItTheWayItCame) {
    FlowDriver refund(conversion_of(5000));

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(refund.hold_steps(), ElementsAre("take 5000"));
    EXPECT_THAT(refund.postings(), ElementsAre("debit 2001 payer 5000", "credit 2202 shop 5000"));
    EXPECT_THAT(refund.sent(), ElementsAre("refund wx-a"));
    const auto& refunded = std::get<payment::Refund>(refund.picture().details).sources.front();
    EXPECT_EQ(refund.instruction(0).original.id, refunded.collected.instruction);
    EXPECT_EQ(refund.instruction(0).original.amount, cny(7000));
    EXPECT_EQ(refund.last().claims.front().instruction, refunded.instruction);
    EXPECT_EQ(refund.last().claims.front().run, refunded.payment);

    refund.answer(Operation::refund, paid(refund.instruction(0)));

    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("2001"), 5000);
    EXPECT_EQ(refund.booked_on("1101"), -5000);
    EXPECT_EQ(refund.booked_on("2101"), 0) << "the merchant paid with the first refund";
    expect_nothing_owed(refund);
}

TEST(RefundConversion, FailsCleanlyWhenThePayerHasSpentTheMoney) {
    FlowDriver refund(conversion_of(5000));
    refund.bank = [](const flow::AccountStep&) { return "insufficient_balance"; };

    refund.start();

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.picture().subject.failure_code, "insufficient_balance");
    EXPECT_THAT(refund.sent(), IsEmpty());
    EXPECT_THAT(refund.postings(), IsEmpty());
    EXPECT_THAT(refund.claims(), IsEmpty());
}

TEST(RefundConversion, GivesTheMoneyBackToTheAccountWhenTheChannelRefuses) {
    FlowDriver refund(conversion_of(5000));
    refund.start();

    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_THAT(refund.hold_steps(), ElementsAre("take 5000", "restore 5000"));
    EXPECT_THAT(refund.claims(), ElementsAre("claim 5000", "yield 5000"));
    EXPECT_EQ(refund.last().claims.front().instruction, refund.last().claims.back().instruction);
    EXPECT_EQ(refund.booked_on("2001"), 0);
    EXPECT_EQ(refund.booked_on("2101"), 0);
    expect_nothing_owed(refund);
}

TEST(RefundConversion, IsPaidOutToThePayeeWhenTheChannelRefuses) {
    auto options = conversion_of(5000);
    name_payee(options);
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));

    refund.answer(Operation::payout, paid(refund.instruction(0)));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("2001"), 5000);
    EXPECT_EQ(refund.booked_on("1103"), -5000);
    expect_nothing_owed(refund);
}

}  // namespace
}  // namespace sluice::testing
