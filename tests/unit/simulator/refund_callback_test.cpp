#include <gtest/gtest.h>

#include "unit/simulator/refund_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using PspRefundCallback = PspRefundTest;

TEST_F(PspRefundCallback, TellsTheRefundSignedAndEncrypted) {
    given_paid();
    ASSERT_EQ(status_of(refund()), 200);

    const auto callbacks = refund_callbacks(2);

    ASSERT_EQ(callbacks.size(), 1U);
    const http::Request& callback = callbacks.front();
    EXPECT_TRUE(is_signed_by_platform(callback.headers, callback.body));
    EXPECT_TRUE(callback.body.contains(R"("event_type":"REFUND.SUCCESS")"));
    EXPECT_TRUE(callback.body.contains(R"("original_type":"refund")"));
    const Value told = opened(callback);
    EXPECT_EQ(told.text_or_empty("out_refund_no"), kRefund);
    EXPECT_EQ(told.text_or_empty("out_trade_no"), kOrder);
    EXPECT_EQ(told.text_or_empty("mchid"), kMchid);
    EXPECT_EQ(told.text_or_empty("refund_status"), "SUCCESS");
    EXPECT_EQ(told.find("status"), nullptr);
    EXPECT_EQ(told.find("amount")->int_or("refund", 0), 234);
    EXPECT_EQ(told.find("amount")->find("currency"), nullptr);
}

TEST_F(PspRefundCallback, NamesTheEndInItsEventType) {
    given_paid();
    given_slow_refunds();
    ASSERT_EQ(status_of(refund()), 200);
    ASSERT_EQ(status_of(refund({.out_refund_no = "RF2"})), 200);
    ASSERT_EQ(status_of(end_refund("CLOSED")), 200);
    ASSERT_EQ(refund_callbacks(2).size(), 1U);
    ASSERT_EQ(status_of(end_refund("ABNORMAL", "RF2")), 200);

    const auto callbacks = refund_callbacks(3);

    ASSERT_EQ(callbacks.size(), 2U);
    EXPECT_TRUE(callbacks[0].body.contains(R"("event_type":"REFUND.CLOSED")"));
    EXPECT_TRUE(callbacks[1].body.contains(R"("event_type":"REFUND.ABNORMAL")"));
}

TEST_F(PspRefundCallback, IsRepeatedUntilItIsAcknowledged) {
    given_paid();
    ASSERT_EQ(receiver_.wait_for(1).size(), 1U);
    receiver_.answer_first_with({500, 400, 200});
    ASSERT_EQ(status_of(refund()), 200);

    const auto callbacks = refund_callbacks(4);

    ASSERT_EQ(callbacks.size(), 3U);
    EXPECT_EQ(callbacks[0].body.substr(0, 45), callbacks[2].body.substr(0, 45));
}

TEST_F(PspRefundCallback, ComesBeforeTheAnswerWhenItIsEarly) {
    given_paid();
    ASSERT_EQ(receiver_.wait_for(1).size(), 1U);
    order_fault(R"({"operation":"refund","kind":"early"})");

    EXPECT_EQ(body_of(refund()).text_or_empty("status"), "PROCESSING");

    EXPECT_EQ(receiver_.count(), 2U);
    EXPECT_EQ(status_of_refund(), "SUCCESS");
}

TEST_F(PspRefundCallback, NeverComesWhenMissingOrWithoutAnAddress) {
    given_paid();
    ASSERT_EQ(receiver_.wait_for(1).size(), 1U);
    order_fault(R"({"operation":"refund_callback","kind":"missing"})");
    Value silent = refund_body({.out_refund_no = "RF2"});
    silent.set("notify_url", nullptr);

    ASSERT_EQ(status_of(refund()), 200);
    ASSERT_EQ(status_of(send_refund(silent)), 200);
    ASSERT_EQ(status_of(refund({.out_refund_no = "RF3"})), 200);

    const auto callbacks = refund_callbacks(2);
    EXPECT_EQ(opened(callbacks.front()).text_or_empty("out_refund_no"), "RF3");
    EXPECT_EQ(booked_refund().int_or("callbacks_sent", -1), 0);
}

TEST_F(PspRefundCallback, ComesLateWhenOrdered) {
    given_paid();
    ASSERT_EQ(receiver_.wait_for(1).size(), 1U);
    order_fault(R"({"operation":"refund_callback","kind":"late_ms","value":30})");
    const auto began = std::chrono::steady_clock::now();

    ASSERT_EQ(status_of(refund()), 200);

    EXPECT_EQ(refund_callbacks(2).size(), 1U);
    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(30));
}

TEST_F(PspRefundCallback, LiesWhenToldToAndOnlyThen) {
    given_paid();
    ASSERT_EQ(status_of(refund()), 200);
    ASSERT_EQ(receiver_.wait_for(2).size(), 2U);
    const auto send = [&](const std::string& kind) {
        const std::size_t before = receiver_.count();
        const auto sent = control(
            "/sim/callback", R"({"out_refund_no":"RF20260101000001","kind":")" + kind + R"("})"
        );
        EXPECT_EQ(body_of(sent).int_or("answered_status", 0), 204) << kind;
        return receiver_.wait_for(before + 1).back();
    };

    EXPECT_EQ(opened(send("wrong_amount")).find("amount")->int_or("refund", 0), 235);
    EXPECT_NE(opened(send("wrong_merchant")).text_or_empty("mchid"), kMchid);
    EXPECT_NE(opened(send("wrong_number")).text_or_empty("out_refund_no"), kRefund);
    const http::Request unsigned_one = send("bad_signature");
    EXPECT_FALSE(is_signed_by_platform(unsigned_one.headers, unsigned_one.body));
    EXPECT_TRUE(opened(send("forged")).is_null());
    const http::Request again = send("resend");
    EXPECT_TRUE(is_signed_by_platform(again.headers, again.body));
    EXPECT_EQ(opened(again).find("amount")->int_or("refund", 0), 234);
}

TEST_F(PspRefundCallback, IsNotSentAgainForARefundUnderWayButMayBeForged) {
    given_paid();
    given_slow_refunds();
    ASSERT_EQ(status_of(refund()), 200);
    const std::string order = R"({"out_refund_no":"RF20260101000001","kind":)";

    EXPECT_EQ(refusal_of(control("/sim/callback", order + R"("resend"})")), "409 REFUND_NOT_ENDED");
    EXPECT_EQ(refusal_of(control("/sim/callback", order + R"("louder"})")), "400 invalid");
    EXPECT_EQ(status_of(control("/sim/callback", order + R"("forged"})")), 200);
    EXPECT_EQ(status_of_refund(), "PROCESSING");
}

TEST_F(PspRefundCallback, OfThePaymentStillTellsThePayment) {
    given_paid();
    ASSERT_EQ(status_of(refund()), 200);
    ASSERT_EQ(receiver_.wait_for(2).size(), 2U);

    ASSERT_EQ(
        status_of(control("/sim/callback", R"({"out_trade_no":"SL20260101000001","kind":"resend"})")
        ),
        200
    );

    EXPECT_EQ(opened(receiver_.wait_for(3).back()).text_or_empty("trade_state"), "SUCCESS");
}

}  // namespace
}  // namespace sluice::simulator::testing
