// Hostile flows: whatever a script says, the kernel refuses what would lose money, and says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/hostile_flow.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;

struct HostilePayment {
    const char* what;
    const char* body;
    const char* refusal;
};

class KernelGuard : public ::testing::TestWithParam<HostilePayment> {};

TEST_P(KernelGuard, RefusesAndNamesTheReason) {
    const std::string refusal = refusal_of(GetParam().body);

    EXPECT_THAT(refusal, HasSubstr(GetParam().refusal)) << GetParam().body;
    EXPECT_THAT(refusal, HasSubstr("hostile.lua, line 8"));
}

const HostilePayment kHostilePayments[] = {
    {"success_while_the_channel_is_open",
     "kernel.finish('succeeded')",
     "a payment cannot succeed while ins_"},
    {"failure_while_money_is_held",
     "kernel.finish('failed', 'x', 'y')",
     "a payment cannot end unpaid while ins_"},
    {"closing_while_money_is_held",
     "kernel.finish('closed')",
     "a payment cannot end unpaid while ins_"},
    {"an_end_nobody_knows",
     "kernel.finish('done')",
     "'done' ends no payment, wanted succeeded, failed, closed or surplus"},
    {"a_second_instruction_while_the_first_is_open",
     "kernel.instruct { leg = 2, channel = 'c', channel_account = 'a', expires_in = 9 }",
     "another may follow only after it is known not to have taken the money"},
    {"a_second_hold_of_one_leg", "kernel.hold(1)", "leg 1 still has instruction ins_"},
    {"a_hold_at_a_channel", "kernel.hold(2)", "leg 2 is external, only internal legs can be held"},
    {"a_hold_of_no_leg", "kernel.hold(3)", "leg 3 does not exist, the payment has 2"},
    {"a_leg_number_that_wraps", "kernel.hold(4294967297)", "hold wants the number of a leg"},
    {"a_collect_of_an_internal_leg",
     "kernel.instruct { leg = 1, channel = 'c', channel_account = 'a', expires_in = 9 }",
     "leg 1 is internal, a channel cannot collect it"},
    {"a_field_nobody_reads",
     "kernel.instruct { leg = 2, chanel = 'c', channel_account = 'a', expires_in = 9 }",
     "instruct knows no 'chanel', it takes leg, channel"},
    {"sending_twice", "kernel.exchange(sent, 'collect')", "it was sent before: query it instead"},
    {"an_operation_nobody_knows",
     "kernel.exchange(sent, 'reverse')",
     "'reverse' is no channel operation"},
    {"an_operation_of_another_purpose",
     "kernel.exchange(sent, 'refund')",
     "is a collect, a channel cannot be asked to refund it"},
    {"asking_about_a_card", "kernel.exchange(card, 'query')", "is no external instruction"},
    {"asking_twice",
     "kernel.exchange(sent, 'query') kernel.exchange(sent, 'query')",
     "already waits for the answer to a query"},
    {"capturing_twice",
     "kernel.capture(card) kernel.capture(card)",
     "is succeeded, only a held internal instruction can be captured"},
    {"releasing_twice",
     "kernel.release(card) kernel.release(card)",
     "is released, only a held internal instruction can be released"},
    {"releasing_what_was_captured",
     "kernel.capture(card) kernel.release(card)",
     "is succeeded, only a held internal instruction can be released"},
    {"capturing_at_a_channel",
     "kernel.capture(sent)",
     "is external, only a held internal instruction can be captured"},
    {"capturing_while_unwinding",
     "kernel.unwind('x', 'y') kernel.capture(card)",
     "is compensating, only a pending payment can capture"},
    {"unwinding_twice",
     "kernel.unwind('x', 'y') kernel.unwind('x', 'y')",
     "is compensating, only a pending payment can unwind"},
    {"success_after_unwinding",
     "kernel.unwind('x', 'y') kernel.finish('succeeded')",
     "is compensating, it cannot succeed"},
    {"a_posting_of_its_own",
     "kernel.post { { debit = '1101', owner = 'a', amount = money(70, 'CNY') },"
     " { credit = '2101', owner = 'b', amount = money(70, 'CNY') } }",
     "kernel has no member 'post'"},
    {"naming_who_an_answer_must_name",
     "kernel.instruct { leg = 2, channel = 'c', channel_account = 'a', merchant = 'me',"
     " expires_in = 9 }",
     "instruct knows no 'merchant', it takes leg, channel, channel_account, expires_in"},
    {"booking_while_the_channel_is_open", "kernel.settle()", "a payment cannot succeed while ins_"},
    {"booking_while_unwinding",
     "kernel.unwind('x', 'y') kernel.settle()",
     "is compensating, only a pending payment can settle"},
    {"owing_back_what_did_not_come",
     "kernel.unwind('x', 'y') kernel.owe_back(sent)",
     "is created, only collected money is owed back"},
    {"owing_back_of_a_payment_that_goes_on",
     "kernel.capture(card) kernel.owe_back(card)",
     "is pending, only a payment that unwinds owes back"},
    {"owing_back_twice",
     "kernel.capture(card) kernel.unwind('x', 'y') kernel.owe_back(card) kernel.owe_back(card)",
     "is owed back already, only collected money is owed back"},
    {"owing_back_of_another_payment",
     "kernel.owe_back('ins_01KDVDN4002N0000000000000A')",
     "is not of this payment, only collected money is owed back"},
    {"a_stage_of_no_flow",
     "kernel.stage('settel', 'begun')",
     "stage 'settel' is none of the flow's: only"},
    {"a_phase_nobody_knows", "kernel.stage('only', 'over')", "cannot be 'over'"},
    {"an_instruction_of_another_payment",
     "kernel.view('ins_01KDVDN4002N0000000000000A')",
     "is not of this payment"},
    {"the_status_of_an_instruction_of_another_payment",
     "kernel.status('ins_01KDVDN4002N0000000000000A')",
     "is not of this payment"},
    {"a_case_about_another_payment",
     "kernel.open_case('x', 'ins_01KDVDN4002N0000000000000A', 'y')",
     "a case wants one that is"},
    {"a_text_that_is_no_id", "kernel.view('pay_1')", "is not an id of ins_"},
    {"a_wait_backwards", "kernel.wait(-1)", "wait wants a whole number of milliseconds"},
    {"a_wait_without_end",
     "kernel.wait(9223372036854775807)",
     "wait wants a whole number of milliseconds"},
    {"a_delay_of_its_own",
     "kernel.conclude_absent(sent, 1)",
     "conclude_absent takes no delay, the channel declares it"},
    {"a_verb_nobody_knows", "kernel.relese(card)", "did you mean 'release'"},
};

INSTANTIATE_TEST_SUITE_P(
    EveryWay,
    KernelGuard,
    ::testing::ValuesIn(kHostilePayments),
    [](const auto& tried) { return std::string(tried.param.what); }
);

TEST(KernelGuardAfterTheEnd, RefusesMoneyMovesOfAFinishedPayment) {
    const char* const kVerbs[] = {
        "kernel.settle()",
        "kernel.owe_back(card)",
        "kernel.hold(1)",
        "kernel.instruct { leg = 2, channel = 'c', channel_account = 'a', expires_in = 9 }",
        "kernel.exchange(card, 'query')",
        "kernel.capture(card)",
        "kernel.release(card)",
        "kernel.unwind('x', 'y')",
        "kernel.finish('succeeded')",
        "kernel.conclude_absent(card)",
    };
    for (const std::string verb : kVerbs) {
        const std::string source =
            "return flow { name = 'hostile', title = {}, stages = { 'only' }, run = function(pay)\n"
            "  local card = kernel.hold(1).instruction\n"
            "  kernel.release(card)\n"
            "  kernel.finish('failed', 'x', 'y')\n"
            "  " +
            verb + "\nend }\n";
        FlowDriver pay = drive_hostile(source);

        pay.start();

        EXPECT_THAT(pay.error(), HasSubstr("is failed, ")) << verb;
        EXPECT_THAT(pay.error(), HasSubstr("hostile.lua, line 5")) << verb;
    }
}

TEST(KernelGuardAfterTheEnd, RefusesAFlowThatEndsWithItsPaymentOpen) {
    const std::string refusal = refusal_of("return pay.id");

    EXPECT_THAT(
        refusal,
        HasSubstr("flows/hostile.lua ended but pay_01KDVDNA005BEGW6MNT80ZVPBC is still pending")
    );
}

TEST(KernelGuardAtTheStart, RefusesAFlowWithoutStages) {
    const FlowDriver pay = drive_hostile("return { name = 'hostile', run = function() end }");

    EXPECT_THAT(pay.error(), HasSubstr("flows/hostile.lua wants 'stages'"));
}

}  // namespace
}  // namespace sluice::testing
