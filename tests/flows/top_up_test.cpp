// Orders that top an account up: what is paid is on the account, or goes back to the payer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/flow_driver.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;

DriveOptions top_up_of(std::int64_t minor) {
    DriveOptions options;
    options.legs = {external_leg(minor)};
    options.credit = {payee_account(), "2102"};
    options.accounts = {payee_account()};
    return options;
}

TEST(TopUpFlow, PutsWhatWasPaidOnTheAccount) {
    FlowDriver pay(top_up_of(7000));
    pay.start();

    pay.answer(Operation::collect, paid(pay.instruction(1)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_THAT(pay.hold_steps(), ElementsAre("give 7000"));
    EXPECT_THAT(
        pay.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 7000",
            "credit 2201 shop 7000",
            "debit 2201 shop 7000",
            "credit 2102 card 7000"
        )
    );
}

TEST(TopUpFlow, GivesBackWhatAnAccountThatWasClosedDoesNotTake) {
    FlowDriver pay(top_up_of(7000));
    pay.bank = [](const flow::AccountStep& step) {
        return step.kind == flow::AccountStep::Kind::give ? "account_closed" : "";
    };
    pay.start();

    pay.answer(Operation::collect, paid(pay.instruction(1)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    EXPECT_EQ(pay.picture().subject.failure_code, "account_closed");
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "refund wx-a"));
    auto back = paid(pay.picture().instructions.back());
    pay.answer(Operation::refund, back);
    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_THAT(
        pay.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 7000",
            "credit 2201 shop 7000",
            "debit 2201 shop 7000",
            "credit 2202 shop 7000",
            "debit 2202 shop 7000",
            "credit 1101 wechatpay/wx-a 7000"
        )
    );
}

}  // namespace
}  // namespace sluice::testing
