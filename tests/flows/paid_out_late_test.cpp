// What had been paid out and comes back from the payee's bank after the end: it leaves 2203 at once
// and is whose it was before it was paid out.
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/after_the_end.hpp"
#include "flows/people.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::InstructionStatus;
using payment::Operation;
using payment::OutcomeKind;
using payment::Purpose;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const char* const kPayee =
    R"("payee":{"method":"bank_card","shown":{"name":"Z**"},"fingerprint":"0123456789ab"})";

/// The channel took it no more, and the payee whom the refund names has it.
FlowDriver paid_out(DriveOptions options) {
    name_payee(options);
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));
    refund.answer(Operation::payout, paid(refund.instruction(0)));
    EXPECT_EQ(refund.status(), SubjectStatus::succeeded) << refund.error();
    return refund;
}

/// What comes back is told once, whatever is said of it afterwards.
void expect_told_once(AfterTheEnd& late, const payment::Instruction& out) {
    EXPECT_EQ(late.status(), SubjectStatus::returned);
    EXPECT_EQ(late.first(Purpose::payout).status, InstructionStatus::returned);
    EXPECT_THAT(late.step.told, ElementsAre(SubjectStatus::returned));
    EXPECT_TRUE(late.step.subject_changed);
    EXPECT_FALSE(late.hears(out, came_back(out)));
    EXPECT_FALSE(late.hears(out, paid(out))) << "the old success again";
}

TEST(PaidOutLate, OfARefundIsTheMerchantsAgain) {
    // Banks say it in two ways: it came back, or it failed after all.
    for (const bool says_returned : {true, false}) {
        AfterTheEnd late(paid_out(refund_of(7000)));
        const payment::Instruction out = late.first(Purpose::payout);
        const auto news = says_returned ? came_back(out) : says(OutcomeKind::refused, "BOUNCED");

        ASSERT_TRUE(late.hears(out, news));

        EXPECT_THAT(
            late.postings(),
            ElementsAre(
                "debit 2203 shop 7000",
                "credit 2202 shop 7000",
                "debit 1103 wechatpay/wx-b 7000",
                "credit 2203 shop 7000",
                "debit 2202 shop 7000",
                "credit 2101 shop 7000"
            )
        );
        EXPECT_THAT(late.claims(), ElementsAre("yield 7000")) << "another refund may give it";
        EXPECT_EQ(late.step.claims.front().run, out.original.claimed_run);
        EXPECT_EQ(late.step.claims.front().instruction, out.original.claimed);
        EXPECT_EQ(late.step.order_refund.minor, -7000);
        EXPECT_THAT(late.step.account_steps, IsEmpty());
        EXPECT_THAT(late.cases(), ElementsAre("refund_returned 7000"));
        EXPECT_TRUE(late.asks()) << "people say how it ends";
        expect_told_once(late, out);
    }
}

TEST(PaidOutLate, OfARefundInPartsIsTheMerchantsAsFarAsItCameBack) {
    DriveOptions options = refund_of_legs(2000, {"wx-a", "wx-b"});
    name_payee(options);
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, paid(refund.instruction(0)));
    refund.answer(Operation::refund, says(OutcomeKind::refused, "TRADE_OVERDUE"));
    refund.answer(Operation::payout, paid(refund.instruction(0)));
    ASSERT_EQ(refund.status(), SubjectStatus::succeeded) << refund.error();
    AfterTheEnd late(refund);
    const payment::Instruction out = late.first(Purpose::payout);

    ASSERT_TRUE(late.hears(out, came_back(out)));

    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 2203 shop 1000",
            "credit 2202 shop 1000",
            "debit 1103 wechatpay/wx-b 1000",
            "credit 2203 shop 1000",
            "debit 2202 shop 1000",
            "credit 2101 shop 1000"
        )
    );
    EXPECT_THAT(late.claims(), ElementsAre("yield 1000"));
    EXPECT_EQ(late.step.claims.front().instruction, out.original.claimed);
    EXPECT_EQ(late.step.order_refund.minor, -1000);
    EXPECT_THAT(late.cases(), ElementsAre("refund_returned 1000"));
    expect_told_once(late, out);
}

TEST(PaidOutLate, OfAConversionIsOnItsAccountAgain) {
    AfterTheEnd late(paid_out(conversion_of(5000)));
    const payment::Instruction out = late.first(Purpose::payout);

    ASSERT_TRUE(late.hears(out, came_back(out)));

    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 2203 shop 5000",
            "credit 2202 shop 5000",
            "debit 1103 wechatpay/wx-b 5000",
            "credit 2203 shop 5000",
            "debit 2202 shop 5000",
            "credit 2001 payer 5000"
        )
    );
    ASSERT_THAT(late.step.account_steps, SizeIs(1));
    EXPECT_EQ(late.step.account_steps[0].kind, flow::AccountStep::Kind::restore);
    EXPECT_EQ(late.step.account_steps[0].account, payer_account());
    EXPECT_EQ(late.step.account_steps[0].amount, cny(5000));
    EXPECT_THAT(late.claims(), ElementsAre("yield 5000"));
    EXPECT_EQ(late.step.order_refund.minor, 0) << "it counts with the refund before";
    EXPECT_THAT(late.cases(), ElementsAre("refund_returned 5000"));
    expect_told_once(late, out);
}

TEST(PaidOutLate, OfASurplusRefundBelongsToNoOrderAgain) {
    DriveOptions options = surplus_refund();
    options.release = release_with(
        "scripts/refund_ways/refund_ways.lua",
        "return { name = 'refund_ways', title = { en = 'x', zh = 'x' }, decide = function()\n"
        "  return { ways = { { way = 'original' }, { way = 'task' } } } end }\n"
    );
    FlowDriver refund(std::move(options));
    refund.start();
    refund.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    EXPECT_EQ(vote(refund, give_it("zhao.min", "payout", kPayee)), "");
    refund.answer(Operation::payout, paid(refund.instruction(0)));
    ASSERT_EQ(refund.status(), SubjectStatus::succeeded) << refund.error();
    AfterTheEnd late(refund);
    const payment::Instruction out = late.first(Purpose::payout);

    ASSERT_TRUE(late.hears(out, came_back(out)));

    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 2203 shop 7000",
            "credit 2202 shop 7000",
            "debit 1103 wechatpay/wx-b 7000",
            "credit 2203 shop 7000",
            "debit 2202 shop 7000",
            "credit 2204 shop 7000"
        )
    );
    EXPECT_THAT(late.claims(), ElementsAre("yield 7000")) << "the next refund of it finds its room";
    EXPECT_EQ(late.step.order_refund.minor, 0) << "no order counted it";
    EXPECT_THAT(late.cases(), IsEmpty()) << "that of the surplus tells of it";
    expect_told_once(late, out);
}

TEST(PaidOutLate, OfAPaymentThatUnwoundIsThePayersAndBelongsToNoOrder) {
    FlowDriver pay;
    pay.bank = [](const flow::AccountStep& step) {
        return step.kind == flow::AccountStep::Kind::capture ? "account_closed" : "";
    };
    pay.start();
    pay.answer(Operation::collect, paid(pay.instruction()));
    pay.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));
    EXPECT_EQ(vote(pay, give_it("zhao.min", "payout", kPayee)), "");
    pay.answer(Operation::payout, paid(pay.instruction(0)));
    ASSERT_EQ(pay.status(), SubjectStatus::failed) << pay.error();
    EXPECT_THAT(
        pay.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 7000",
            "credit 2201 shop 7000",
            "debit 2201 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 2203 shop 7000",
            "debit 2203 shop 7000",
            "credit 1103 wechatpay/wx-b 7000"
        )
    );
    AfterTheEnd late(pay);
    const payment::Instruction collected = late.external();
    const payment::Instruction out = late.first(Purpose::payout);
    EXPECT_EQ(out.original.claimed, collected.id);
    EXPECT_EQ(collected.refunded_minor, 7000);

    ASSERT_TRUE(late.hears(out, came_back(out)));

    EXPECT_EQ(late.status(), SubjectStatus::failed);
    EXPECT_EQ(late.first(Purpose::payout).status, InstructionStatus::returned);
    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 2203 shop 7000",
            "credit 2202 shop 7000",
            "debit 1103 wechatpay/wx-b 7000",
            "credit 2203 shop 7000",
            "debit 2202 shop 7000",
            "credit 2204 shop 7000"
        )
    );
    EXPECT_THAT(late.claims(), ElementsAre("yield 7000"));
    EXPECT_EQ(late.external().refunded_minor, 0) << "a refund of its own gives it back";
    EXPECT_THAT(late.cases(), ElementsAre("surplus 7000"));
    EXPECT_EQ(late.step.cases.front().instruction, collected.id);
    EXPECT_FALSE(late.hears(out, came_back(out)));
    EXPECT_FALSE(late.hears(out, paid(out))) << "the old success again";
}

TEST(PaidOutLate, OfWhatTheMerchantHadAvailableIsAvailableAgainWithTheFee) {
    FlowDriver payout(payout_of_available(50000, 100));
    payout.start();
    payout.answer(Operation::payout, paid(payout.instruction(0)));
    AfterTheEnd late(payout);
    const payment::Instruction out = late.first(Purpose::payout);

    ASSERT_TRUE(late.hears(out, came_back(out)));

    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 1103 wechatpay/wx-b 50000",
            "credit 2203 shop 50000",
            "debit 4002 shop 100",
            "credit 2203 shop 100",
            "debit 2203 shop 50100",
            "credit 2102 payer 50100"
        )
    );
    ASSERT_THAT(late.step.account_steps, SizeIs(1));
    EXPECT_EQ(late.step.account_steps[0].kind, flow::AccountStep::Kind::restore);
    EXPECT_EQ(late.step.account_steps[0].account, payer_account());
    EXPECT_EQ(late.step.account_steps[0].amount, cny(50100));
    expect_told_once(late, out);
}

/// A compensation that the channel had paid, and that came back to it.
void expect_borne_no_more(const std::string& liable_party, const std::string& bearer) {
    FlowDriver payout(compensation_of(3000, liable_party));
    payout.start();
    EXPECT_EQ(vote(payout, {"lena"}), "");
    payout.answer(Operation::payout, paid(payout.instruction(0)));
    AfterTheEnd late(payout);
    const payment::Instruction out = late.first(Purpose::payout);

    ASSERT_TRUE(late.hears(out, came_back(out)));

    EXPECT_THAT(
        late.postings(),
        ElementsAre(
            "debit 1103 wechatpay/wx-b 3000",
            "credit 2203 shop 3000",
            "debit 2203 shop 3000",
            "credit " + bearer + " 3000"
        )
    );
    EXPECT_THAT(late.step.account_steps, IsEmpty());
    expect_told_once(late, out);
}

TEST(PaidOutLate, OfACompensationIsNoCostOfOursAnyMore) { expect_borne_no_more("", "5002 shop"); }

TEST(PaidOutLate, OfACompensationIsOwedByNobodyAnyMore) {
    expect_borne_no_more("courier-7", "1202 shop/courier-7");
}

}  // namespace
}  // namespace sluice::testing
