#include <functional>

#include <gtest/gtest.h>

#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using BankCollection = BankTest;

TEST_F(BankCollection, OpensAnAccountForOneOrderAlone) {
    const auto first = collect(collection_body());
    const auto other = collect(collection_body("CO20260101000002"));

    ASSERT_EQ(status_of(first), 200);
    EXPECT_TRUE(is_signed_by_bank(first, kCollections));
    const Value told = body_of(first);
    EXPECT_EQ(told.text_or_empty("status"), "open");
    EXPECT_EQ(told.text_or_empty("account"), kBankAccount);
    EXPECT_EQ(told.int_or("amount", 0), 7000);
    const auto deposit = [](const Value& collection) {
        return std::string(collection.find("deposit")->text_or_empty("account_number"));
    };
    EXPECT_EQ(deposit(told), std::string(kBankAccount) + "00000001");
    EXPECT_NE(deposit(told), deposit(body_of(other)));
    EXPECT_EQ(account_row().int_or("collected", -1), 0);
}

TEST_F(BankCollection, IsPaidOnceByWhatComesIn) {
    ASSERT_EQ(status_of(collect(collection_body())), 200);

    ASSERT_EQ(status_of(transfer()), 200);

    EXPECT_EQ(refusal_of(transfer()), "409 COLLECTION_PAID");
    const auto query = query_collection();
    EXPECT_TRUE(is_signed_by_bank(query, kCollections + ("/" + std::string(kCollection))));
    EXPECT_EQ(body_of(query).text_or_empty("status"), "paid");
    EXPECT_EQ(body_of(query).int_or("received_amount", 0), 7000);
    EXPECT_EQ(account_row().int_or("collected", -1), 7000);
    EXPECT_EQ(account_row().int_or("available", -1), kBankOpening + 7000);
    const auto callbacks = receiver_.wait_for(1);
    ASSERT_EQ(callbacks.size(), 1U);
    EXPECT_TRUE(is_signed_notice(callbacks.front()));
    EXPECT_TRUE(callbacks.front().body.contains(R"("event":"collection.paid")"));
    EXPECT_EQ(
        told_by(callbacks.front(), "collection").text_or_empty("request_number"), kCollection
    );
}

TEST_F(BankCollection, TakesWhateverAmountThePayerSends) {
    ASSERT_EQ(status_of(collect(collection_body())), 200);

    ASSERT_EQ(status_of(transfer(R"(,"amount":6999)")), 200);

    EXPECT_EQ(body_of(query_collection()).int_or("received_amount", 0), 6999);
    EXPECT_EQ(body_of(query_collection()).int_or("amount", 0), 7000);
    EXPECT_EQ(account_row().int_or("collected", -1), 6999);
}

TEST_F(BankCollection, ThatIsClosedTakesOnlyATransferThatWasOnItsWay) {
    ASSERT_EQ(status_of(collect(collection_body())), 200);
    ASSERT_EQ(body_of(close_collection()).text_or_empty("status"), "closed");
    EXPECT_EQ(body_of(close_collection()).text_or_empty("status"), "closed");

    EXPECT_EQ(refusal_of(transfer()), "409 COLLECTION_CLOSED");
    EXPECT_EQ(status_of(transfer(R"(,"late":true)")), 200);

    EXPECT_EQ(body_of(query_collection()).text_or_empty("status"), "paid");
    EXPECT_EQ(account_row().int_or("collected", -1), 7000);
}

TEST_F(BankCollection, ThatWasPaidStaysPaidWhenItIsClosed) {
    ASSERT_EQ(status_of(collect(collection_body())), 200);
    ASSERT_EQ(status_of(transfer()), 200);

    const auto closed = close_collection();

    EXPECT_EQ(status_of(closed), 200);
    EXPECT_EQ(body_of(closed).text_or_empty("status"), "paid");
}

TEST_F(BankCollection, ClosesByItselfWhenItExpires) {
    ASSERT_EQ(status_of(collect(collection_body())), 200);
    clock_.advance(std::chrono::hours(2));

    EXPECT_EQ(body_of(query_collection()).text_or_empty("status"), "closed");
    EXPECT_EQ(refusal_of(transfer()), "409 COLLECTION_CLOSED");
    EXPECT_EQ(refusal_of(collect(collection_body("CO20260101000002"))), "403 COLLECTION_EXPIRED");
    EXPECT_TRUE(booked_collection("CO20260101000002").is_null());
}

TEST_F(BankCollection, IsOneForOneRequestNumber) {
    const Value first = body_of(collect(collection_body()));

    const Value again = body_of(collect(collection_body()));
    const auto other = collect(collection_body(kCollection, 7001));

    EXPECT_EQ(again.text_or_empty("collection_id"), first.text_or_empty("collection_id"));
    EXPECT_EQ(booked_collection().int_or("creates", 0), 2);
    EXPECT_EQ(refusal_of(other), "409 REQUEST_NUMBER_USED");
    EXPECT_EQ(refusal_of(query_collection("CO20260101000009")), "404 REQUEST_UNKNOWN");
    EXPECT_EQ(refusal_of(close_collection("CO20260101000009")), "404 REQUEST_UNKNOWN");
}

TEST_F(BankCollection, NeedsTheAgreement) {
    Value body = collection_body();
    body.set("agreement", "VA20260002");

    const auto answer = collect(body);

    EXPECT_EQ(refusal_of(answer), "403 COLLECTION_NOT_AGREED");
    EXPECT_TRUE(is_signed_by_bank(answer, kCollections));
    EXPECT_TRUE(booked_collection().is_null());
}

TEST_F(BankCollection, SuffersWhatIsOrdered) {
    order_fault(R"({"operation":"create","kind":"refused"})");
    EXPECT_EQ(refusal_of(collect(collection_body())), "403 RISK_REFUSED");
    order_fault(R"({"operation":"create","kind":"drop_after"})");
    EXPECT_EQ(collect(collection_body()).error().stage, http::FailureStage::maybe_sent);
    EXPECT_EQ(booked_collection().text_or_empty("status"), "open");
    order_fault(R"({"operation":"query","kind":"not_found"})");
    EXPECT_EQ(refusal_of(query_collection()), "404 REQUEST_UNKNOWN");
    order_fault(R"({"operation":"query","kind":"wrong_merchant"})");
    EXPECT_NE(body_of(query_collection()).text_or_empty("account"), kBankAccount);
    order_fault(R"({"operation":"close","kind":"close_after_pay"})");
    EXPECT_EQ(body_of(close_collection()).text_or_empty("status"), "paid");
    EXPECT_EQ(account_row().int_or("collected", -1), 7000);
}

TEST_F(BankCollection, IsPaidByItselfOrEarlyWhenOrdered) {
    order_fault(R"({"operation":"create","kind":"early"})");
    EXPECT_EQ(body_of(collect(collection_body())).text_or_empty("status"), "open");
    EXPECT_EQ(receiver_.count(), 1U);
    EXPECT_EQ(body_of(query_collection()).text_or_empty("status"), "paid");

    order_fault(R"({"operation":"create","kind":"auto_pay","value":1})");
    ASSERT_EQ(status_of(collect(collection_body("CO20260101000002"))), 200);
    EXPECT_EQ(receiver_.wait_for(2).size(), 2U);
}

TEST_F(BankCollection, CallbackLiesWhenToldTo) {
    ASSERT_EQ(status_of(collect(collection_body())), 200);
    const auto send_lie = [&](const std::string& kind) {
        const std::size_t before = receiver_.count();
        const auto sent = control(
            "/sim/bank/callback",
            R"({"request_number":"CO20260101000001","kind":")" + kind + R"("})"
        );
        EXPECT_EQ(body_of(sent).int_or("answered_status", 0), 204) << kind;
        return receiver_.wait_for(before + 1).back();
    };

    const http::Request forged = send_lie("forged");
    EXPECT_FALSE(is_signed_notice(forged));
    EXPECT_EQ(told_by(forged, "collection").text_or_empty("status"), "paid");
    ASSERT_EQ(status_of(transfer()), 200);
    ASSERT_EQ(receiver_.wait_for(2).size(), 2U);
    const http::Request amount = send_lie("wrong_amount");
    EXPECT_TRUE(is_signed_notice(amount));
    EXPECT_EQ(told_by(amount, "collection").int_or("received_amount", 0), 7001);
    EXPECT_NE(
        told_by(send_lie("wrong_number"), "collection").text_or_empty("request_number"), kCollection
    );
    EXPECT_FALSE(is_signed_notice(send_lie("bad_signature")));
}

TEST_F(BankCollection, ControlsRefuseWhatMakesNoSense) {
    EXPECT_EQ(refusal_of(transfer()), "404 REQUEST_UNKNOWN");
    ASSERT_EQ(status_of(collect(collection_body())), 200);
    EXPECT_EQ(refusal_of(transfer(R"(,"amount":0)")), "400 invalid");
    EXPECT_EQ(refusal_of(transfer(R"(,"amount":"1")")), "400 invalid");
    EXPECT_EQ(refusal_of(transfer(R"(,"late":1)")), "400 invalid");
}

struct BadCollection {
    const char* name;
    std::function<void(Value&)> bend;
    const char* field;
};

class BankRefusesCollections : public BankTest,
                               public ::testing::WithParamInterface<BadCollection> {};

TEST_P(BankRefusesCollections, AndNamesTheField) {
    Value body = collection_body();
    GetParam().bend(body);

    const auto answer = collect(body);

    EXPECT_EQ(refusal_of(answer), "400 PARAM_ERROR");
    EXPECT_EQ(body_of(answer).text_or_empty("field"), GetParam().field);
    EXPECT_TRUE(is_signed_by_bank(answer, kCollections));
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    BankRefusesCollections,
    ::testing::Values(
        BadCollection{
            "StrangeNumber",
            [](Value& b) { b.set("request_number", "CO_12345678"); },
            "/request_number"
        },
        BadCollection{"NoAgreement", [](Value& b) { b.set("agreement", ""); }, "/agreement"},
        BadCollection{"ZeroAmount", [](Value& b) { b.set("amount", 0); }, "/amount"},
        BadCollection{"OtherCurrency", [](Value& b) { b.set("currency", "USD"); }, "/currency"},
        BadCollection{"NoDescription", [](Value& b) { b.set("description", ""); }, "/description"},
        BadCollection{"NoTime", [](Value& b) { b.set("expires_at", "soon"); }, "/expires_at"},
        BadCollection{
            "NotifyWithQuery",
            [](Value& b) { b.set("notify_url", "https://a.example/n?x=1"); },
            "/notify_url"
        }
    ),
    [](const auto& row) { return row.param.name; }
);

}  // namespace
}  // namespace sluice::simulator::testing
