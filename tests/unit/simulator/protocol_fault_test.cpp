// Faults that some protocols cannot have: refused where they can never be met, and left alone by
// the requests of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/faults.hpp"
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

class TillFault : public ProtocolFault {
  protected:
    /// A code that a payer shows at a till of WeChat Pay, over API v3.
    http::ClientResult show_code() {
        Value body = create_body(kAtWechat, 1234);
        std::erase_if(*body.as_object(), [](const ValueMember& member) {
            return member.first == "notify_url";
        });
        const Value store(ValueObject{{"out_id", "SHOP-1"}});
        body.set("payer", Value(ValueObject{{"auth_code", "134567890123456789"}}));
        body.set("scene_info", Value(ValueObject{{"store_info", store}}));
        return call(
            {.method = "POST", .target = "/v3/pay/transactions/codepay", .body = to_json(body)}
        );
    }
    /// What Alipay answers to a code, as text, however it is read.
    std::string answer_of_alipay() { return send(build(shown_code()).value()).value().body; }
    std::size_t faults_left() {
        return body_of(control("/sim/faults")).find("faults")->as_array()->size();
    }
};

TEST_F(TillFault, LiesInTheSignedAnswerToACode) {
    for (const char* kind : {"wrong_amount", "wrong_currency", "wrong_merchant", "wrong_number"}) {
        order_fault(
            R"({"operation":"create","scene":"barcode","kind":")" + std::string(kind) + R"("})"
        );
    }

    const auto lied = show_code();

    ASSERT_EQ(status_of(lied), 200);
    EXPECT_TRUE(is_signed_by_platform(lied->headers, lied->body));
    EXPECT_EQ(body_of(lied).text_or_empty("trade_state"), "SUCCESS");
    EXPECT_EQ(body_of(lied).find("amount")->int_or("total", 0), 1235);
    EXPECT_EQ(currency_in(body_of(lied)), "USD");
    EXPECT_EQ(body_of(lied).text_or_empty("mchid"), "1999999999");
    EXPECT_EQ(body_of(lied).text_or_empty("out_trade_no"), "SL20260101000000");
    EXPECT_EQ(booked(kAtWechat).int_or("amount_total", 0), 1234) << "the books know the truth";
    EXPECT_EQ(faults_left(), 0U);
}

TEST_F(TillFault, LiesInTheAnswerOfAlipayToACode) {
    order_fault(R"({"operation":"create","scene":"barcode","kind":"wrong_amount"})");
    order_fault(R"({"operation":"create","scene":"barcode","kind":"wrong_number"})");

    const std::string lied = answer_of_alipay();

    EXPECT_THAT(lied, HasSubstr(R"("total_amount":"12.35")"));
    EXPECT_THAT(lied, HasSubstr(R"("out_trade_no":"01KDXVZQ4M8N2P6R0S4T8V2W60")"));
    EXPECT_EQ(faults_left(), 0U);
}

TEST_F(TillFault, WaitsForATill) {
    order_fault(R"({"operation":"create","scene":"barcode","kind":"wrong_amount"})");
    order_fault(R"({"operation":"create","scene":"barcode","kind":"refused"})");

    EXPECT_EQ(status_of(create("SL20260101000008")), 200);

    EXPECT_EQ(faults_left(), 2U);
    EXPECT_EQ(refusal_of(show_code()), "403 RULE_LIMIT");
}

TEST_F(TillFault, IsRefusedWithoutATill) {
    constexpr const char* kOnlyAtTills =
        "only at a till does the answer of 'create' tell what was paid; name the scene barcode";
    const std::string amount = R"({"operation":"create","kind":"wrong_amount")";
    const std::string of_it =
        "400 the fault 'wrong_amount' of the operation 'create' cannot happen";

    EXPECT_EQ(refused(amount + "}"), of_it + ": " + kOnlyAtTills);
    EXPECT_EQ(
        refused(amount + R"(,"mchid":"1900000109"})"), of_it + " at wechatpay: " + kOnlyAtTills
    );
    EXPECT_EQ(refused(amount + R"(,"protocol":"alipay"})"), of_it + " at alipay: " + kOnlyAtTills);
    EXPECT_EQ(
        refused(amount + R"(,"protocol":"bank","scene":"barcode"})"),
        of_it + " at bank: it has no tills"
    );
}

TEST_F(TillFault, IsRefusedWhereNoTillCouldMeetIt) {
    for (const char* fault :
         {R"({"operation":"create","kind":"garbage","scene":"qr"})",
          R"({"operation":"query","kind":"wrong_amount","scene":"barcode"})",
          R"({"operation":"create","kind":"garbage","scene":"barcode","protocol":"bank"})",
          R"({"operation":"create","kind":"not_found","scene":"barcode"})",
          R"({"operation":"create","kind":"wrong_merchant","scene":"barcode","protocol":"alipay"})",
          R"({"operation":"create","kind":"wrong_currency","scene":"barcode","protocol":"alipay"})"
         }) {
        EXPECT_THAT(refused(fault), ::testing::StartsWith("400 ")) << fault;
    }
}

TEST_F(TillFault, IsToldApartFromWhatAPayersScanMeets) {
    const FaultUse anywhere{.operation = "create", .kind = "wrong_number"};
    const FaultUse at_till{.operation = "create", .kind = "wrong_number", .scene = kTillScene};

    for (const char* protocol : {"wechatpay", "alipay"}) {
        EXPECT_NE(why_not(protocol, anywhere), "") << protocol;
        EXPECT_EQ(why_not(protocol, at_till), "") << protocol;
    }
    EXPECT_EQ(why_not("bank", at_till), "it has no tills");
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
