#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using Bank = BankTest;

TEST_F(Bank, AcceptsFirstAndPaysThen) {
    const auto answer = pay_out();

    ASSERT_EQ(status_of(answer), 200);
    EXPECT_TRUE(is_signed_by_bank(answer, kPayouts));
    const Value told = body_of(answer);
    EXPECT_EQ(told.text_or_empty("status"), "accepted");
    EXPECT_EQ(told.text_or_empty("request_number"), kPayout);
    EXPECT_EQ(told.text_or_empty("account"), kBankAccount);
    EXPECT_EQ(told.int_or("amount", 0), 5000);
    const auto query = query_payout();
    EXPECT_TRUE(is_signed_by_bank(query, kPayouts + ("/" + std::string(kPayout))));
    EXPECT_EQ(body_of(query).text_or_empty("status"), "succeeded");
    EXPECT_EQ(body_of(query).text_or_empty("payout_id"), told.text_or_empty("payout_id"));
    EXPECT_EQ(booked_payout().text_or_empty("payee_account_number"), "6222020200112233445");
}

TEST_F(Bank, GoesThroughProcessingWhenItIsSlow) {
    given_slow_payouts();

    EXPECT_EQ(body_of(pay_out()).text_or_empty("status"), "accepted");
    EXPECT_EQ(status_of_payout(), "processing");
    EXPECT_EQ(account_row().int_or("paying", 0), 5000);
    ASSERT_EQ(status_of(advance("succeeded")), 200);

    EXPECT_EQ(status_of_payout(), "succeeded");
    EXPECT_EQ(account_row().int_or("paid", 0), 5000);
}

TEST_F(Bank, GivesTheMoneyBackWhenAPayoutFails) {
    given_slow_payouts();
    ASSERT_EQ(status_of(pay_out()), 200);

    ASSERT_EQ(status_of(advance("failed")), 200);

    EXPECT_EQ(body_of(query_payout()).text_or_empty("reason_code"), "PAYEE_NAME_MISMATCH");
    EXPECT_EQ(account_row().int_or("available", 0), kBankOpening);
}

TEST_F(Bank, ReturnsAPayoutAfterItsSuccess) {
    ASSERT_EQ(status_of(pay_out()), 200);
    EXPECT_EQ(account_row().int_or("available", 0), kBankOpening - 5000);

    ASSERT_EQ(status_of(advance("returned")), 200);

    const Value told = body_of(query_payout());
    EXPECT_EQ(told.text_or_empty("status"), "returned");
    EXPECT_EQ(told.text_or_empty("reason_code"), "PAYEE_ACCOUNT_CLOSED");
    EXPECT_FALSE(told.text_or_empty("returned_at").empty());
    EXPECT_EQ(account_row().int_or("available", 0), kBankOpening);
    EXPECT_EQ(account_row().int_or("returned", 0), 5000);
}

struct StepRow {
    const char* from;
    std::vector<const char*> allowed;
};

TEST_F(Bank, LetsNoOtherStatusFollow) {
    given_slow_payouts();
    const std::vector<StepRow> rows{
        {"processing", {"succeeded", "failed"}},
        {"succeeded", {"returned"}},
        {"failed", {}},
        {"returned", {}}
    };
    int number = 10;
    for (const StepRow& row : rows) {
        for (const char* to : {"accepted", "processing", "succeeded", "failed", "returned"}) {
            const std::string payout = "PO202601010000" + std::to_string(number++);
            ASSERT_EQ(status_of(pay_out(payout, 1)), 200);
            const std::string from = row.from;
            if (from == "returned") {
                ASSERT_EQ(status_of(advance("succeeded", payout)), 200);
            }
            if (from != "processing") {
                ASSERT_EQ(status_of(advance(from, payout)), 200);
            }
            const bool allowed =
                std::ranges::any_of(row.allowed, [&](std::string_view text) { return text == to; });
            EXPECT_EQ(status_of(advance(to, payout)), allowed ? 200 : 409) << from << " " << to;
        }
    }
    EXPECT_EQ(refusal_of(advance("lost")), "400 invalid");
    EXPECT_EQ(refusal_of(advance("failed")), "404 REQUEST_UNKNOWN");
}

TEST_F(Bank, MakesOnePayoutForOneRequestNumber) {
    const Value first = body_of(pay_out());
    ValueObject members = *payout_body().as_object();
    std::swap(members.front(), members.back());

    const Value again = body_of(send_payout(Value(members)));

    EXPECT_EQ(again.text_or_empty("payout_id"), first.text_or_empty("payout_id"));
    EXPECT_EQ(again.text_or_empty("status"), "succeeded");
    EXPECT_EQ(account_row().int_or("paid", 0), 5000);
    EXPECT_EQ(booked_payout().int_or("creates", 0), 2);
}

TEST_F(Bank, RefusesARequestNumberForAnythingElse) {
    ASSERT_EQ(status_of(pay_out()), 200);
    Value other_purpose = payout_body();
    other_purpose.set("purpose", "another");

    const auto amount = pay_out(kPayout, 5001);

    EXPECT_EQ(refusal_of(amount), "409 REQUEST_NUMBER_USED");
    EXPECT_TRUE(is_signed_by_bank(amount, kPayouts));
    EXPECT_EQ(refusal_of(send_payout(other_purpose)), "409 REQUEST_NUMBER_USED");
    EXPECT_EQ(account_row().int_or("paid", 0), 5000);
}

TEST_F(Bank, KnowsOnlyWhatItWasAsked) {
    const auto answer = query_payout();

    EXPECT_EQ(refusal_of(answer), "404 REQUEST_UNKNOWN");
    EXPECT_TRUE(is_signed_by_bank(answer, kPayouts + ("/" + std::string(kPayout))));
}

TEST_F(Bank, NeverOverdrawsAnAccount) {
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"sweep":95001})")), 200);
    ASSERT_EQ(account_row().int_or("available", 0), 4999);

    EXPECT_EQ(refusal_of(pay_out()), "403 INSUFFICIENT_FUNDS");
    EXPECT_EQ(refusal_of(query_payout()), "404 REQUEST_UNKNOWN");
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"top_up":1})")), 200);

    EXPECT_EQ(status_of(pay_out()), 200);
    EXPECT_EQ(account_row().int_or("available", -1), 0);
}

TEST_F(Bank, HoldsToTheLimitOfOnePayoutAndOfOneDay) {
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"top_up":1000000})")), 200);
    EXPECT_EQ(refusal_of(pay_out(kPayout, 30001)), "403 SINGLE_LIMIT_EXCEEDED");
    ASSERT_EQ(status_of(pay_out("PO20260101000011", 30000)), 200);
    ASSERT_EQ(status_of(pay_out("PO20260101000012", 30000)), 200);

    EXPECT_EQ(refusal_of(pay_out("PO20260101000013", 20001)), "403 DAILY_LIMIT_EXCEEDED");
    EXPECT_EQ(status_of(pay_out("PO20260101000014", 20000)), 200);
    EXPECT_EQ(refusal_of(pay_out("PO20260101000013", 1)), "403 DAILY_LIMIT_EXCEEDED");

    // The day ends at midnight in Beijing; the test began there at 08:00.
    clock_.advance(std::chrono::hours(16));
    EXPECT_EQ(status_of(pay_out("PO20260101000013", 20001)), 200);
}

TEST_F(Bank, HoldsToItsLimitsWhenManyComeAtOnce) {
    std::atomic<int> accepted = 0;
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 8; ++caller) {
        callers.emplace_back([this, &accepted, caller] {
            for (int i = 0; i < 4; ++i) {
                const std::string number = std::to_string(caller) + std::to_string(i);
                const auto answer = send(
                    {.method = "POST",
                     .target = kPayouts,
                     .body = to_json(payout_body("PO202601010000" + number)),
                     .nonce = "nonceofcaller000" + number}
                );
                accepted += status_of(answer) == 200 ? 1 : 0;
            }
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }

    EXPECT_EQ(accepted, 16);
    EXPECT_EQ(account_row().int_or("paid", 0), 80'000);
}

TEST_F(Bank, TellsTheBalanceAndTheLimits) {
    given_slow_payouts();
    ASSERT_EQ(status_of(pay_out()), 200);

    const auto answer = balance();

    EXPECT_TRUE(is_signed_by_bank(answer, "/bank/v1/balance"));
    EXPECT_EQ(body_of(answer).int_or("available", 0), kBankOpening - 5000);
    EXPECT_EQ(body_of(answer).int_or("paying", 0), 5000);
    EXPECT_EQ(body_of(answer).int_or("used_today", 0), 5000);
    EXPECT_EQ(body_of(answer).int_or("daily_limit", 0), 80000);
}

TEST_F(Bank, BelievesOnlyWhoKnowsTheKey) {
    const std::string body = to_json(payout_body());
    const BankCall good{.method = "POST", .target = kPayouts, .body = body};
    const auto bent = [&](const std::function<void(BankCall&)>& bend) {
        BankCall call = good;
        bend(call);
        return refusal_of(send(call));
    };

    const char* no = "401 SIGNATURE_INVALID";
    EXPECT_EQ(bent([](BankCall& c) { c.key = std::string(64, '0'); }), no);
    EXPECT_EQ(bent([](BankCall& c) { c.account = "110060149019"; }), no);
    EXPECT_EQ(bent([](BankCall& c) { c.signed_body = "{}"; }), no);
    EXPECT_EQ(bent([](BankCall& c) { c.signed_target = "/bank/v1/balance"; }), no);
    EXPECT_EQ(bent([](BankCall& c) { c.clock_skew_s = 301; }), no);
    EXPECT_EQ(bent([](BankCall& c) { c.clock_skew_s = -301; }), no);
    EXPECT_EQ(bent([](BankCall& c) { c.nonce = "short"; }), no);
    EXPECT_EQ(bent([](BankCall& c) { c.nonce = "with-a-dash-0000"; }), no);
    EXPECT_TRUE(booked_payout().is_null());
    EXPECT_EQ(bent([](BankCall& c) { c.clock_skew_s = 300; }), "200 ");
}

TEST_F(Bank, TakesANonceOnce) {
    const BankCall call{.target = "/bank/v1/balance", .nonce = "0123456789abcdef"};
    ASSERT_EQ(status_of(send(call)), 200);

    EXPECT_EQ(refusal_of(send(call)), "401 NONCE_USED");

    clock_.advance(std::chrono::minutes(11));
    EXPECT_EQ(status_of(send(call)), 200);
}

TEST_F(Bank, HasNoOtherPathsAndMethods) {
    EXPECT_EQ(status_of(send({.target = kPayouts})), 405);
    EXPECT_EQ(status_of(send({.method = "POST", .target = "/bank/v1/balance"})), 405);
    EXPECT_EQ(status_of(send({.target = "/bank/v1/payouts/a/b"})), 404);
    EXPECT_EQ(status_of(send({.target = "/bank/v2/payouts"})), 404);
}

TEST_F(Bank, ControlsRefuseWhatMakesNoSense) {
    EXPECT_EQ(refusal_of(control("/sim/bank/course", R"({"delay_ms":"1"})")), "400 invalid");
    EXPECT_EQ(
        refusal_of(control("/sim/bank/funds", R"({"sweep":100001})")), "409 INSUFFICIENT_FUNDS"
    );
    EXPECT_EQ(refusal_of(control("/sim/bank/funds", "{}")), "400 invalid");
    EXPECT_EQ(
        refusal_of(control("/sim/bank/funds", R"({"account":"1","sweep":1})")), "400 invalid"
    );
    EXPECT_EQ(refusal_of(control("/sim/bank/funds", "[]")), "400 invalid");
    EXPECT_EQ(refusal_of(control("/sim/bank/vault", "{}")), "404 not_found");
}

struct BadPayout {
    const char* name;
    std::function<void(Value&)> bend;
    const char* field;
};

class BankRefusesPayouts : public BankTest, public ::testing::WithParamInterface<BadPayout> {};

TEST_P(BankRefusesPayouts, AndNamesTheField) {
    Value body = payout_body();
    GetParam().bend(body);

    const auto answer = send_payout(body);

    EXPECT_EQ(refusal_of(answer), "400 PARAM_ERROR");
    EXPECT_EQ(body_of(answer).text_or_empty("field"), GetParam().field);
    EXPECT_TRUE(is_signed_by_bank(answer, kPayouts));
}

/// A payee with one member changed.
std::function<void(Value&)> with_payee(const char* name, const Value& value) {
    return [name, value](Value& body) {
        Value payee = *body.find("payee");
        payee.set(name, value);
        body.set("payee", payee);
    };
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    BankRefusesPayouts,
    ::testing::Values(
        BadPayout{
            "ShortNumber", [](Value& b) { b.set("request_number", "PO12345"); }, "/request_number"
        },
        BadPayout{
            "StrangeNumber",
            [](Value& b) { b.set("request_number", "PO_12345678"); },
            "/request_number"
        },
        BadPayout{"NoAmount", [](Value& b) { b.set("amount", nullptr); }, "/amount"},
        BadPayout{"ZeroAmount", [](Value& b) { b.set("amount", 0); }, "/amount"},
        BadPayout{"FractionAmount", [](Value& b) { b.set("amount", 0.5); }, "/amount"},
        BadPayout{"OtherCurrency", [](Value& b) { b.set("currency", "USD"); }, "/currency"},
        BadPayout{"NoCurrency", [](Value& b) { b.set("currency", nullptr); }, "/currency"},
        BadPayout{"NoPayee", [](Value& b) { b.set("payee", nullptr); }, "/payee/name"},
        BadPayout{"NoPayeeName", with_payee("name", ""), "/payee/name"},
        BadPayout{"ShortAccount", with_payee("account_number", "1234567"), "/payee/account_number"},
        BadPayout{
            "AccountWithLetters", with_payee("account_number", "6222a000"), "/payee/account_number"
        },
        BadPayout{"ShortBankCode", with_payee("bank_code", "10210009999"), "/payee/bank_code"},
        BadPayout{"NoPurpose", [](Value& b) { b.set("purpose", ""); }, "/purpose"},
        BadPayout{
            "NotifyWithQuery",
            [](Value& b) { b.set("notify_url", "https://a.example/n?x=1"); },
            "/notify_url"
        },
        BadPayout{"NoRecord", [](Value& b) { b = Value(ValueArray{}); }, "/"}
    ),
    [](const auto& row) { return row.param.name; }
);

}  // namespace
}  // namespace sluice::simulator::testing
