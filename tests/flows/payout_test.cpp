// The payout and transfer flows: booked before the channel is asked, booked back when it surely did
// not pay, waiting while nobody knows.
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
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(PayoutFlow, BooksBeforeItAsksTheChannel) {
    FlowDriver payout(payout_of(50000, 100));

    payout.start();

    EXPECT_EQ(payout.error(), "");
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50100"));
    EXPECT_THAT(payout.postings(), ElementsAre("debit 2001 payer 50100", "credit 2203 shop 50100"));
    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b"));
    EXPECT_EQ(payout.instruction(0).scene, "bank_card");
    EXPECT_EQ(payout.instruction(0).payee.text_or_empty("name"), "Zhang San");
}

TEST(PayoutFlow, IsNotBookedBackBecauseTheBankThatTookItDoesNotFindIt) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::pending, "processing"));

    for (int turn = 0; turn < 8; ++turn) {
        payout.wake();
        payout.answer(Operation::payout_query, says(OutcomeKind::not_found));
    }

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status_of(0), "pending");
    EXPECT_EQ(payout.status(), SubjectStatus::pending);
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50000"));
}

TEST(PayoutFlow, LeavesNothingInProcessWhenItSucceeds) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();

    payout.answer(Operation::payout, paid(payout.instruction(0)));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2001 payer 50100",
            "credit 2203 shop 50100",
            "debit 2203 shop 50000",
            "credit 1103 wechatpay/wx-b 50000",
            "debit 2203 shop 100",
            "credit 4002 shop 100"
        )
    );
}

TEST(PayoutFlow, AsksNoChannelWhenTheAccountHasNotEnough) {
    FlowDriver payout(payout_of(50000, 100));
    payout.bank = [](const flow::AccountStep&) { return "insufficient_balance"; };

    payout.start();

    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_EQ(payout.picture().subject.failure_code, "insufficient_balance");
    EXPECT_THAT(payout.sent(), IsEmpty());
    EXPECT_THAT(payout.postings(), IsEmpty());
}

TEST(PayoutFlow, GivesEverythingBackWhenEveryChannelRefuses) {
    FlowDriver payout(payout_of(50000, 100));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_THAT(payout.sent(), ElementsAre("payout wx-b", "payout wx-a"));
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50100", "restore 50100"));
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2001 payer 50100",
            "credit 2203 shop 50100",
            "debit 2203 shop 50100",
            "credit 2001 payer 50100"
        )
    );
}

TEST(PayoutFlow, TakesWhatTheMerchantHasAvailableWithTheFee) {
    FlowDriver payout(payout_of_available(50000, 100));
    payout.start();

    payout.answer(Operation::payout, paid(payout.instruction(0)));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50100"));
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2102 payer 50100",
            "credit 2203 shop 50100",
            "debit 2203 shop 50000",
            "credit 1103 wechatpay/wx-b 50000",
            "debit 2203 shop 100",
            "credit 4002 shop 100"
        )
    );
}

TEST(PayoutFlow, MakesAllAvailableAgainToTheMerchantWhenEveryChannelRefuses) {
    FlowDriver payout(payout_of_available(50000, 100));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50100", "restore 50100"));
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 2102 payer 50100",
            "credit 2203 shop 50100",
            "debit 2203 shop 50100",
            "credit 2102 payer 50100"
        )
    );
}

TEST(PayoutFlow, IsACostOfOursWhenItMakesAnOrderGood) {
    FlowDriver payout(compensation_of(3000));
    payout.start();
    EXPECT_THAT(payout.postings(), IsEmpty()) << "somebody must agree first";
    EXPECT_EQ(vote(payout, {"lena"}), "");

    payout.answer(Operation::payout, paid(payout.instruction(0)));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_THAT(payout.hold_steps(), IsEmpty()) << "no account gives it";
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 5002 shop 3000",
            "credit 2203 shop 3000",
            "debit 2203 shop 3000",
            "credit 1103 wechatpay/wx-b 3000"
        )
    );
}

TEST(PayoutFlow, IsNoCostOfOursWhenEveryChannelRefusesIt) {
    FlowDriver payout(compensation_of(3000));
    payout.start();
    EXPECT_EQ(vote(payout, {"lena"}), "");
    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    payout.answer(Operation::payout, says(OutcomeKind::refused, "PAYEE_UNKNOWN"));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::failed);
    EXPECT_THAT(payout.hold_steps(), IsEmpty());
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 5002 shop 3000",
            "credit 2203 shop 3000",
            "debit 2203 shop 3000",
            "credit 5002 shop 3000"
        )
    );
}

TEST(PayoutFlow, IsOwedByThePartyThatIsLiableForIt) {
    FlowDriver payout(compensation_of(3000, "courier-7"));
    payout.start();
    EXPECT_EQ(vote(payout, {"lena"}), "");

    payout.answer(Operation::payout, paid(payout.instruction(0)));

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::succeeded);
    EXPECT_THAT(payout.hold_steps(), IsEmpty());
    EXPECT_THAT(
        payout.postings(),
        ElementsAre(
            "debit 1202 shop/courier-7 3000",
            "credit 2203 shop 3000",
            "debit 2203 shop 3000",
            "credit 1103 wechatpay/wx-b 3000"
        )
    );
}

TEST(PayoutFlow, TriesNoOtherChannelWhileTheFirstIsUnknown) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::unknown));

    for (int turn = 0; turn < 5; ++turn) {
        payout.wake();
        payout.answer(Operation::payout_query, says(OutcomeKind::unknown));
    }

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.status(), SubjectStatus::pending);
    EXPECT_EQ(payout.instruction(0).channel_account, "wx-b");
    EXPECT_EQ(payout.sent().front(), "payout wx-b");
    EXPECT_THAT(payout.hold_steps(), ElementsAre("take 50000"));
}

TEST(PayoutFlow, IsOverWhereTheChannelNeverHadIt) {
    FlowDriver payout(payout_of(50000, 0));
    payout.start();
    payout.answer(Operation::payout, says(OutcomeKind::unknown));
    payout.wake();
    payout.answer(Operation::payout_query, says(OutcomeKind::not_found));
    EXPECT_EQ(payout.status_of(0), "unknown") << "asked too soon to be believed";

    while (payout.instruction(0).channel_account == "wx-b" && payout.error().empty()) {
        payout.wake();
        payout.answer(Operation::payout_query, says(OutcomeKind::not_found));
    }

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.sent().back(), "payout wx-a");
}

/// "merchant_day 2026-01-01 50000 of 5000000000": what the run counted so far.
std::vector<std::string> counted(const FlowDriver& payout) {
    std::vector<std::string> all;
    for (const flow::Step& step : payout.steps()) {
        for (const flow::LimitClaim& claim : step.limits) {
            all.push_back(
                std::string(flow::to_string(claim.sum)) + " " + claim.about + " " + claim.day +
                " " + std::to_string(claim.amount.minor()) +
                (claim.most ? " of " + std::to_string(claim.most->minor()) : "")
            );
        }
    }
    return all;
}

DriveOptions limited_payout(const std::string& policy_answer) {
    DriveOptions options = payout_of(50000, 100);
    auto& payout = std::get<payment::Payout>(options.subject->details);
    payout.payee_key = "k1";
    options.release = release_with(
        "scripts/risk/payout_limits.lua",
        "return { name = 'payout_limits', title = { en = 'L', zh = 'L' }, "
        "decide = function(facts) local currency = facts.amount:currency() return " +
            policy_answer + " end }"
    );
    return options;
}

TEST(PayoutFlow, CountsWhatItTakesInTheMerchantsDayAndNotItsFee) {
    // It begins at midnight UTC: in China that day is eight hours old.
    const std::string answer =
        "{ merchant_day = money(70000, currency), payee_day = money(60000, currency), "
        "day_begins = ";
    FlowDriver in_china(limited_payout(answer + "8 * 60, why = 'x' }"));
    FlowDriver in_america(limited_payout(answer + "-5 * 60, why = 'x' }"));

    in_china.start();
    in_america.start();

    EXPECT_EQ(in_china.error(), "");
    EXPECT_THAT(
        counted(in_china),
        ElementsAre(
            "merchant_day  2026-01-01 50000 of 70000", "payee_day k1 2026-01-01 50000 of 60000"
        )
    );
    EXPECT_THAT(
        counted(in_america),
        ElementsAre(
            "merchant_day  2025-12-31 50000 of 70000", "payee_day k1 2025-12-31 50000 of 60000"
        )
    );
}

TEST(PayoutFlow, IsCountedAlsoWhereNothingIsLimited) {
    FlowDriver payout(limited_payout("{ day_begins = 0, why = 'no limit' }"));

    payout.start();

    EXPECT_THAT(
        counted(payout),
        ElementsAre("merchant_day  2026-01-01 50000", "payee_day k1 2026-01-01 50000")
    );
}

TEST(PayoutFlow, TakesNothingAndAsksNoChannelWithoutRoomAndSaysWhatIsLeft) {
    for (const auto sum : {flow::LimitClaim::Sum::merchant_day, flow::LimitClaim::Sum::payee_day}) {
        FlowDriver payout(limited_payout(
            "{ merchant_day = money(70000, currency), payee_day = money(60000, currency), "
            "day_begins = 0, why = 'x' }"
        ));
        payout.limit = [sum](const flow::LimitClaim& claim) {
            return claim.sum == sum ? "over_daily_limit" : "";
        };

        payout.start();

        EXPECT_EQ(payout.error(), "");
        EXPECT_EQ(payout.status(), SubjectStatus::failed);
        EXPECT_EQ(payout.picture().subject.failure_code, "over_daily_limit");
        EXPECT_EQ(
            payout.picture().subject.failure_message,
            sum == flow::LimitClaim::Sum::merchant_day
                ? "payouts of the merchant on 2026-01-01 are limited to 700.00 CNY, 0.00 CNY are "
                  "left, wanted 500.00 CNY"
                : "payouts to the payee on 2026-01-01 are limited to 600.00 CNY, 0.00 CNY are "
                  "left, wanted 500.00 CNY"
        );
        EXPECT_THAT(payout.sent(), IsEmpty());
        EXPECT_THAT(payout.postings(), IsEmpty());
        EXPECT_THAT(payout.hold_steps(), IsEmpty());
        EXPECT_THAT(counted(payout), IsEmpty());
    }
}

TEST(PayoutFlow, ThatMakesAnOrderGoodIsCountedOnTheOrderInAllItsDays) {
    DriveOptions options =
        limited_payout("{ order = money(60000, currency), day_begins = 0, why = 'x' }");
    const OrderId order(Id128{0x019b7c5b4000'002a, 77});
    std::get<payment::Payout>(options.subject->details).order = order;
    FlowDriver payout(options);
    payout.limit = [](const flow::LimitClaim& claim) {
        return claim.sum == flow::LimitClaim::Sum::order ? "over_compensation_limit" : "";
    };
    payout.start();
    ASSERT_EQ(payout.status(), SubjectStatus::pending) << "a compensation waits for approval";

    EXPECT_EQ(vote(payout, {"lena"}), "");

    EXPECT_EQ(payout.error(), "");
    EXPECT_EQ(payout.picture().subject.failure_code, "over_compensation_limit");
    EXPECT_EQ(
        payout.picture().subject.failure_message,
        "payouts that make the order good are limited to 600.00 CNY, 0.00 CNY are left, wanted "
        "500.00 CNY"
    );
    FlowDriver another(options);
    another.start();
    EXPECT_EQ(vote(another, {"lena"}), "");
    EXPECT_THAT(
        counted(another),
        ElementsAre(
            "merchant_day  2026-01-01 50000",
            "payee_day k1 2026-01-01 50000",
            "order " + order.raw().to_uuid() + " infinity 50000 of 60000"
        )
    );
}

TEST(PayoutFlow, StopsAtALimitInAnotherCurrency) {
    FlowDriver payout(limited_payout("{ payee_day = money(1, 'USD'), day_begins = 0, why = 'x' }"));

    payout.start();

    EXPECT_THAT(payout.error(), HasSubstr("wanted money of the payout's currency"));
}

TEST(TransferFlow, MovesTheMoneyAndTheFeeInOneBooking) {
    FlowDriver transfer(transfer_of(5000, 50));

    transfer.start();

    EXPECT_EQ(transfer.error(), "");
    EXPECT_EQ(transfer.status(), SubjectStatus::succeeded);
    EXPECT_THAT(transfer.hold_steps(), ElementsAre("take 5050", "give 5000"));
    EXPECT_THAT(
        transfer.postings(),
        ElementsAre(
            "debit 2001 payer 5000",
            "credit 2001 payee 5000",
            "debit 2001 payer 50",
            "credit 4002 shop 50"
        )
    );
    ASSERT_THAT(transfer.last().account_steps, SizeIs(2));
    EXPECT_EQ(transfer.last().account_steps[0].account, payer_account()) << "it gives";
    EXPECT_EQ(transfer.last().account_steps[1].account, payee_account()) << "it gets";
}

TEST(TransferFlow, MovesNothingWhenEitherAccountRefuses) {
    for (const auto kind : {flow::AccountStep::Kind::take, flow::AccountStep::Kind::give}) {
        FlowDriver transfer(transfer_of(5000, 50));
        transfer.bank = [kind](const flow::AccountStep& step) {
            return step.kind == kind ? "account_closed" : "";
        };

        transfer.start();

        EXPECT_EQ(transfer.error(), "");
        EXPECT_EQ(transfer.status(), SubjectStatus::failed);
        EXPECT_THAT(transfer.postings(), IsEmpty());
        EXPECT_THAT(transfer.hold_steps(), IsEmpty()) << "nothing was taken, nothing says so";
    }
}

}  // namespace
}  // namespace sluice::testing
