#include <gtest/gtest.h>

#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using BankFault = BankTest;
using BankCallback = BankTest;

TEST_F(BankFault, CutsTheLineBeforeOrAfterExecution) {
    order_fault(R"({"operation":"payout","kind":"drop_before"})");
    EXPECT_EQ(pay_out().error().stage, http::FailureStage::maybe_sent);
    EXPECT_TRUE(booked_payout().is_null());

    order_fault(R"({"operation":"payout","kind":"drop_after"})");
    EXPECT_EQ(pay_out().error().stage, http::FailureStage::maybe_sent);
    EXPECT_EQ(booked_payout().text_or_empty("status"), "succeeded");
}

TEST_F(BankFault, Status5xxExecutesNothingAndItsTwinDoes) {
    order_fault(R"({"operation":"payout","kind":"status_5xx","value":503})");
    EXPECT_EQ(refusal_of(pay_out()), "503 SERVICE_UNAVAILABLE");
    EXPECT_TRUE(booked_payout().is_null());

    order_fault(R"({"operation":"payout","kind":"status_5xx_after"})");
    EXPECT_EQ(refusal_of(pay_out()), "500 SYSTEM_ERROR");
    EXPECT_EQ(booked_payout().text_or_empty("status"), "succeeded");
}

TEST_F(BankFault, RefusedIsADefiniteNoAndExecutesNothing) {
    order_fault(R"({"operation":"payout","kind":"refused"})");

    EXPECT_EQ(refusal_of(pay_out()), "403 RISK_REFUSED");
    EXPECT_TRUE(booked_payout().is_null());
    EXPECT_EQ(status_of(pay_out()), 200);
}

TEST_F(BankFault, GarbageAndBadSignaturesProveNothing) {
    order_fault(R"({"operation":"payout","kind":"garbage"})");
    const auto garbage = pay_out();
    EXPECT_EQ(status_of(garbage), 200);
    EXPECT_FALSE(is_signed_by_bank(garbage, kPayouts));
    EXPECT_EQ(booked_payout().text_or_empty("status"), "succeeded");

    order_fault(R"({"operation":"payout","kind":"bad_signature"})");
    const auto unsigned_one = pay_out();
    EXPECT_EQ(body_of(unsigned_one).text_or_empty("status"), "succeeded");
    EXPECT_FALSE(is_signed_by_bank(unsigned_one, kPayouts));
}

TEST_F(BankFault, LatencyIsWaitedFor) {
    order_fault(R"({"operation":"payout","kind":"latency_ms","value":30})");
    order_fault(R"({"operation":"payout","kind":"slow_answer_ms","value":30})");
    const auto began = std::chrono::steady_clock::now();

    ASSERT_EQ(status_of(pay_out()), 200);

    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(60));
}

TEST_F(BankFault, WrongAmountNumberAndAccountAreSignedLies) {
    order_fault(R"({"operation":"payout","kind":"wrong_amount"})");
    const auto amount = pay_out();
    order_fault(R"({"operation":"payout_query","kind":"wrong_number"})");
    const auto number = query_payout();
    order_fault(R"({"operation":"payout_query","kind":"wrong_merchant"})");
    const auto account = query_payout();

    const std::string target = kPayouts + ("/" + std::string(kPayout));
    EXPECT_TRUE(is_signed_by_bank(amount, kPayouts));
    EXPECT_EQ(body_of(amount).int_or("amount", 0), 5001);
    EXPECT_TRUE(is_signed_by_bank(number, target));
    EXPECT_EQ(body_of(number).text_or_empty("request_number"), "PO20260101000000");
    EXPECT_TRUE(is_signed_by_bank(account, target));
    EXPECT_NE(body_of(account).text_or_empty("account"), kBankAccount);
    EXPECT_EQ(booked_payout().int_or("amount", 0), 5000);
}

TEST_F(BankFault, APayoutThatExistsMayNotBeFoundYet) {
    ASSERT_EQ(status_of(pay_out()), 200);
    order_fault(R"({"operation":"payout_query","kind":"not_found"})");

    EXPECT_EQ(refusal_of(query_payout()), "404 REQUEST_UNKNOWN");
    EXPECT_EQ(status_of_payout(), "succeeded");
}

TEST_F(BankFault, NotEnoughLastsUntilTheAccountIsToppedUp) {
    order_fault(R"({"operation":"payout","kind":"not_enough"})");
    ASSERT_EQ(status_of(control("/sim/funds", R"({"top_up":1})")), 200);

    EXPECT_EQ(refusal_of(pay_out()), "403 INSUFFICIENT_FUNDS");
    EXPECT_EQ(refusal_of(pay_out()), "403 INSUFFICIENT_FUNDS");
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"top_up":1})")), 200);

    EXPECT_EQ(status_of(pay_out()), 200);
}

TEST_F(BankFault, AFailedPayoutIsAcceptedFirst) {
    order_fault(R"({"operation":"payout","kind":"payout_failed"})");

    EXPECT_EQ(body_of(pay_out()).text_or_empty("status"), "accepted");

    EXPECT_EQ(status_of_payout(), "failed");
    EXPECT_EQ(told_by(receiver_.wait_for(1).front()).text_or_empty("status"), "failed");
    EXPECT_EQ(account_row().int_or("available", 0), kBankOpening);
}

TEST_F(BankFault, AReturnedPayoutSucceedsAndComesBackLater) {
    order_fault(R"({"operation":"payout","kind":"payout_returned","value":1})");
    order_fault(R"({"operation":"payout","kind":"processing_ms","value":1})");

    EXPECT_EQ(body_of(pay_out()).text_or_empty("status"), "accepted");

    ASSERT_EQ(receiver_.wait_for(2).size(), 2U);
    const Value row = booked_payout();
    EXPECT_EQ(row.text_or_empty("status"), "returned");
    EXPECT_FALSE(row.text_or_empty("finished_at").empty());
    EXPECT_EQ(account_row().int_or("returned", 0), 5000);
}

TEST_F(BankFault, HitsOnlyThePayoutOrAccountItNames) {
    order_fault(R"({"operation":"payout","kind":"refused","request_number":"PO20260101000002"})");
    order_fault(R"({"operation":"payout","kind":"refused","account":"110060149019"})");

    EXPECT_EQ(status_of(pay_out()), 200);
    EXPECT_EQ(status_of(pay_out("PO20260101000002")), 403);
    EXPECT_EQ(status_of(pay_out("PO20260101000003")), 200);
}

TEST_F(BankFault, IsRefusedWhenItMakesNoSense) {
    for (const char* order :
         {R"({"operation":"payout","kind":"not_found"})",
          R"({"operation":"payout","kind":"reversed"})",
          R"({"operation":"payout_query","kind":"payout_failed"})",
          R"({"operation":"payout_callback","kind":"drop_before"})"}) {
        EXPECT_EQ(refusal_of(control("/sim/faults", order)), "400 invalid") << order;
    }
}

TEST_F(BankFault, RepeatsForASeed) {
    std::vector<std::string> books;
    for (int round = 0; round < 2; ++round) {
        restart();
        order_fault(R"({"operation":"payout","kind":"payout_failed","count":-1,"share_percent":50})"
        );
        for (int i = 10; i < 22; ++i) {
            Value body = payout_body("PO202601010000" + std::to_string(i), 1000);
            body.set("notify_url", nullptr);
            ASSERT_EQ(status_of(send_payout(body)), 200);
        }
        books.push_back(control("/sim/bank/books").value().body);
    }

    EXPECT_EQ(books[0], books[1]);
    EXPECT_TRUE(books[0].contains("\"failed\""));
    EXPECT_TRUE(books[0].contains("\"succeeded\""));
}

TEST_F(BankCallback, TellsTheEndSigned) {
    ASSERT_EQ(status_of(pay_out()), 200);

    const auto callbacks = receiver_.wait_for(1);

    ASSERT_EQ(callbacks.size(), 1U);
    EXPECT_TRUE(is_signed_notice(callbacks.front()));
    EXPECT_TRUE(callbacks.front().body.contains(R"("event":"payout.succeeded")"));
    EXPECT_EQ(told_by(callbacks.front()).text_or_empty("request_number"), kPayout);
    EXPECT_EQ(told_by(callbacks.front()).int_or("amount", 0), 5000);
}

TEST_F(BankCallback, IsRepeatedUnderOneIdUntilItIsAcknowledged) {
    receiver_.answer_first_with({500, 400, 200});
    ASSERT_EQ(status_of(pay_out()), 200);

    const auto callbacks = receiver_.wait_for(3);

    ASSERT_EQ(callbacks.size(), 3U);
    EXPECT_EQ(callbacks[0].body, callbacks[2].body);
    EXPECT_NE(
        callbacks[0].headers.get_or_empty("Bank-Nonce"),
        callbacks[2].headers.get_or_empty("Bank-Nonce")
    );
}

TEST_F(BankCallback, ComesBeforeTheAnswerWhenItIsEarly) {
    order_fault(R"({"operation":"payout","kind":"early"})");

    EXPECT_EQ(body_of(pay_out()).text_or_empty("status"), "accepted");

    EXPECT_EQ(receiver_.count(), 1U);
}

TEST_F(BankCallback, IsMissingLateOrDuplicatedWhenOrdered) {
    order_fault(R"({"operation":"payout_callback","kind":"missing"})");
    ASSERT_EQ(status_of(pay_out()), 200);
    order_fault(R"({"operation":"payout_callback","kind":"duplicate","value":3})");
    order_fault(R"({"operation":"payout_callback","kind":"late_ms","value":30})");
    const auto began = std::chrono::steady_clock::now();
    ASSERT_EQ(status_of(pay_out("PO20260101000002")), 200);

    const auto callbacks = receiver_.wait_for(3);

    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(30));
    ASSERT_EQ(callbacks.size(), 3U);
    EXPECT_EQ(told_by(callbacks.front()).text_or_empty("request_number"), "PO20260101000002");
    EXPECT_EQ(booked_payout().int_or("callbacks_sent", -1), 0);
}

TEST_F(BankCallback, LiesWhenToldToAndOnlyThen) {
    given_slow_payouts();
    ASSERT_EQ(status_of(pay_out()), 200);
    const auto send_lie = [&](const std::string& kind) {
        const std::size_t before = receiver_.count();
        const auto sent = control(
            "/sim/bank/callback",
            R"({"request_number":"PO20260101000001","kind":")" + kind + R"("})"
        );
        EXPECT_EQ(body_of(sent).int_or("answered_status", 0), 204) << kind;
        return receiver_.wait_for(before + 1).back();
    };

    const http::Request amount = send_lie("wrong_amount");
    EXPECT_TRUE(is_signed_notice(amount));
    EXPECT_EQ(told_by(amount).int_or("amount", 0), 5001);
    EXPECT_NE(told_by(send_lie("wrong_merchant")).text_or_empty("account"), kBankAccount);
    EXPECT_NE(told_by(send_lie("wrong_number")).text_or_empty("request_number"), kPayout);
    EXPECT_FALSE(is_signed_notice(send_lie("bad_signature")));
    const http::Request forged = send_lie("forged");
    EXPECT_FALSE(is_signed_notice(forged));
    EXPECT_EQ(told_by(forged).text_or_empty("status"), "succeeded");
    const http::Request again = send_lie("resend");
    EXPECT_TRUE(is_signed_notice(again));
    EXPECT_EQ(told_by(again).text_or_empty("status"), "processing");

    EXPECT_EQ(status_of_payout(), "processing");
    EXPECT_EQ(
        refusal_of(control(
            "/sim/bank/callback", R"({"request_number":"PO20260101000001","kind":"louder"})"
        )),
        "400 invalid"
    );
}

}  // namespace
}  // namespace sluice::simulator::testing
