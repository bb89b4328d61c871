// A conversion that had succeeded and comes back: what each part had taken from the account is on
// it again when that part is here, whatever became of the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/after_the_end.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Converted {
    FlowDriver driver{conversion_of_two_parts()};
    std::vector<payment::Instruction> parts;

    Converted() {
        driver.start();
        for (std::size_t i = 0; i < 2; ++i) {
            parts.push_back(driver.picture().instructions.at(i));
            driver.answer(Operation::refund, paid(parts.back()));
        }
        EXPECT_EQ(driver.status(), SubjectStatus::succeeded) << driver.error();
        EXPECT_EQ(parts[0].amount.minor() + parts[1].amount.minor(), 7000);
    }
    /// Whose room its claim took.
    [[nodiscard]] InstructionId gift_of(const payment::Instruction& part) const {
        const auto& sources = std::get<payment::Refund>(driver.picture().details).sources;
        const auto found = std::ranges::find_if(sources, [&part](const auto& source) {
            return source.collected.instruction == part.original.id;
        });
        return found == sources.end() ? InstructionId{} : found->instruction;
    }
};

TEST(ReturnedConversion, IsOnTheAccountAgainPartByPart) {
    Converted given;
    AfterTheEnd late(given.driver);

    for (const payment::Instruction& part : given.parts) {
        const std::string minor = std::to_string(part.amount.minor());
        ASSERT_TRUE(late.hears(part, came_back(part)));

        EXPECT_EQ(late.status(), SubjectStatus::returned);
        EXPECT_THAT(late.step.told, ElementsAre(SubjectStatus::returned));
        EXPECT_THAT(
            late.postings(),
            ElementsAre(
                "debit 1101 wechatpay/wx-a " + minor,
                "credit 2202 shop " + minor,
                "debit 2202 shop " + minor,
                "credit 2001 payer " + minor
            )
        ) << "of the account that gave it, not the merchant's";
        ASSERT_THAT(late.step.account_steps, SizeIs(1));
        EXPECT_EQ(late.step.account_steps[0].kind, flow::AccountStep::Kind::restore);
        EXPECT_EQ(late.step.account_steps[0].amount, part.amount);
        EXPECT_THAT(late.claims(), ElementsAre("yield " + minor));
        EXPECT_EQ(late.step.claims.front().instruction, given.gift_of(part));
        EXPECT_EQ(late.step.order_refund.minor, 0) << "it counts with the refund before";
        EXPECT_THAT(late.cases(), ElementsAre("refund_returned " + minor));
        EXPECT_FALSE(late.hears(part, came_back(part))) << "once";
        EXPECT_FALSE(late.hears(part, paid(part))) << "the old success again";
    }
}

TEST(ReturnedConversion, IsNotPaidAgainByPeopleAsItsAccountHasItsMoney) {
    Converted given;
    AfterTheEnd late(given.driver);
    ASSERT_TRUE(late.hears(given.parts[0], came_back(given.parts[0])));

    EXPECT_THAT(late.task().form.front().choices, ElementsAre("left_with_merchant"));
    ASSERT_TRUE(late.hears("zhao.min", "left_with_merchant"));
    ASSERT_TRUE(late.hears("sun.li", "left_with_merchant"));

    EXPECT_THAT(late.postings(), IsEmpty());
    EXPECT_THAT(late.step.account_steps, IsEmpty());
    EXPECT_THAT(late.step.closed_cases, SizeIs(1));
}

TEST(ReturnedConversion, ThatComesBackWhileTheOtherPartIsUnderWayLeavesTheAccountBothPartsOnce) {
    FlowDriver refund(conversion_of_two_parts());
    refund.start();
    const payment::Instruction first = refund.picture().instructions.front();
    refund.answer(Operation::refund, paid(first));

    refund.feed({AfterTheEnd::told(first, came_back(first))});

    EXPECT_EQ(refund.error(), "");
    EXPECT_FALSE(payment::is_final(refund.status())) << "people say how that part goes";
    EXPECT_EQ(refund.booked_on("2202"), -7000) << "owed to the payer until it has gone";
    EXPECT_EQ(refund.booked_on("2001"), 7000);
    EXPECT_EQ(refund.booked_on("1101"), 0);
}

}  // namespace
}  // namespace sluice::testing
