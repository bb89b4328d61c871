#include <regex>

#include <gtest/gtest.h>

#include "unit/simulator/refund_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using PspRefundFault = PspRefundTest;

TEST_F(PspRefundFault, CutsTheLineBeforeOrAfterExecution) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"drop_before"})");
    EXPECT_EQ(refund().error().stage, http::FailureStage::maybe_sent);
    EXPECT_TRUE(booked_refund().is_null());

    order_fault(R"({"operation":"refund","kind":"drop_after"})");
    EXPECT_EQ(refund().error().stage, http::FailureStage::maybe_sent);
    EXPECT_EQ(booked_refund().text_or_empty("status"), "SUCCESS");
}

TEST_F(PspRefundFault, Status5xxExecutesNothingAndItsTwinDoes) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"status_5xx","value":503})");
    EXPECT_EQ(refusal_of(refund()), "503 SERVICE_UNAVAILABLE");
    EXPECT_TRUE(booked_refund().is_null());

    order_fault(R"({"operation":"refund","kind":"status_5xx_after"})");
    EXPECT_EQ(refusal_of(refund()), "500 SYSTEM_ERROR");
    EXPECT_EQ(booked_refund().text_or_empty("status"), "SUCCESS");
}

TEST_F(PspRefundFault, RefusedIsADefiniteNoAndExecutesNothing) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"refused"})");

    EXPECT_EQ(refusal_of(refund()), "403 RULE_LIMIT");
    EXPECT_TRUE(booked_refund().is_null());
    EXPECT_EQ(status_of(refund()), 200);
}

TEST_F(PspRefundFault, GarbageAndBadSignaturesProveNothing) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"garbage"})");
    EXPECT_TRUE(body_of(refund()).is_null());
    EXPECT_EQ(booked_refund().text_or_empty("status"), "SUCCESS");

    order_fault(R"({"operation":"refund_query","kind":"bad_signature"})");
    const auto answer = query_refund();
    ASSERT_EQ(status_of(answer), 200);
    EXPECT_FALSE(is_signed_by_platform(answer->headers, answer->body));
}

TEST_F(PspRefundFault, LatencyIsWaitedFor) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"latency_ms","value":30})");
    order_fault(R"({"operation":"refund","kind":"slow_answer_ms","value":30})");
    const auto began = std::chrono::steady_clock::now();

    ASSERT_EQ(status_of(refund()), 200);

    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(60));
}

TEST_F(PspRefundFault, WrongAmountAndNumberAreSignedLies) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"wrong_amount"})");
    const auto amount = refund();
    order_fault(R"({"operation":"refund_query","kind":"wrong_number"})");
    const auto number = query_refund();

    EXPECT_TRUE(is_signed_by_platform(amount->headers, amount->body));
    EXPECT_EQ(body_of(amount).find("amount")->int_or("refund", 0), 235);
    EXPECT_TRUE(is_signed_by_platform(number->headers, number->body));
    EXPECT_EQ(body_of(number).text_or_empty("out_refund_no"), "RF20260101000000");
    EXPECT_EQ(booked_refund().int_or("amount_refund", 0), 234);
}

TEST_F(PspRefundFault, WrongNumberFitsTheQueryOfAnOrderToo) {
    ASSERT_EQ(status_of(create(kOrder)), 200);
    order_fault(R"({"operation":"query","kind":"wrong_number"})");

    EXPECT_EQ(body_of(query(kOrder)).text_or_empty("out_trade_no"), "SL20260101000000");
    EXPECT_EQ(body_of(query(kOrder)).text_or_empty("out_trade_no"), kOrder);
}

TEST_F(PspRefundFault, ARefundThatExistsMayNotBeFoundYet) {
    given_paid();
    ASSERT_EQ(status_of(refund()), 200);
    order_fault(R"({"operation":"refund_query","kind":"not_found","count":2})");

    EXPECT_EQ(refusal_of(query_refund()), "404 RESOURCE_NOT_EXISTS");
    EXPECT_EQ(refusal_of(query_refund()), "404 RESOURCE_NOT_EXISTS");
    EXPECT_EQ(status_of_refund(), "SUCCESS");
}

TEST_F(PspRefundFault, NotEnoughLastsUntilTheMerchantTopsUp) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"not_enough"})");

    EXPECT_EQ(refusal_of(refund()), "403 NOT_ENOUGH");
    EXPECT_EQ(refusal_of(refund()), "403 NOT_ENOUGH");
    EXPECT_TRUE(booked_refund().is_null());
    ASSERT_EQ(status_of(control("/sim/funds", R"({"top_up":1})")), 200);

    EXPECT_EQ(status_of(refund()), 200);
}

TEST_F(PspRefundFault, NotEnoughForOneMerchantIsNotEndedByAnother) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"not_enough","mchid":"1900000110"})");

    EXPECT_EQ(status_of(refund()), 200);
    ASSERT_EQ(status_of(control("/sim/funds", R"({"top_up":1})")), 200);

    EXPECT_EQ(body_of(control("/sim/faults")).find("faults")->as_array()->size(), 1U);
}

TEST_F(PspRefundFault, AnAbnormalRefundIsAcceptedFirst) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"refund_abnormal"})");

    EXPECT_EQ(body_of(refund()).text_or_empty("status"), "PROCESSING");

    EXPECT_EQ(status_of_refund(), "ABNORMAL");
    const auto callbacks = refund_callbacks(2);
    ASSERT_EQ(callbacks.size(), 1U);
    EXPECT_EQ(opened(callbacks.front()).text_or_empty("refund_status"), "ABNORMAL");
    EXPECT_EQ(funds().int_or("held", 0), 234);
}

TEST_F(PspRefundFault, AClosedRefundIsAcceptedFirst) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"refund_closed"})");

    EXPECT_EQ(body_of(refund()).text_or_empty("status"), "PROCESSING");

    EXPECT_EQ(status_of_refund(), "CLOSED");
    EXPECT_EQ(refund_callbacks(2).size(), 1U);
    EXPECT_EQ(funds().int_or("balance", 0), 1234);
}

TEST_F(PspRefundFault, AReversedRefundSucceedsAndComesBackLater) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"reversed","value":1})");

    EXPECT_EQ(body_of(refund()).text_or_empty("status"), "SUCCESS");

    const auto callbacks = refund_callbacks(3);
    ASSERT_EQ(callbacks.size(), 2U);
    EXPECT_EQ(status_of_refund(), "ABNORMAL");
    EXPECT_EQ(booked(kOrder).int_or("held_amount", 0), 234);
    EXPECT_FALSE(booked_refund().text_or_empty("succeeded_at").empty());
}

TEST_F(PspRefundFault, ProcessingTakesAsLongAsOrdered) {
    given_paid();
    order_fault(R"({"operation":"refund","kind":"processing_ms","value":1})");
    order_fault(R"({"operation":"refund_callback","kind":"duplicate","value":3})");

    EXPECT_EQ(body_of(refund()).text_or_empty("status"), "PROCESSING");

    EXPECT_EQ(refund_callbacks(4).size(), 3U);
    EXPECT_EQ(status_of_refund(), "SUCCESS");
}

TEST_F(PspRefundFault, HitsOnlyTheRefundOrOrderItNames) {
    given_paid();
    given_paid("SL20260101000002");
    order_fault(R"({"operation":"refund","kind":"refused","out_refund_no":"RF2"})");
    order_fault(R"({"operation":"refund","kind":"status_5xx","out_trade_no":"SL20260101000002"})");

    EXPECT_EQ(status_of(refund()), 200);
    EXPECT_EQ(status_of(refund({.out_refund_no = "RF2"})), 403);
    EXPECT_EQ(status_of(refund({.out_trade_no = "SL20260101000002", .out_refund_no = "R3"})), 500);
}

TEST_F(PspRefundFault, FindsTheOrderOfARefundByTransactionAndOfAQuery) {
    ASSERT_EQ(status_of(create(kOrder)), 200);
    const std::string transaction(body_of(pay(kOrder)).text_or_empty("transaction_id"));
    Value body = refund_body({});
    body.set("out_trade_no", nullptr);
    body.set("transaction_id", transaction);
    order_fault(R"({"operation":"refund","kind":"refused","out_trade_no":"SL20260101000001"})");
    order_fault(
        R"({"operation":"refund_query","kind":"not_found","out_trade_no":"SL20260101000001"})"
    );

    EXPECT_EQ(status_of(send_refund(body)), 403);
    EXPECT_EQ(status_of(send_refund(body)), 200);
    EXPECT_EQ(status_of(query_refund()), 404);
    EXPECT_EQ(status_of(query_refund()), 200);
}

TEST_F(PspRefundFault, IsRefusedWhenItMakesNoSense) {
    for (const char* order :
         {R"({"operation":"refund","kind":"not_found"})",
          R"({"operation":"refund_query","kind":"refund_abnormal"})",
          R"({"operation":"create","kind":"not_enough"})",
          R"({"operation":"refund","kind":"payout_failed"})",
          R"({"operation":"refund_query","kind":"wrong_merchant"})",
          R"({"operation":"refund","kind":"refused","out_refund_number":"RF2"})"}) {
        EXPECT_EQ(refusal_of(control("/sim/faults", order)), "400 invalid") << order;
    }
}

/// Without what depends on how often a callback was tried.
std::string without_callback_counts(const std::string& books) {
    static const std::regex counts("callbacks_[a-z]+.:[0-9]+");
    return std::regex_replace(books, counts, "");
}

TEST_F(PspRefundFault, RepeatsForASeedWhateverCallbacksDo) {
    std::vector<std::string> books;
    for (int round = 0; round < 2; ++round) {
        restart();
        // One callback fails in the second round only: its repetition may change nothing.
        receiver_.answer_first_with(std::vector<int>(static_cast<std::size_t>(round), 500));
        order_fault(
            R"({"operation":"refund","kind":"refund_abnormal","count":-1,"share_percent":50})"
        );
        for (int i = 10; i < 22; ++i) {
            const std::string number = "SL202601010000" + std::to_string(i);
            given_paid(number);
            ASSERT_EQ(
                status_of(refund({.out_trade_no = number, .out_refund_no = "RF" + number})), 200
            );
        }
        books.push_back(without_callback_counts(
            control("/sim/refunds").value().body + control("/sim/books").value().body
        ));
    }

    EXPECT_EQ(books[0], books[1]);
    EXPECT_TRUE(books[0].contains("\"ABNORMAL\""));
    EXPECT_TRUE(books[0].contains("\"status\":\"SUCCESS\""));
}

}  // namespace
}  // namespace sluice::simulator::testing
