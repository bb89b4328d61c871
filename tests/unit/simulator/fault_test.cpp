#include <gtest/gtest.h>

#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using PspFault = PspTest;

TEST_F(PspFault, DropBeforeCutsTheLineAndExecutesNothing) {
    order_fault(R"({"operation":"create","kind":"drop_before"})");

    const auto answer = create(kOrderNumber);

    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().stage, http::FailureStage::maybe_sent);
    EXPECT_TRUE(booked(kOrderNumber).is_null());
    EXPECT_EQ(status_of(create(kOrderNumber)), 200);
}

TEST_F(PspFault, DropAfterExecutesAndCutsTheLine) {
    order_fault(R"({"operation":"create","kind":"drop_after"})");

    const auto answer = create(kOrderNumber);

    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().stage, http::FailureStage::maybe_sent);
    EXPECT_EQ(booked(kOrderNumber).int_or("creates", 0), 1);
}

TEST_F(PspFault, Status5xxExecutesNothingAndItsTwinDoes) {
    order_fault(R"({"operation":"create","kind":"status_5xx","value":502})");
    EXPECT_EQ(refusal_of(create(kOrderNumber)), "502 SERVICE_UNAVAILABLE");
    EXPECT_TRUE(booked(kOrderNumber).is_null());

    order_fault(R"({"operation":"create","kind":"status_5xx_after"})");
    EXPECT_EQ(refusal_of(create(kOrderNumber)), "500 SYSTEM_ERROR");
    EXPECT_EQ(booked(kOrderNumber).int_or("creates", 0), 1);
}

TEST_F(PspFault, RefusedIsADefiniteNoAndExecutesNothing) {
    order_fault(R"({"operation":"create","kind":"refused"})");

    EXPECT_EQ(refusal_of(create(kOrderNumber)), "403 RULE_LIMIT");
    EXPECT_TRUE(booked(kOrderNumber).is_null());
    EXPECT_EQ(status_of(create(kOrderNumber)), 200);
}

TEST_F(PspFault, GarbageIsNeitherReadableNorSigned) {
    order_fault(R"({"operation":"query","kind":"garbage"})");
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    const auto answer = query(kOrderNumber);

    ASSERT_EQ(status_of(answer), 200);
    EXPECT_TRUE(body_of(answer).is_null());
    EXPECT_FALSE(answer->headers.has("Wechatpay-Signature"));
}

TEST_F(PspFault, BadSignatureDoesNotVerify) {
    order_fault(R"({"operation":"create","kind":"bad_signature"})");

    const auto answer = create(kOrderNumber);

    ASSERT_EQ(status_of(answer), 200);
    EXPECT_FALSE(is_signed_by_platform(answer->headers, answer->body));
}

TEST_F(PspFault, WrongAmountAndMerchantAreSignedLies) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);
    order_fault(R"({"operation":"query","kind":"wrong_amount"})");
    const auto amount = query(kOrderNumber);
    order_fault(R"({"operation":"query","kind":"wrong_merchant"})");
    const auto merchant = query(kOrderNumber);

    EXPECT_TRUE(is_signed_by_platform(amount->headers, amount->body));
    EXPECT_EQ(body_of(amount).find("amount")->int_or("total", 0), 1235);
    EXPECT_TRUE(is_signed_by_platform(merchant->headers, merchant->body));
    EXPECT_NE(body_of(merchant).text_or_empty("mchid"), kMchid);
}

TEST_F(PspFault, NotFoundLastsAsOftenAsOrdered) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);
    order_fault(R"({"operation":"query","kind":"not_found","count":2})");

    EXPECT_EQ(refusal_of(query(kOrderNumber)), "404 ORDER_NOT_EXIST");
    EXPECT_EQ(refusal_of(query(kOrderNumber)), "404 ORDER_NOT_EXIST");
    EXPECT_EQ(status_of(query(kOrderNumber)), 200);
}

TEST_F(PspFault, HitsOnlyTheOrderItNames) {
    order_fault(
        R"({"operation":"create","kind":"status_5xx","count":-1,"out_trade_no":"SL20260101000002"})"
    );

    EXPECT_EQ(status_of(create("SL20260101000001")), 200);
    EXPECT_EQ(status_of(create("SL20260101000002")), 500);
    EXPECT_EQ(status_of(create("SL20260101000002")), 500);
}

TEST_F(PspFault, EndsWhenAllFaultsAreDeleted) {
    order_fault(R"({"operation":"create","kind":"status_5xx","count":-1})");
    ASSERT_EQ(status_of(create(kOrderNumber)), 500);

    http::fetch(client_, {.method = "DELETE", .url = psp_->url() + "/sim/faults"}).value();

    EXPECT_EQ(status_of(create(kOrderNumber)), 200);
    EXPECT_TRUE(body_of(control("/sim/faults")).find("faults")->as_array()->empty());
}

TEST_F(PspFault, LatencyIsWaitedForBeforeExecution) {
    order_fault(R"({"operation":"create","kind":"latency_ms","value":50})");
    const auto began = std::chrono::steady_clock::now();

    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(50));
}

TEST_F(PspFault, AutoPayPaysRightAfterTheAnswer) {
    order_fault(R"({"operation":"create","kind":"auto_pay"})");

    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    EXPECT_EQ(receiver_.wait_for(1).size(), 1U);
    EXPECT_EQ(booked(kOrderNumber).text_or_empty("trade_state"), "SUCCESS");
}

TEST_F(PspFault, AutoPayForAllServesLoadTests) {
    ASSERT_EQ(status_of(control("/sim/auto_pay", R"({"share":100,"delay_ms":1})")), 200);

    ASSERT_EQ(status_of(create("SL20260101000001")), 200);
    ASSERT_EQ(status_of(create("SL20260101000002")), 200);

    EXPECT_EQ(receiver_.wait_for(2).size(), 2U);
}

TEST_F(PspFault, CloseAfterPayLetsTheMoneyWin) {
    order_fault(R"({"operation":"close","kind":"close_after_pay"})");
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    EXPECT_EQ(refusal_of(close(kOrderNumber)), "400 ORDER_PAID");
    EXPECT_EQ(booked(kOrderNumber).int_or("payments", 0), 1);
}

TEST_F(PspFault, IsRefusedWhenItMakesNoSense) {
    for (const char* order :
         {R"({})",
          R"({"operation":"create","kind":"unheard_of"})",
          R"({"operation":"bill","kind":"drop_before"})",
          R"({"operation":"create","kind":"not_found"})",
          R"({"operation":"callback","kind":"drop_before"})",
          R"({"operation":"create","kind":"latency_ms","value":"long"})",
          R"({"operation":"create","kind":"latency_ms","value":-1})",
          R"([])"}) {
        EXPECT_EQ(refusal_of(control("/sim/faults", order)), "400 invalid") << order;
    }
}

}  // namespace
}  // namespace sluice::simulator::testing
