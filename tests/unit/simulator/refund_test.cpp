#include <atomic>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "unit/simulator/refund_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using PspRefund = PspRefundTest;

TEST_F(PspRefund, PaysBackAPartAndTellsSoAtOnce) {
    given_paid();

    const auto answer = refund();

    ASSERT_EQ(status_of(answer), 200);
    EXPECT_TRUE(is_signed_by_platform(answer->headers, answer->body));
    const Value told = body_of(answer);
    EXPECT_EQ(told.text_or_empty("status"), "SUCCESS");
    EXPECT_EQ(told.text_or_empty("out_refund_no"), kRefund);
    EXPECT_EQ(told.text_or_empty("out_trade_no"), kOrder);
    EXPECT_EQ(told.text_or_empty("refund_id").size(), 29U);
    EXPECT_EQ(told.find("amount")->int_or("refund", 0), 234);
    EXPECT_EQ(told.find("amount")->int_or("total", 0), 1234);
    EXPECT_FALSE(told.text_or_empty("success_time").empty());
    EXPECT_EQ(body_of(query_refund()).text_or_empty("refund_id"), told.text_or_empty("refund_id"));
}

TEST_F(PspRefund, IsProcessingFirstWhenTheChannelIsSlow) {
    given_paid();
    given_slow_refunds();

    EXPECT_EQ(body_of(refund()).text_or_empty("status"), "PROCESSING");
    EXPECT_EQ(status_of_refund(), "PROCESSING");
    EXPECT_EQ(body_of(query_refund()).find("success_time"), nullptr);
    ASSERT_EQ(status_of(end_refund("SUCCESS")), 200);

    EXPECT_EQ(status_of_refund(), "SUCCESS");
}

TEST_F(PspRefund, TurnsTheOrderIntoARefundedOne) {
    given_paid();
    EXPECT_EQ(body_of(query(kOrder)).text_or_empty("trade_state"), "SUCCESS");

    ASSERT_EQ(status_of(refund()), 200);

    EXPECT_EQ(body_of(query(kOrder)).text_or_empty("trade_state"), "REFUND");
    EXPECT_EQ(body_of(query(kOrder)).find("amount")->int_or("total", 0), 1234);
}

TEST_F(PspRefund, IsGivenByTransactionIdToo) {
    ASSERT_EQ(status_of(create(kOrder)), 200);
    const std::string transaction(body_of(pay(kOrder)).text_or_empty("transaction_id"));
    Value body = refund_body({});
    body.set("out_trade_no", nullptr);
    body.set("transaction_id", transaction);

    EXPECT_EQ(body_of(send_refund(body)).text_or_empty("out_trade_no"), kOrder);

    body.set("out_trade_no", "SL20260101000002");
    body.set("out_refund_no", "RF2");
    EXPECT_EQ(refusal_of(send_refund(body)), "400 INVALID_REQUEST");
}

TEST_F(PspRefund, IsTheSameForTheSameNumberAndParameters) {
    given_paid();
    const Value first = body_of(refund());
    Value by_transaction = refund_body({});
    by_transaction.set("out_trade_no", nullptr);
    by_transaction.set("transaction_id", first.text_or_empty("transaction_id"));

    const Value again = body_of(refund());
    const Value otherwise_named = body_of(send_refund(by_transaction));

    EXPECT_EQ(to_json(again), to_json(first));
    EXPECT_EQ(to_json(otherwise_named), to_json(first));
    EXPECT_EQ(booked(kOrder).int_or("refunded_amount", 0), 234);
    EXPECT_EQ(booked_refund().int_or("creates", 0), 3);
}

TEST_F(PspRefund, RefusesItsNumberForAnythingElse) {
    given_paid();
    given_paid("SL20260101000002");
    ASSERT_EQ(status_of(refund()), 200);
    Value other_reason = refund_body({});
    other_reason.set("reason", "another");

    EXPECT_EQ(refusal_of(refund({.refund = 235})), "400 REFUND_FEE_MISMATCH");
    EXPECT_EQ(refusal_of(refund({.total = 1235})), "400 REFUND_FEE_MISMATCH");
    EXPECT_EQ(refusal_of(refund({.out_trade_no = "SL20260101000002"})), "400 INVALID_REQUEST");
    EXPECT_EQ(refusal_of(send_refund(other_reason)), "400 INVALID_REQUEST");
    EXPECT_EQ(booked(kOrder).int_or("refunded_amount", 0), 234);
}

TEST_F(PspRefund, NeedsAnOrderThatWasPaid) {
    EXPECT_EQ(refusal_of(refund()), "404 RESOURCE_NOT_EXISTS");
    ASSERT_EQ(status_of(create(kOrder)), 200);
    EXPECT_EQ(refusal_of(refund()), "403 TRADE_ERROR");
    ASSERT_EQ(status_of(close(kOrder)), 204);
    EXPECT_EQ(refusal_of(refund()), "403 TRADE_ERROR");
    EXPECT_TRUE(booked_refund().is_null());
}

TEST_F(PspRefund, NeedsTheOrdersOwnTotal) {
    given_paid();

    EXPECT_EQ(refusal_of(refund({.total = 1235})), "400 REFUND_FEE_MISMATCH");
    EXPECT_EQ(refusal_of(query_refund()), "404 RESOURCE_NOT_EXISTS");
}

TEST_F(PspRefund, NeverExceedsWhatWasPaid) {
    given_paid();
    given_slow_refunds();
    ASSERT_EQ(status_of(refund({.refund = 1000})), 200);

    EXPECT_EQ(refusal_of(refund({.out_refund_no = "RF2", .refund = 235})), "400 INVALID_REQUEST");
    EXPECT_EQ(status_of(refund({.out_refund_no = "RF3", .refund = 234})), 200);
    EXPECT_EQ(refusal_of(refund({.out_refund_no = "RF4", .refund = 1})), "400 INVALID_REQUEST");

    EXPECT_EQ(booked(kOrder).int_or("refunding_amount", 0), 1234);
}

TEST_F(PspRefund, NeverExceedsWhatWasPaidWhenManyComeAtOnce) {
    given_paid();
    std::atomic<int> accepted = 0;
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 8; ++caller) {
        callers.emplace_back([this, &accepted, caller] {
            for (int i = 0; i < 4; ++i) {
                const std::string number = "RF" + std::to_string(caller) + std::to_string(i);
                const auto answer = refund({.out_refund_no = number, .refund = 100});
                accepted += status_of(answer) == 200 ? 1 : 0;
            }
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }

    EXPECT_EQ(accepted, 12);
    EXPECT_EQ(booked(kOrder).int_or("refunded_amount", 0), 1200);
    EXPECT_EQ(funds().int_or("balance", 0), 34);
}

TEST_F(PspRefund, IsTheLastAfterFifty) {
    given_paid();
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(status_of(refund({.out_refund_no = "RF" + std::to_string(i), .refund = 1})), 200);
    }

    EXPECT_EQ(refusal_of(refund({.out_refund_no = "RF50", .refund = 1})), "403 RULE_LIMIT");
    EXPECT_EQ(status_of(refund({.out_refund_no = "RF49", .refund = 1})), 200);
}

TEST_F(PspRefund, IsPossibleFor365Days) {
    given_paid();
    given_paid("SL20260101000002");

    clock_.advance(std::chrono::days(365));
    EXPECT_EQ(status_of(refund()), 200);
    clock_.advance(std::chrono::seconds(1));

    EXPECT_EQ(refusal_of(refund({.out_refund_no = "RF2"})), "403 TRADE_OVERDUE");
    EXPECT_EQ(status_of(refund()), 200);
}

TEST_F(PspRefund, KeepsTheGapBetweenTwoOfOneOrder) {
    given_paid();
    given_paid("SL20260101000002");
    ASSERT_EQ(status_of(control("/sim/refund_course", R"({"gap_ms":60000})")), 200);
    ASSERT_EQ(status_of(refund()), 200);

    EXPECT_EQ(refusal_of(refund({.out_refund_no = "RF2"})), "429 FREQUENCY_LIMITED");
    EXPECT_EQ(status_of(refund({.out_trade_no = "SL20260101000002", .out_refund_no = "RF3"})), 200);
    clock_.advance(std::chrono::seconds(60));
    EXPECT_EQ(status_of(refund({.out_refund_no = "RF2"})), 200);
}

TEST_F(PspRefund, NeedsMoneyInTheMerchantsBalance) {
    given_paid();
    ASSERT_EQ(status_of(control("/sim/funds", R"({"sweep":1001})")), 200);

    EXPECT_EQ(refusal_of(refund()), "403 NOT_ENOUGH");
    EXPECT_EQ(refusal_of(query_refund()), "404 RESOURCE_NOT_EXISTS");
    ASSERT_EQ(status_of(control("/sim/funds", R"({"top_up":1})")), 200);
    EXPECT_EQ(status_of(refund()), 200);

    const Value row = funds();
    EXPECT_EQ(row.int_or("collected", 0), 1234);
    EXPECT_EQ(row.int_or("refunded", 0), 234);
    EXPECT_EQ(row.int_or("balance", -1), 0);
}

TEST_F(PspRefund, GivesTheMoneyBackToTheMerchantWhenItIsClosed) {
    given_paid();
    given_slow_refunds();
    ASSERT_EQ(status_of(refund()), 200);
    EXPECT_EQ(funds().int_or("balance", 0), 1000);

    ASSERT_EQ(status_of(end_refund("CLOSED")), 200);

    EXPECT_EQ(status_of_refund(), "CLOSED");
    EXPECT_EQ(funds().int_or("balance", 0), 1234);
    EXPECT_EQ(body_of(query(kOrder)).text_or_empty("trade_state"), "SUCCESS");
    EXPECT_EQ(status_of(refund({.out_refund_no = "RF2", .refund = 1234})), 200);
}

TEST_F(PspRefund, HoldsTheMoneyWhenItIsAbnormal) {
    given_paid();
    given_slow_refunds();
    ASSERT_EQ(status_of(refund()), 200);

    ASSERT_EQ(status_of(end_refund("ABNORMAL")), 200);

    EXPECT_EQ(status_of_refund(), "ABNORMAL");
    EXPECT_EQ(funds().int_or("held", 0), 234);
    EXPECT_EQ(booked(kOrder).int_or("held_amount", 0), 234);
    EXPECT_EQ(refusal_of(refund({.out_refund_no = "RF2", .refund = 1001})), "400 INVALID_REQUEST");
}

TEST_F(PspRefund, EndsOnceButASuccessMayComeBack) {
    given_paid();
    given_slow_refunds();
    ASSERT_EQ(status_of(refund()), 200);
    EXPECT_EQ(refusal_of(end_refund("PROCESSING")), "409 REFUND_ENDED");
    ASSERT_EQ(status_of(end_refund("SUCCESS")), 200);

    EXPECT_EQ(refusal_of(end_refund("SUCCESS")), "409 REFUND_ENDED");
    EXPECT_EQ(refusal_of(end_refund("CLOSED")), "409 REFUND_ENDED");
    EXPECT_EQ(status_of(end_refund("ABNORMAL")), 200);
    EXPECT_EQ(refusal_of(end_refund("SUCCESS")), "409 REFUND_ENDED");

    EXPECT_EQ(booked(kOrder).int_or("refunded_amount", -1), 0);
    EXPECT_EQ(funds().int_or("held", 0), 234);
}

TEST_F(PspRefund, IsToldInTheBooksWithTheOneWhoGotIt) {
    given_paid();
    ASSERT_EQ(status_of(refund()), 200);
    ASSERT_EQ(status_of(refund({.out_refund_no = "RF2", .refund = 6})), 200);

    const Value report = body_of(control("/sim/refunds?out_trade_no=SL20260101000001"));

    EXPECT_EQ(report.find("refunds")->as_array()->size(), 2U);
    EXPECT_EQ(report.find("summary")->int_or("refunded_amount", 0), 240);
    const Value row = booked_refund();
    EXPECT_EQ(row.int_or("amount_refund", 0), 234);
    EXPECT_EQ(row.text_or_empty("payer_openid"), booked(kOrder).text_or_empty("payer_openid"));
    EXPECT_FALSE(row.text_or_empty("payer_openid").empty());
    EXPECT_EQ(booked(kOrder).int_or("refunds", 0), 2);
    EXPECT_EQ(booked(kOrder).int_or("refunded_amount", 0), 240);
}

TEST_F(PspRefund, BelievesNoSignatureButTheMerchants) {
    given_paid();
    const std::string body = to_json(refund_body({}));

    const auto forged = call(
        {.method = "POST",
         .target = "/v3/refund/domestic/refunds",
         .body = body,
         .signed_body = "{}"}
    );
    const auto spied =
        call({.target = "/v3/refund/domestic/refunds/" + std::string(kRefund), .signed_body = "x"});

    EXPECT_EQ(refusal_of(forged), "401 SIGN_ERROR");
    EXPECT_EQ(refusal_of(spied), "401 SIGN_ERROR");
    EXPECT_TRUE(booked_refund().is_null());
}

TEST_F(PspRefund, HasNoOtherPathsAndMethods) {
    EXPECT_EQ(status_of(call({.target = "/v3/refund/domestic/refunds"})), 405);
    EXPECT_EQ(status_of(call({.target = "/v3/refund/domestic/refunds/"})), 404);
    EXPECT_EQ(status_of(call({.target = "/v3/refund/domestic/refunds/a/b"})), 404);
    EXPECT_EQ(status_of(call({.target = "/v3/refund/elsewhere"})), 404);
}

TEST_F(PspRefund, ControlsRefuseWhatMakesNoSense) {
    EXPECT_EQ(refusal_of(end_refund("LOST")), "400 invalid");
    EXPECT_EQ(refusal_of(end_refund("SUCCESS")), "404 RESOURCE_NOT_EXISTS");
    EXPECT_EQ(refusal_of(control("/sim/refund_course", R"({"delay_ms":-1})")), "400 invalid");
    EXPECT_EQ(refusal_of(control("/sim/funds", R"({"top_up":"1"})")), "400 invalid");
    EXPECT_EQ(refusal_of(control("/sim/funds", R"({"top_up":1,"sweep":1})")), "400 invalid");
    EXPECT_EQ(refusal_of(control("/sim/funds", R"({"mchid":"1","sweep":1})")), "400 invalid");
    EXPECT_EQ(refusal_of(control("/sim/funds", R"({"sweep":1})")), "409 NOT_ENOUGH");
}

struct BadRefund {
    const char* name;
    std::function<void(Value&)> bend;
    const char* field;
};

class PspRefusesRefunds : public PspRefundTest, public ::testing::WithParamInterface<BadRefund> {};

TEST_P(PspRefusesRefunds, AndNamesTheField) {
    given_paid();
    Value body = refund_body({});
    GetParam().bend(body);

    const auto answer = send_refund(body);

    EXPECT_EQ(refusal_of(answer), "400 PARAM_ERROR");
    ASSERT_NE(body_of(answer).find("detail"), nullptr);
    EXPECT_EQ(body_of(answer).find("detail")->text_or_empty("field"), GetParam().field);
}

Value amount(Value refund, Value total, Value currency) {
    return Value(ValueObject{
        {"refund", std::move(refund)},
        {"total", std::move(total)},
        {"currency", std::move(currency)}
    });
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    PspRefusesRefunds,
    ::testing::Values(
        BadRefund{"NoOrder", [](Value& b) { b.set("out_trade_no", nullptr); }, "/transaction_id"},
        BadRefund{"NoNumber", [](Value& b) { b.set("out_refund_no", ""); }, "/out_refund_no"},
        BadRefund{
            "LongNumber",
            [](Value& b) { b.set("out_refund_no", std::string(65, '1')); },
            "/out_refund_no"
        },
        BadRefund{
            "StrangeNumber", [](Value& b) { b.set("out_refund_no", "RF 1"); }, "/out_refund_no"
        },
        BadRefund{"LongReason", [](Value& b) { b.set("reason", std::string(81, 'r')); }, "/reason"},
        BadRefund{
            "NotifyWithQuery",
            [](Value& b) { b.set("notify_url", "https://a.example/n?x=1"); },
            "/notify_url"
        },
        BadRefund{
            "OtherFunds", [](Value& b) { b.set("funds_account", "BASIC"); }, "/funds_account"
        },
        BadRefund{
            "ZeroAmount",
            [](Value& b) { b.set("amount", amount(0, 1234, "CNY")); },
            "/amount/refund"
        },
        BadRefund{
            "FractionAmount",
            [](Value& b) { b.set("amount", amount(1.5, 1234, "CNY")); },
            "/amount/refund"
        },
        BadRefund{
            "NoTotal", [](Value& b) { b.set("amount", amount(1, nullptr, "CNY")); }, "/amount/total"
        },
        BadRefund{
            "MoreThanTheTotal",
            [](Value& b) { b.set("amount", amount(1235, 1234, "CNY")); },
            "/amount/refund"
        },
        BadRefund{
            "NoCurrency",
            [](Value& b) { b.set("amount", amount(1, 1234, nullptr)); },
            "/amount/currency"
        },
        BadRefund{
            "OtherCurrency",
            [](Value& b) { b.set("amount", amount(1, 1234, "USD")); },
            "/amount/currency"
        }
    ),
    [](const auto& row) { return row.param.name; }
);

}  // namespace
}  // namespace sluice::simulator::testing
