#include "app/payer_wiring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "payment/payer.hpp"

namespace sluice::app {
namespace {

using payment::OutcomeKind;
using payment::SamePayer;
using ::testing::HasSubstr;
using ::testing::Not;

channel::SealingKeys keys_of(char digit) {
    return channel::SealingKeys::make(Secret<std::string>(std::string(64, digit))).value();
}

std::string hidden(
    const std::string& payer, char key = '5', OutcomeKind kind = OutcomeKind::succeeded
) {
    payment::Outcome outcome;
    outcome.kind = kind;
    outcome.payer = payer;
    hide_payer(keys_of(key), outcome);
    return outcome.payer;
}

TEST(HiddenPayer, IsComparableAndNobodyToReaders) {
    const std::string zhang = hidden("wechatpay:wx1 oZhang");

    EXPECT_THAT(zhang, Not(HasSubstr("oZhang")));
    EXPECT_THAT(zhang, Not(HasSubstr("wx1")));
    EXPECT_EQ(zhang, hidden("wechatpay:wx1 oZhang"));
    EXPECT_EQ(payment::is_same_payer(zhang, hidden("wechatpay:wx1 oLi")), SamePayer::no);
    EXPECT_EQ(payment::is_same_payer(zhang, hidden("wechatpay:wx2 oZhang")), SamePayer::unknown);
    EXPECT_EQ(
        payment::is_same_payer(zhang, hidden("wechatpay:wx1 oZhang", '6')), SamePayer::unknown
    ) << "under another master key";
}

TEST(HiddenPayer, IsNobodyWhoDidNotPay) {
    EXPECT_EQ(hidden(""), "");
    EXPECT_EQ(hidden("wechatpay:wx1 oZhang", '5', OutcomeKind::pending), "");
}

}  // namespace
}  // namespace sluice::app
