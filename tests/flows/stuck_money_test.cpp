// Money that no way of its refund takes: people say how it goes back, are asked again when that
// fails, and the case ends with the money.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/after_the_end.hpp"
#include "flows/people.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using payment::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const char* const kPayee =
    R"("payee":{"method":"bank_card","shown":{"name":"Z**"},"fingerprint":"0123456789ab"})";
const char* const kOtherPayee =
    R"("payee":{"method":"bank_card","shown":{"name":"Z**"},"fingerprint":"ba9876543210"})";

/// One part of two is back, the channel refuses the other.
FlowDriver stuck_refund(DriveOptions options = refund_of_legs(2000, {"wx-a", "wx-b"})) {
    options.memory = Memory::dehydrated;
    options.accounts.insert(payee_account());
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    return refund;
}

std::string to_payee_account() { return R"("account":")" + payee_account().to_string() + R"(")"; }

void expect_all_back(const FlowDriver& refund) {
    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("2202"), 0);
    EXPECT_EQ(refund.booked_on("2203"), 0);
    EXPECT_EQ(closed_cases(refund), 1U);
    EXPECT_FALSE(refund.last().closed_cases.empty()) << "the case ends with the money";
}

TEST(StuckMoney, IsACaseAndATask) {
    const FlowDriver refund = stuck_refund();

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(refund.cases(), ElementsAre("refund_due 1000"));
    const payment::Task task = newest_task(refund);
    EXPECT_EQ(task.kind, "give_back");
    EXPECT_EQ(task.role, "finance");
    EXPECT_EQ(task.needed, 1);
    EXPECT_EQ(task.amount, cny(1000));
    EXPECT_THAT(
        task.form.front().choices,
        ElementsAre("original", "balance", "payout", "at_channel", "by_bank")
    );
    EXPECT_EQ(refund.status(), SubjectStatus::pending) << "half a refund is none";
}

TEST(StuckMoney, GoesTheWayItCameWhenPeopleWantItTriedAgain) {
    FlowDriver refund = stuck_refund();

    EXPECT_EQ(vote(refund, give_it("zhao.min", "original")), "");
    refund.answer(Operation::refund, paid(refund.instruction(0)));

    expect_all_back(refund);
}

TEST(StuckMoney, IsAskedAboutAgainWhenTheChosenWayFails) {
    FlowDriver refund = stuck_refund();

    EXPECT_EQ(vote(refund, give_it("zhao.min", "original")), "");
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));

    EXPECT_THAT(turns_of(refund), ElementsAre("opened", "voted", "approved", "opened"));
    EXPECT_THAT(refund.cases(), SizeIs(1)) << "it is one case all the time";
    EXPECT_EQ(vote(refund, give_it("zhao.min", "original")), "") << "another task, another vote";
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    expect_all_back(refund);
}

TEST(StuckMoney, GoesToTheBalanceThatPeopleName) {
    FlowDriver refund = stuck_refund();

    EXPECT_EQ(vote(refund, give_it("zhao.min", "balance", to_payee_account())), "");

    expect_all_back(refund);
    EXPECT_EQ(refund.postings().back(), "credit 2001 payee 1000");
}

TEST(StuckMoney, IsAskedAboutAgainWhenTheBalanceWasClosedMeanwhile) {
    FlowDriver refund = stuck_refund();
    refund.bank = [](const flow::AccountStep& step) {
        return step.kind == flow::AccountStep::Kind::give ? "account_closed" : "";
    };

    EXPECT_EQ(vote(refund, give_it("zhao.min", "balance", to_payee_account())), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(turns_of(refund), ElementsAre("opened", "voted", "approved", "opened"));
    EXPECT_EQ(closed_cases(refund), 0U);
    EXPECT_EQ(refund.booked_on("2202"), -1000);
}

TEST(StuckMoney, IsPaidOutToThePayeeThatPeopleName) {
    FlowDriver refund = stuck_refund();

    EXPECT_EQ(vote(refund, give_it("zhao.min", "payout", kPayee)), "");

    const auto out = refund.instruction(0);
    EXPECT_EQ(out.purpose, payment::Purpose::payout);
    EXPECT_EQ(out.scene, "bank_card");
    const auto named = payment::payee_name_of(out.payee);
    ASSERT_TRUE(named.has_value()) << "whoever sends it finds the payee by the vote";
    EXPECT_EQ(named->actor, "zhao.min");
    EXPECT_EQ(named->task, newest_task(refund).id);
    EXPECT_EQ(refund.booked_on("2203"), -1000);
    EXPECT_EQ(closed_cases(refund), 0U) << "it is on its way";
    refund.answer(Operation::payout, paid(out));
    expect_all_back(refund);
    EXPECT_EQ(refund.booked_on("1103"), -1000);
}

TEST(StuckMoney, IsPaidOutByAnotherAccountAndThenAskedAboutAgain) {
    FlowDriver refund = stuck_refund();
    EXPECT_EQ(vote(refund, give_it("zhao.min", "payout", kPayee)), "");

    refund.answer(Operation::payout, says(OutcomeKind::refused, "NO_SUCH_ACCOUNT"));
    refund.answer(Operation::payout, says(OutcomeKind::refused, "NO_SUCH_ACCOUNT"));

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(newest_task(refund).status, payment::TaskStatus::open);
    EXPECT_EQ(refund.booked_on("2202"), -1000);
    EXPECT_EQ(refund.booked_on("2203"), 0);
}

TEST(StuckMoney, ThatWasPaidOutAndCameBackIsDueAgain) {
    DriveOptions options = refund_of_legs(3000, {"wx-a", "wx-b", "wx-a"});
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    EXPECT_EQ(vote(refund, give_it("zhao.min", "payout", kPayee)), "");
    const auto out = refund.instruction(0);
    refund.answer(Operation::payout, paid(out));
    EXPECT_EQ(closed_cases(refund), 1U);
    flow::Fact back;
    back.kind = flow::Fact::Kind::callback;
    back.source = payment::Source::callback;
    back.operation = Operation::payout;
    back.instruction = out.id;
    back.outcome = paid(out);
    back.outcome.kind = OutcomeKind::returned;

    refund.feed({back});
    EXPECT_EQ(vote(refund, give_it("zhao.min", "by_bank", R"("evidence":"slip 7")")), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_THAT(
        refund.cases(), ElementsAre("refund_due 1000", "refund_due 1000", "refund_due 1000")
    );
    EXPECT_EQ(newest_task(refund).status, payment::TaskStatus::open);
    EXPECT_EQ(vote(refund, give_it("zhao.min", "by_bank", R"("evidence":"slip 8")")), "");
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded);
    EXPECT_EQ(refund.booked_on("2202"), 0);
    EXPECT_EQ(closed_cases(refund), 3U);
}

/// What the refund holds of what was collected: no other refund finds it.
std::int64_t room_kept(const FlowDriver& refund, InstructionId collected) {
    std::int64_t minor = 0;
    for (const auto& step : refund.steps()) {
        for (const auto& claim : step.claims) {
            const bool yields = claim.kind == flow::RefundClaim::Kind::yield;
            const std::int64_t more = yields ? -claim.amount.minor() : claim.amount.minor();
            minor += claim.instruction == collected ? more : 0;
        }
    }
    return minor;
}

TEST(StuckMoney, ThatCameBackWhileALaterPartWaitsIsLeftToItByOtherRefunds) {
    FlowDriver refund(refund_of_legs(1200, {"wx-a", "wx-b"}));
    refund.start();
    const auto first = refund.instruction(0);
    refund.answer(Operation::refund, paid(first));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "NOT_ENOUGH"));

    refund.feed({AfterTheEnd::told(first, came_back(first))});
    // The order of 2000 still has 800 for another refund, which takes what it finds.
    const auto collected = first.original.id;
    const std::int64_t left =
        1000 - std::min<std::int64_t>(800, 1000 - room_kept(refund, collected));
    refund.cap = [collected, left](const flow::RefundClaim& claim) {
        const bool is_over = claim.instruction == collected && claim.amount.minor() > left;
        return is_over ? "over_refunded" : "";
    };
    refund.wake();
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    EXPECT_THAT(refund.cases(), ElementsAre("refund_due 1000"));
    EXPECT_EQ(vote(refund, give_it("zhao.min", "original")), "");
    refund.answer(Operation::refund, paid(refund.instruction(0)));

    expect_all_back(refund);
    EXPECT_EQ(room_kept(refund, collected), 1000) << "what it gave back, and no more";
}

TEST(StuckMoney, ThatWasGivenBackOutsideOfUsIsBookedWhereItLeft) {
    FlowDriver at_channel = stuck_refund();
    FlowDriver by_bank = stuck_refund();

    EXPECT_EQ(
        vote(at_channel, give_it("zhao.min", "at_channel", R"("evidence":"page of today")")), ""
    );
    EXPECT_EQ(vote(by_bank, give_it("zhao.min", "by_bank", R"("evidence":"slip 7")")), "");

    expect_all_back(at_channel);
    expect_all_back(by_bank);
    EXPECT_THAT(at_channel.postings().back(), HasSubstr("credit 1101 wechatpay/wx-"));
    EXPECT_EQ(by_bank.postings().back(), "credit 1001 own_bank 1000");
    EXPECT_EQ(by_bank.claims().back(), "claim 1000") << "the cap holds for it too";
    EXPECT_THAT(by_bank.journal().back().body, HasSubstr("slip 7")) << "the evidence";
}

TEST(StuckMoney, IsNotBelievedToBeGivenBackWithoutEvidence) {
    FlowDriver refund = stuck_refund();

    EXPECT_THAT(vote(refund, give_it("zhao.min", "by_bank")), HasSubstr("evidence is missing"));
    EXPECT_THAT(vote(refund, give_it("zhao.min", "balance")), HasSubstr("account is missing"));
    EXPECT_THAT(
        vote(refund, give_it("zhao.min", "original", kPayee)),
        HasSubstr("payee does not belong to what was chosen")
    );
    EXPECT_THAT(turns_of(refund), ElementsAre("opened"));
}

TEST(StuckMoney, WantsTheSamePayeeFromTwoPeopleWhenMuchIsAtStake) {
    DriveOptions options = refund_of_legs(4'000'000, {"wx-a", "wx-b"});
    for (auto& source : std::get<payment::Refund>(options.subject->details).sources) {
        source.amount = cny(2'000'000);
    }
    FlowDriver refund = stuck_refund(std::move(options));
    ASSERT_EQ(newest_task(refund).needed, 2);

    EXPECT_EQ(vote(refund, give_it("zhao.min", "payout", kPayee)), "");
    EXPECT_EQ(vote(refund, give_it("sun.li", "payout", kOtherPayee)), "");
    EXPECT_EQ(refund.booked_on("2203"), 0) << "they name different people";
    EXPECT_EQ(vote(refund, give_it("wang.wei", "payout", kPayee)), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.booked_on("2203"), -2'000'000);
    EXPECT_EQ(payment::payee_name_of(refund.instruction(0).payee)->actor, "wang.wei");
}

TEST(StuckMoney, IsAskedAboutAgainWhenPeopleSayNoButHalfHasGone) {
    FlowDriver refund = stuck_refund();

    EXPECT_EQ(vote(refund, {"zhao.min", Verdict::deny}), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::pending);
    EXPECT_THAT(turns_of(refund), ElementsAre("opened", "voted", "denied", "opened"));
}

/// A refund whose policy asks people before it fails.
FlowDriver asking_refund() {
    DriveOptions options = refund_of_legs(1000, {"wx-a"});
    options.release = release_with(
        "scripts/refund_ways/refund_ways.lua",
        "return { name = 'refund_ways', title = { en = 'x', zh = 'x' }, decide = function(facts)\n"
        "  return { ways = { { way = 'original' }, { way = 'task' } } } end }\n"
    );
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));
    return refund;
}

TEST(StuckMoney, IsAskedAboutByTheWayThatThePolicyNames) {
    FlowDriver refund = asking_refund();
    EXPECT_THAT(refund.cases(), ElementsAre("refund_due 1000"));

    EXPECT_EQ(vote(refund, give_it("zhao.min", "by_bank", R"("evidence":"slip 7")")), "");

    expect_all_back(refund);
}

TEST(StuckMoney, StaysWithTheMerchantWhenPeopleSayNoAndNothingHasGone) {
    FlowDriver refund = asking_refund();

    EXPECT_EQ(vote(refund, {"zhao.min", Verdict::deny}), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(refund.picture().subject.failure_code, "TRADE_OVERDUE");
    EXPECT_EQ(refund.booked_on("2202"), 0);
    EXPECT_EQ(refund.booked_on("2101"), 0);
    EXPECT_EQ(closed_cases(refund), 1U);
}

TEST(StuckMoney, KeepsItsRoomWhileItWaitsForPeople) {
    FlowDriver refund = asking_refund();
    const auto collected = refund.instruction(0).original.id;
    EXPECT_EQ(room_kept(refund, collected), 1000);

    EXPECT_EQ(vote(refund, {"zhao.min", Verdict::deny}), "");

    EXPECT_EQ(refund.error(), "");
    EXPECT_EQ(refund.status(), SubjectStatus::failed);
    EXPECT_EQ(room_kept(refund, collected), 0) << "nothing went back";
}

/// A payment that fails after the channel collected, and whose way back is closed.
FlowDriver stuck_payment() {
    FlowDriver pay({.memory = Memory::dehydrated});
    pay.start();
    pay.bank = [](const flow::AccountStep& step) {
        return step.kind == flow::AccountStep::Kind::capture ? "account_closed" : "";
    };
    pay.answer(Operation::collect, paid(pay.instruction()));
    pay.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    return pay;
}

TEST(StuckMoney, OfAPaymentIsPaidOutToThePayeeThatPeopleName) {
    FlowDriver pay = stuck_payment();
    EXPECT_EQ(vote(pay, give_it("zhao.min", "payout", kPayee)), "");
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);

    pay.answer(Operation::payout, says(OutcomeKind::refused, "TRY_ANOTHER"));
    EXPECT_EQ(pay.booked_on("2203"), -7000);
    pay.answer(Operation::payout, paid(pay.instruction(0)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_EQ(pay.booked_on("2202"), 0);
    EXPECT_EQ(pay.booked_on("2203"), 0);
    EXPECT_EQ(closed_cases(pay), 1U);
}

TEST(StuckMoney, OfAPaymentEndsItWhenItWasGivenBackOutside) {
    FlowDriver pay = stuck_payment();

    EXPECT_EQ(vote(pay, give_it("zhao.min", "by_bank", R"("evidence":"slip 7")")), "");

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_EQ(pay.booked_on("1001"), -7000);
    EXPECT_EQ(pay.booked_on("2202"), 0);
    EXPECT_EQ(closed_cases(pay), 1U);
}

TEST(StuckMoney, OfAPaymentThatCameBackBeforeTheRestIsDueAgain) {
    FlowDriver pay({.legs = {external_leg(1000), external_leg(2000), external_leg(3000)}});
    pay.start();
    pay.answer(Operation::collect, paid(pay.instruction(1)));
    pay.answer(Operation::collect, paid(pay.instruction(2)));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    const auto first = pay.instruction(0);
    pay.answer(Operation::refund, paid(first));
    flow::Fact back;
    back.kind = flow::Fact::Kind::callback;
    back.source = payment::Source::callback;
    back.operation = Operation::refund;
    back.instruction = first.id;
    back.outcome = paid(first);
    back.outcome.kind = OutcomeKind::returned;

    pay.feed({back});
    pay.answer(Operation::refund, paid(pay.instruction(0)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    EXPECT_THAT(pay.cases(), ElementsAre("refund_due 2000"));
    EXPECT_EQ(vote(pay, give_it("zhao.min", "original")), "");
    pay.answer(Operation::refund, paid(pay.instruction(0)));
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
}

/// What the kernel says to a refund flow that asks people with `approve` and does `body` then.
std::string refusal_after(const Say& said, const std::string& body) {
    DriveOptions options = refund_of_legs(1000, {"wx-a"});
    options.release = release_with(
        "flows/refund.lua",
        "return flow { service = 'refund', name = 'refund', title = { en = 'x', zh = 'x' },\n"
        "  stages = { 'only' }, run = function(refund)\n"
        "    local source, amount = refund.sources[1].instruction, refund.amount\n"
        "    local task = kernel.task { kind = 'give_back', title = { en = 'x', zh = 'x' },\n"
        "      role = 'finance', about = source, amount = amount }\n"
        "    kernel.wait()\n"
        "    local wish = { source = source, amount = amount, task = task }\n"
        "    " +
            body + "\n  end }\n"
    );
    FlowDriver refund(std::move(options));
    refund.start();
    refund.feed({vote_fact(refund, said)});
    return refund.error();
}

TEST(StuckMoneyGuard, LetsNothingBeGivenThatPeopleDidNotSay) {
    const Say outside = give_it("zhao.min", "by_bank", R"("evidence":"slip 7")");

    EXPECT_THAT(
        refusal_after({"zhao.min", Verdict::deny}, "kernel.given_outside(wish)"),
        HasSubstr("is no approved task of kind give_back")
    );
    EXPECT_THAT(
        refusal_after(give_it("zhao.min", "original"), "kernel.given_outside(wish)"),
        HasSubstr("says 'original', wanted at_channel or by_bank")
    );
    EXPECT_THAT(
        refusal_after(outside, "kernel.refund(wish)"), HasSubstr("says 'by_bank', wanted balance")
    );
    EXPECT_THAT(
        refusal_after(
            outside,
            "kernel.pay_back { source = source, amount = amount, task = task, channel = 'c', "
            "channel_account = 'a' }"
        ),
        HasSubstr("says 'by_bank', wanted payout")
    );
    EXPECT_THAT(
        refusal_after(
            outside,
            "kernel.given_outside { source = source, amount = money(999, 'CNY'), task = task }"
        ),
        HasSubstr("is no approved task of kind give_back about 999 CNY")
    );
    EXPECT_THAT(
        refusal_after(outside, "kernel.given_outside(wish) kernel.given_outside(wish)"),
        HasSubstr("it owes 1000 CNY")
    );
}

TEST(StuckMoneyGuard, HasAFormThatNoScriptMayChange) {
    EXPECT_THAT(
        refusal_after(
            give_it("zhao.min", "original"),
            "kernel.task { kind = 'give_back', title = { en = 'x', zh = 'x' }, role = 'finance', "
            "about = source, amount = amount, form = { { name = 'how', title = { en = 'a', "
            "zh = 'a' }, type = 'text' } } }"
        ),
        HasSubstr("its form is given")
    );
}

}  // namespace
}  // namespace sluice::testing
