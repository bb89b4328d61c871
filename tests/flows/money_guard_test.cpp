// What comes is booked once, whatever a script does; what is collected never exceeds what is due.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/hostile_flow.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A flow of one line for a payment from a card alone.
std::string card_flow(const std::string& body) {
    return "return flow { name = 'hostile', title = {}, stages = { 'only' }, run = function(pay)\n"
           "  local card = kernel.hold(1).instruction\n"
           "  " +
           body + "\nend }\n";
}

std::string refusal_of_card(const std::string& body) {
    FlowDriver pay = drive_hostile(card_flow(body), {.legs = {card_leg(3000)}});
    pay.start();
    return pay.error();
}

TEST(KernelBooks, WhatCameEvenWhenTheScriptDoesNotLook) {
    FlowDriver pay = drive_hostile(hostile("while true do kernel.wait() end"));
    pay.start();

    pay.call_back(paid(pay.instruction()));
    pay.call_back(paid(pay.instruction()));
    pay.answer(Operation::collect, paid(pay.instruction()));

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(
        pay.postings(), ElementsAre("debit 1101 wechatpay/wx-a 7000", "credit 2201 shop 7000")
    );
}

TEST(KernelBooks, WhatComesWhileThePaymentUnwinds) {
    FlowDriver pay = drive_hostile(
        hostile("kernel.release(card) kernel.unwind('x', 'y') kernel.wait() kernel.owe_back(sent)"
                " while true do kernel.wait() end")
    );
    pay.start();

    pay.call_back(paid(pay.instruction()));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    EXPECT_THAT(
        pay.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 7000",
            "credit 2201 shop 7000",
            "debit 2201 shop 7000",
            "credit 2202 shop 7000"
        )
    );
    EXPECT_FALSE(pay.last().finished);
}

TEST(KernelBooks, NothingOfMoneyThatContradictsTheRecord) {
    FlowDriver pay = drive_hostile(hostile("while true do kernel.wait() end"));
    pay.start();

    pay.call_back(paid(pay.instruction(), cny(7001)));

    EXPECT_THAT(pay.postings(), IsEmpty());
}

TEST(KernelBooks, TheMerchantOnceAndLetsOnlySuccessFollow) {
    EXPECT_EQ(
        refusal_of_card("kernel.capture(card) kernel.settle() kernel.finish('succeeded')"), ""
    );
    EXPECT_THAT(
        refusal_of_card("kernel.capture(card) kernel.settle() kernel.settle()"),
        HasSubstr("is booked already")
    );
    EXPECT_THAT(
        refusal_of_card("kernel.capture(card) kernel.settle() kernel.unwind('x', 'y')"),
        HasSubstr("is booked to the merchant, it can only succeed")
    );
    EXPECT_THAT(
        refusal_of_card("kernel.capture(card) kernel.settle() kernel.finish('failed')"),
        HasSubstr("a payment cannot end unpaid while ins_")
    );
}

TEST(KernelBooks, BeforeAPaymentSucceeds) {
    EXPECT_THAT(
        refusal_of_card("kernel.capture(card) kernel.finish('succeeded')"),
        HasSubstr("a payment cannot succeed before it is booked")
    );
    EXPECT_THAT(
        refusal_of_card("kernel.release(card) kernel.settle()"),
        HasSubstr("a payment of 3000 CNY cannot succeed with 0 CNY collected")
    );
}

TEST(KernelCovers, NoSuccessByLegsThatAreLessThanThePayment) {
    const char* const kFlow =
        "return flow { name = 'hostile', title = {}, stages = { 'only' }, run = function(pay)\n"
        "  kernel.capture(kernel.hold(1).instruction)\n"
        "  kernel.finish('succeeded')\n"
        "end }\n";
    FlowDriver pay = drive_hostile(kFlow, {.legs = {card_leg(3000)}, .amount = 3001});

    pay.start();

    EXPECT_THAT(
        pay.error(), HasSubstr("a payment of 3001 CNY cannot succeed with 3000 CNY collected")
    );
}

TEST(KernelCaps, CollectingAtWhatThePaymentIs) {
    FlowDriver pay({.amount = 9999, .order_amount = 20'000});

    pay.start();

    EXPECT_THAT(
        pay.error(),
        HasSubstr("would collect 10000 CNY, it is a payment of 9999 CNY and its order owes 20000")
    );
}

TEST(KernelCaps, CollectingAtWhatTheOrderOwes) {
    FlowDriver pay({.amount = 10'000, .order_amount = 9999});

    pay.start();

    EXPECT_THAT(pay.error(), HasSubstr("and its order owes 9999 CNY"));
}

TEST(KernelCaps, HoldsAsWellAsChannels) {
    FlowDriver pay({.legs = {card_leg(3000), card_leg(2000)}, .amount = 4999});

    pay.start();

    EXPECT_THAT(pay.error(), HasSubstr("would collect 5000 CNY, it is a payment of 4999 CNY"));
}

TEST(KernelCaps, CountNoLegTwiceWhoseFirstInstructionWasRefused) {
    FlowDriver pay;
    pay.start();

    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "collect wx-b"));
}

TEST(KernelTerms, NameTheMerchantThatAnAnswerMustName) {
    FlowDriver pay({.terms = same_terms({"1900000777", true, std::chrono::seconds(60)})});
    pay.start();
    auto of_another = paid(pay.instruction());
    of_another.merchant = "1900000109";

    EXPECT_EQ(pay.instruction().merchant, "1900000777");
    pay.call_back(of_another);

    EXPECT_EQ(pay.status_of(), "conflicted");
}

TEST(KernelTerms, LetTheFlowGoOnWithoutAnAccountThatIsGone) {
    FlowDriver pay({.terms = [](const flow::ChannelAddress& address) {
        return address.account == "wx-a" ? std::nullopt
                                         : std::optional(flow::ChannelTerms{"1", true, {}});
    }});

    pay.start();

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-b"));
}

TEST(KernelTerms, FailThePaymentWhenEveryAccountIsGone) {
    FlowDriver pay({.terms = [](const flow::ChannelAddress&) {
        return std::optional<flow::ChannelTerms>();
    }});

    pay.start();

    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_EQ(pay.picture().subject.failure_code, "no_channel");
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000", "release 3000"));
}

}  // namespace
}  // namespace sluice::testing
