// Faults that some protocols cannot have: refused where they can never be met, and left alone by
// the requests of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/simulator/alipay_fixture.hpp"
#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using payment::OutcomeKind;
using ::testing::HasSubstr;

constexpr const char* kAtWechat = "SL20260101000009";
constexpr const char* kWrongCurrency = R"({"operation":"query","kind":"wrong_currency"})";

class ProtocolFault : public AlipayTest {
  protected:
    /// The whole text of a refusal, or the status alone.
    std::string refused(const std::string& fault) {
        const auto answer = control("/sim/faults", fault);
        return std::to_string(status_of(answer)) + " " +
               std::string(body_of(answer).text_or_empty("message"));
    }
    static std::string currency_in(const Value& told) {
        const Value* amount = told.find("amount");
        return amount == nullptr ? "" : std::string(amount->text_or_empty("currency"));
    }
};

TEST_F(ProtocolFault, WrongCurrencyIsASignedLieOfWeChatPay) {
    ASSERT_EQ(status_of(create(kAtWechat)), 200);
    ASSERT_EQ(status_of(PspTest::pay(kAtWechat)), 200);
    order_fault(kWrongCurrency);

    const auto lied = query(kAtWechat);

    EXPECT_TRUE(is_signed_by_platform(lied->headers, lied->body));
    EXPECT_EQ(currency_in(body_of(lied)), "USD");
    EXPECT_EQ(currency_in(body_of(query(kAtWechat))), "CNY");
}

TEST_F(ProtocolFault, WrongCurrencyInACallbackIsSignedAndSealed) {
    order_fault(R"({"operation":"callback","kind":"wrong_currency"})");
    ASSERT_EQ(status_of(create(kAtWechat)), 200);
    ASSERT_EQ(status_of(PspTest::pay(kAtWechat)), 200);

    const http::Request told = receiver_.wait_for(1).front();

    EXPECT_TRUE(is_signed_by_platform(told.headers, told.body));
    EXPECT_EQ(currency_in(opened(told)), "USD");
}

TEST_F(ProtocolFault, WrongCurrencyIsNoFaultOfAlipay) {
    given_paid();
    const std::string seller(kAlipaySeller);
    const std::string order(AlipayTest::kOrderNumber);

    for (const std::string& whom :
         {R"("protocol":"alipay")" + std::string(),
          R"("mchid":")" + seller + "\"",
          R"("out_trade_no":")" + order + "\""}) {
        EXPECT_EQ(
            refused(R"({"operation":"query","kind":"wrong_currency",)" + whom + "}"),
            "400 the fault 'wrong_currency' of the operation 'query' cannot happen at alipay: its "
            "messages name no currency"
        );
    }
    EXPECT_THAT(
        refused(R"({"operation":"payout","kind":"wrong_currency","account":")" + seller + R"("})"),
        HasSubstr("at alipay: its messages name no currency")
    );
    const auto told =
        control("/sim/callback", R"({"kind":"wrong_currency","out_trade_no":")" + order + R"("})");
    EXPECT_EQ(status_of(told), 400);
    EXPECT_THAT(body_of(told).text_or_empty("message"), HasSubstr("name no currency"));
}

TEST_F(ProtocolFault, OfNobodyInParticularWaitsForAProtocolThatCanHaveIt) {
    given_paid();
    ASSERT_EQ(status_of(create(kAtWechat)), 200);
    order_fault(kWrongCurrency);

    EXPECT_EQ(exchange(Operation::query).kind, OutcomeKind::succeeded);
    EXPECT_EQ(currency_in(body_of(query(kAtWechat))), "USD");
}

TEST_F(ProtocolFault, OfOneProtocolSparesTheOthers) {
    ASSERT_EQ(status_of(create(kAtWechat)), 200);
    given_paid();
    order_fault(R"({"operation":"query","kind":"not_found","protocol":"wechatpay"})");

    EXPECT_EQ(exchange(Operation::query).kind, OutcomeKind::succeeded);
    EXPECT_EQ(status_of(query(kAtWechat)), 404);
}

TEST_F(ProtocolFault, IsRefusedWhereNothingCouldMeetIt) {
    for (const char* fault :
         {R"({"operation":"refund","kind":"reversed","protocol":"alipay"})",
          R"({"operation":"payout_callback","kind":"missing","protocol":"alipay"})",
          R"({"operation":"refund","kind":"refused","protocol":"bank"})",
          R"({"operation":"balance","kind":"garbage","protocol":"wechatpay"})",
          R"({"operation":"payout","kind":"wrong_currency","mchid":"1900000109"})",
          R"({"operation":"refund_callback","kind":"wrong_currency"})",
          R"({"operation":"query","kind":"not_found","protocol":"paypal"})"}) {
        EXPECT_THAT(refused(fault), ::testing::StartsWith("400 ")) << fault;
    }
}

TEST_F(ProtocolFault, ForgedCallbacksComeInsteadOfOurs) {
    order_fault(R"({"operation":"callback","kind":"forged"})");
    ASSERT_EQ(status_of(create(kAtWechat)), 200);
    ASSERT_EQ(status_of(PspTest::pay(kAtWechat)), 200);

    const http::Request told = receiver_.wait_for(1).front();

    EXPECT_FALSE(is_signed_by_platform(told.headers, told.body));
    EXPECT_TRUE(opened(told).is_null()) << "sealed with another key";
}

using BankCurrency = BankTest;

TEST_F(BankCurrency, IsWrongInAnswersAndCallbacksWhenOrdered) {
    order_fault(R"({"operation":"payout","kind":"wrong_currency"})");
    order_fault(R"({"operation":"payout_query","kind":"wrong_currency"})");
    order_fault(R"({"operation":"payout_callback","kind":"wrong_currency"})");
    order_fault(R"({"operation":"query","kind":"wrong_currency"})");
    order_fault(R"({"operation":"balance","kind":"wrong_currency"})");

    const auto paid_out = pay_out();
    EXPECT_TRUE(is_signed_by_bank(paid_out, kPayouts));
    EXPECT_EQ(body_of(paid_out).text_or_empty("currency"), "USD");
    const http::Request told = receiver_.wait_for(1).front();
    EXPECT_TRUE(is_signed_notice(told));
    EXPECT_EQ(told_by(told).text_or_empty("currency"), "USD");
    EXPECT_EQ(body_of(query_payout()).text_or_empty("currency"), "USD");
    ASSERT_EQ(status_of(collect(collection_body())), 200);
    EXPECT_EQ(body_of(query_collection()).text_or_empty("currency"), "USD");
    EXPECT_EQ(body_of(balance()).text_or_empty("currency"), "USD");

    EXPECT_EQ(body_of(query_payout()).text_or_empty("currency"), "CNY");
    EXPECT_EQ(body_of(balance()).text_or_empty("currency"), "CNY");
}

}  // namespace
}  // namespace sluice::simulator::testing
