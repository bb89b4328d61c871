#include <gtest/gtest.h>

#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using BankStatement = BankTest;

constexpr const char* kDay = "2026-01-01";
constexpr const char* kStatement = "/bank/v1/statements/2026-01-01";

TEST_F(BankStatement, HasALineForEveryChangeOfTheBalanceInTheOrderOfTheDay) {
    given_slow_payouts();
    ASSERT_EQ(status_of(pay_out()), 200);
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"top_up":1000})")), 200);
    clock_.advance(std::chrono::minutes(5));
    ASSERT_EQ(status_of(advance("succeeded")), 200);
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"fee":50})")), 200);
    ASSERT_EQ(status_of(collect(collection_body())), 200);
    ASSERT_EQ(status_of(transfer()), 200);
    ASSERT_EQ(status_of(advance("returned")), 200);
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"sweep":107950})")), 200);
    const std::string payout(body_of(query_payout()).text_or_empty("payout_id"));
    const std::string collection(body_of(query_collection()).text_or_empty("collection_id"));
    clock_.advance(std::chrono::hours(24));

    const auto found = statement(kDay);
    const auto file = send({.target = kStatement + std::string("/file")});

    ASSERT_EQ(status_of(found), 200);
    EXPECT_TRUE(is_signed_by_bank(found, kStatement));
    const Value told = body_of(found);
    EXPECT_EQ(told.text_or_empty("account"), kBankAccount);
    EXPECT_EQ(told.text_or_empty("day"), kDay);
    EXPECT_EQ(told.int_or("opening_balance", -1), kBankOpening);
    EXPECT_EQ(told.int_or("closing_balance", -1), 0);
    EXPECT_EQ(told.int_or("lines", -1), 6);
    EXPECT_EQ(told.text_or_empty("file"), kStatement + std::string("/file"));
    ASSERT_EQ(status_of(file), 200);
    EXPECT_TRUE(is_signed_by_bank(file, kStatement + std::string("/file")));
    EXPECT_EQ(told.text_or_empty("sha256"), channel::sha256_hex(file->body));
    EXPECT_EQ(
        file->body,
        "booked_at,kind,request_number,bank_number,amount,balance\r\n"
        "2026-01-01 08:00:00,CREDIT,,ST000000001,10.00,1010.00\r\n"
        "2026-01-01 08:05:00,PAYOUT,PO20260101000001," +
            payout +
            ",-50.00,960.00\r\n"
            "2026-01-01 08:05:00,FEE,,ST000000003,-0.50,959.50\r\n"
            "2026-01-01 08:05:00,COLLECTION,CO20260101000001," +
            collection +
            ",70.00,1029.50\r\n"
            "2026-01-01 08:05:00,PAYOUT_RETURN,PO20260101000001," +
            payout +
            ",50.00,1079.50\r\n"
            "2026-01-01 08:05:00,DEBIT,,ST000000006,-1079.50,0.00\r\n"
    );
}

TEST_F(BankStatement, HasNothingOfAPayoutThatFailed) {
    given_slow_payouts();
    ASSERT_EQ(status_of(pay_out()), 200);
    ASSERT_EQ(status_of(advance("failed")), 200);
    clock_.advance(std::chrono::hours(24));

    EXPECT_EQ(refusal_of(statement(kDay)), "404 STATEMENT_EMPTY");
}

TEST_F(BankStatement, GoesOnWithTheBalanceOfTheDayBefore) {
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"top_up":1000})")), 200);
    clock_.advance(std::chrono::hours(24));
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"sweep":500})")), 200);
    clock_.advance(std::chrono::hours(24));

    const Value told = body_of(statement("2026-01-02"));

    EXPECT_EQ(told.int_or("opening_balance", -1), kBankOpening + 1000);
    EXPECT_EQ(told.int_or("closing_balance", -1), kBankOpening + 500);
    EXPECT_EQ(refusal_of(statement("2025-12-31")), "404 STATEMENT_EMPTY");
}

TEST_F(BankStatement, IsThereWhenTheDayIsOverInBeijing) {
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"top_up":1000})")), 200);

    const auto today = statement(kDay);
    EXPECT_EQ(refusal_of(today), "409 STATEMENT_NOT_READY");
    EXPECT_TRUE(is_signed_by_bank(today, kStatement));
    EXPECT_EQ(refusal_of(statement("2026-01-02")), "409 STATEMENT_NOT_READY");
    // The test began there at 08:00.
    clock_.advance(std::chrono::hours(16));

    EXPECT_EQ(status_of(statement(kDay)), 200);
}

TEST_F(BankStatement, OfTodayIsToldWhenATesterWantsIt) {
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"top_up":1000})")), 200);

    ASSERT_EQ(status_of(control("/sim/bank/course", R"({"tells_today":true})")), 200);

    EXPECT_EQ(status_of(statement(kDay)), 200);
    EXPECT_EQ(refusal_of(control("/sim/bank/course", R"({"tells_today":1})")), "400 invalid");
}

TEST_F(BankStatement, IsOfADayAndForWhoKnowsTheKey) {
    for (const char* day : {"2026-02-30", "20260101", "yesterday", "2026-01-01T00"}) {
        EXPECT_EQ(refusal_of(statement(day)), "400 PARAM_ERROR") << day;
    }
    EXPECT_EQ(
        refusal_of(send({.target = kStatement, .key = std::string(64, '0')})),
        "401 SIGNATURE_INVALID"
    );
    EXPECT_EQ(status_of(send({.method = "POST", .target = kStatement})), 405);
    EXPECT_EQ(status_of(send({.target = kStatement + std::string("/more")})), 404);
}

TEST_F(BankStatement, SuffersWhatIsOrdered) {
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"top_up":1000})")), 200);
    ASSERT_EQ(status_of(control("/sim/bank/course", R"({"tells_today":true})")), 200);
    order_fault(R"({"operation":"statement","kind":"bad_signature"})");
    order_fault(R"({"operation":"balance","kind":"status_5xx"})");

    EXPECT_FALSE(is_signed_by_bank(statement(kDay), kStatement));
    EXPECT_EQ(refusal_of(balance()), "500 SYSTEM_ERROR");
    EXPECT_EQ(status_of(balance()), 200);
}

TEST_F(BankStatement, OfTheAccountHoldsNoFeeThatItCannotPay) {
    EXPECT_EQ(
        refusal_of(control("/sim/bank/funds", R"({"fee":100001})")), "409 INSUFFICIENT_FUNDS"
    );
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"fee":100})")), 200);

    EXPECT_EQ(account_row().int_or("fees", 0), 100);
    EXPECT_EQ(body_of(balance()).int_or("available", 0), kBankOpening - 100);
}

TEST_F(BankStatement, ShowsWhatAPayoutCostBesideItAlsoWhenItComesBack) {
    given_slow_payouts();
    ASSERT_EQ(status_of(control("/sim/bank/course", R"({"payout_fee":50})")), 200);
    ASSERT_EQ(status_of(pay_out()), 200);
    EXPECT_EQ(body_of(balance()).int_or("available", 0), kBankOpening - 5050);
    EXPECT_EQ(body_of(query_payout()).find("fee"), nullptr) << "nothing is taken yet";
    ASSERT_EQ(status_of(advance("succeeded")), 200);
    const Value paid = body_of(query_payout());
    ASSERT_EQ(status_of(advance("returned")), 200);
    const Value returned = body_of(query_payout());
    clock_.advance(std::chrono::hours(24));

    const auto file = send({.target = kStatement + std::string("/file")});

    EXPECT_EQ(paid.int_or("fee", 0), 50);
    EXPECT_EQ(returned.int_or("fee", 0), 50);
    EXPECT_EQ(account_row().int_or("fees", 0), 50);
    EXPECT_EQ(body_of(balance()).int_or("available", 0), kBankOpening - 50);
    const std::string id(paid.text_or_empty("payout_id"));
    EXPECT_EQ(
        file->body,
        "booked_at,kind,request_number,bank_number,amount,balance\r\n"
        "2026-01-01 08:00:00,PAYOUT,PO20260101000001," +
            id +
            ",-50.00,950.00\r\n"
            "2026-01-01 08:00:00,FEE,PO20260101000001," +
            id +
            ",-0.50,949.50\r\n"
            "2026-01-01 08:00:00,PAYOUT_RETURN,PO20260101000001," +
            id + ",50.00,999.50\r\n"
    );
}

TEST_F(BankStatement, HasNoFeeOfAPayoutThatFailedOrThatTheAccountCannotPay) {
    given_slow_payouts();
    ASSERT_EQ(status_of(control("/sim/bank/course", R"({"payout_fee":50})")), 200);
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"sweep":95000})")), 200);
    EXPECT_EQ(refusal_of(pay_out()), "403 INSUFFICIENT_FUNDS") << "5000 are there, 5050 wanted";
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"top_up":95000})")), 200);
    ASSERT_EQ(status_of(pay_out()), 200);

    ASSERT_EQ(status_of(advance("failed")), 200);

    EXPECT_EQ(body_of(query_payout()).find("fee"), nullptr);
    EXPECT_EQ(body_of(balance()).int_or("available", 0), kBankOpening);
    EXPECT_EQ(account_row().int_or("fees", -1), 0);
    EXPECT_EQ(refusal_of(control("/sim/bank/course", R"({"payout_fee":-1})")), "400 invalid");
}

}  // namespace
}  // namespace sluice::simulator::testing
