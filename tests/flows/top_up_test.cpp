// Orders that top an account up: what is paid is on the account, or goes back to the payer.
#include <string>
#include <utility>

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
using ::testing::SizeIs;

/// To an account under that code: a balance (2001), a prepaid card (2002), or what the merchant has
/// available.
DriveOptions top_up_of(std::int64_t minor, const std::string& gl = "2102") {
    DriveOptions options;
    options.legs = {external_leg(minor)};
    options.credit = {payee_account(), gl};
    options.accounts = {payee_account()};
    return options;
}

TEST(TopUpFlow, PutsWhatWasPaidOnTheAccount) {
    for (const std::string gl : {"2001", "2002", "2102"}) {
        FlowDriver pay(top_up_of(7000, gl));
        pay.start();

        pay.answer(Operation::collect, paid(pay.instruction(1)));

        EXPECT_EQ(pay.error(), "");
        EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
        EXPECT_THAT(pay.hold_steps(), ElementsAre("give 7000"));
        ASSERT_THAT(pay.last().account_steps, SizeIs(1));
        EXPECT_EQ(pay.last().account_steps[0].account, payee_account());
        EXPECT_THAT(
            pay.postings(),
            ElementsAre(
                "debit 1101 wechatpay/wx-a 7000",
                "credit 2201 shop 7000",
                "debit 2201 shop 7000",
                "credit " + gl + " payee 7000"
            )
        );
    }
}

TEST(TopUpFlow, TakesFromOneBalanceWhatItPutsOnAnother) {
    DriveOptions options = top_up_of(7000, "2001");
    auto balance = card_leg(3000);
    balance.method = "balance";
    options.legs = {balance, external_leg(4000)};
    FlowDriver pay(std::move(options));
    pay.start();

    pay.answer(Operation::collect, paid(pay.instruction(2)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000", "capture 3000", "give 7000"));
    EXPECT_THAT(
        pay.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 4000",
            "credit 2201 shop 4000",
            "debit 2001 card 3000",
            "credit 2201 shop 3000",
            "debit 2201 shop 7000",
            "credit 2001 payee 7000"
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
