#include <gtest/gtest.h>

#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using PspCallback = PspTest;

TEST_F(PspCallback, TellsThePaymentSignedAndEncrypted) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);
    const std::string transaction(body_of(pay(kOrderNumber)).text_or_empty("transaction_id"));

    const auto callbacks = receiver_.wait_for(1);

    ASSERT_EQ(callbacks.size(), 1U);
    const http::Request& callback = callbacks.front();
    EXPECT_TRUE(is_signed_by_platform(callback.headers, callback.body));
    EXPECT_EQ(callback.headers.get_or_empty("Wechatpay-Serial"), kPublicKeyId);
    const Value opened_body = opened(callback);
    EXPECT_EQ(opened_body.text_or_empty("out_trade_no"), kOrderNumber);
    EXPECT_EQ(opened_body.text_or_empty("transaction_id"), transaction);
    EXPECT_EQ(opened_body.text_or_empty("trade_state"), "SUCCESS");
    EXPECT_EQ(opened_body.find("amount")->int_or("total", 0), 1234);
}

TEST_F(PspCallback, IsRepeatedUnderOneIdUntilItIsAcknowledged) {
    receiver_.answer_first_with({500, 400, 200});
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);
    ASSERT_EQ(status_of(pay(kOrderNumber)), 200);

    const auto callbacks = receiver_.wait_for(3);

    ASSERT_EQ(callbacks.size(), 3U);
    EXPECT_EQ(callbacks[0].body.substr(0, 45), callbacks[2].body.substr(0, 45));
    EXPECT_NE(
        callbacks[0].headers.get_or_empty("Wechatpay-Nonce"),
        callbacks[1].headers.get_or_empty("Wechatpay-Nonce")
    );
}

TEST_F(PspCallback, ComesBeforeTheAnswerToCreateWhenItIsEarly) {
    order_fault(R"({"operation":"create","kind":"early"})");

    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    EXPECT_EQ(receiver_.count(), 1U);
    EXPECT_EQ(body_of(query(kOrderNumber)).text_or_empty("trade_state"), "SUCCESS");
}

TEST_F(PspCallback, ComesSeveralTimesAtOnceWhenDuplicated) {
    order_fault(R"({"operation":"callback","kind":"duplicate","value":4})");
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    ASSERT_EQ(status_of(pay(kOrderNumber)), 200);

    EXPECT_EQ(receiver_.wait_for(4).size(), 4U);
    EXPECT_EQ(booked(kOrderNumber).int_or("payments", 0), 1);
}

TEST_F(PspCallback, NeverComesWhenMissing) {
    order_fault(R"({"operation":"callback","kind":"missing"})");
    ASSERT_EQ(status_of(create("SL20260101000001")), 200);
    ASSERT_EQ(status_of(create("SL20260101000002")), 200);

    ASSERT_EQ(status_of(pay("SL20260101000001")), 200);
    ASSERT_EQ(status_of(pay("SL20260101000002")), 200);

    const auto callbacks = receiver_.wait_for(1);
    EXPECT_EQ(opened(callbacks.front()).text_or_empty("out_trade_no"), "SL20260101000002");
    EXPECT_EQ(booked("SL20260101000001").int_or("callbacks_sent", -1), 0);
}

TEST_F(PspCallback, LiesWhenToldToAndOnlyThen) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);
    ASSERT_EQ(status_of(pay(kOrderNumber)), 200);
    ASSERT_EQ(receiver_.wait_for(1).size(), 1U);
    const auto send = [&](const std::string& kind) {
        const std::size_t before = receiver_.count();
        const auto sent = control(
            "/sim/callback", R"({"out_trade_no":"SL20260101000001","kind":")" + kind + R"("})"
        );
        EXPECT_EQ(body_of(sent).int_or("answered_status", 0), 204) << kind;
        return receiver_.wait_for(before + 1).back();
    };

    const http::Request amount = send("wrong_amount");
    EXPECT_TRUE(is_signed_by_platform(amount.headers, amount.body));
    EXPECT_EQ(opened(amount).find("amount")->int_or("total", 0), 1235);

    const http::Request merchant = send("wrong_merchant");
    EXPECT_TRUE(is_signed_by_platform(merchant.headers, merchant.body));
    EXPECT_NE(opened(merchant).text_or_empty("mchid"), kMchid);

    const http::Request signature = send("bad_signature");
    EXPECT_FALSE(is_signed_by_platform(signature.headers, signature.body));
    EXPECT_TRUE(
        signature.headers.get_or_empty("Wechatpay-Signature").starts_with("WECHATPAY/SIGNTEST/")
    );

    const http::Request forged = send("forged");
    EXPECT_FALSE(is_signed_by_platform(forged.headers, forged.body));
    EXPECT_TRUE(opened(forged).is_null());

    const http::Request again = send("resend");
    EXPECT_TRUE(is_signed_by_platform(again.headers, again.body));
    EXPECT_EQ(opened(again).find("amount")->int_or("total", 0), 1234);
}

TEST_F(PspCallback, IsNotSentAgainForAnUnpaidOrderButMayBeForged) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);
    const std::string order = R"({"out_trade_no":"SL20260101000001","kind":)";

    EXPECT_EQ(refusal_of(control("/sim/callback", order + R"("resend"})")), "409 ORDER_NOT_PAID");
    EXPECT_EQ(status_of(control("/sim/callback", order + R"("forged"})")), 200);
    EXPECT_EQ(body_of(query(kOrderNumber)).text_or_empty("trade_state"), "NOTPAY");
}

}  // namespace
}  // namespace sluice::simulator::testing
