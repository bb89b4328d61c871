// Many payouts in one request to the simulated bank: checked as a whole, executed one by one.
#include <gtest/gtest.h>

#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

constexpr const char* kBatches = "/bank/v1/payout_batches";
constexpr const char* kBatch = "BA20260101000001";
constexpr const char* kOther = "PO20260101000002";

class BankBatch : public BankTest {
  protected:
    [[nodiscard]] Value batch_body(ValueArray payouts, const std::string& number = kBatch) const {
        std::int64_t sum = 0;
        for (const Value& payout : payouts) {
            sum += payout.int_or("amount", 0);
        }
        return Value(ValueObject{
            {"batch_number", number},
            {"total_count", static_cast<std::int64_t>(payouts.size())},
            {"total_amount", sum},
            {"currency", "CNY"},
            {"payouts", std::move(payouts)}
        });
    }
    [[nodiscard]] Value two() const {
        return batch_body({payout_body(kPayout, 5000), payout_body(kOther, 7000)});
    }
    http::ClientResult send_batch(const Value& body) {
        return send({.method = "POST", .target = kBatches, .body = to_json(body)});
    }
    /// "PO..1 accepted, PO..2 INSUFFICIENT_FUNDS", as the answer says it.
    static std::string told(const http::ClientResult& answer) {
        std::string text;
        const Value body = body_of(answer);
        const Value* payouts = body.find("payouts");
        if (payouts == nullptr) {
            return refusal_of(answer);
        }
        for (const Value& line : *payouts->as_array()) {
            const std::string_view status = line.text_or_empty("status");
            text += text.empty() ? "" : ", ";
            text += line.text_or_empty("request_number");
            text += " ";
            text += status.empty() ? line.text_or_empty("code") : status;
        }
        return text;
    }
    Value batches() { return *body_of(control("/sim/bank/books")).find("batches"); }
};

TEST_F(BankBatch, AcceptsAllOfItsPayoutsWhichGoTheirOwnWays) {
    const auto answer = send_batch(two());

    EXPECT_TRUE(is_signed_by_bank(answer, kBatches));
    EXPECT_EQ(told(answer), "PO20260101000001 accepted, PO20260101000002 accepted");
    EXPECT_EQ(body_of(answer).text_or_empty("batch_number"), kBatch);
    EXPECT_EQ(body_of(answer).text_or_empty("account"), kBankAccount);
    EXPECT_EQ(status_of_payout(kPayout), "succeeded");
    EXPECT_EQ(status_of_payout(kOther), "succeeded");
    EXPECT_EQ(account_row().int_or("paid", 0), 12'000);
    EXPECT_EQ(receiver_.wait_for(2).size(), 2U);
    EXPECT_EQ(
        to_json(batches()),
        R"([{"account":"110060149018","batch_number":"BA20260101000001","count":2,)"
        R"("amount":12000,"requests":1}])"
    );
}

TEST_F(BankBatch, RefusesSingleLinesAndExecutesTheOthers) {
    Value bad_payee = payout_body("PO20260101000003", 100);
    bad_payee.set("payee", Value(ValueObject{{"name", "张三"}}));

    const auto answer = send_batch(
        batch_body({payout_body(kPayout, 30'001), payout_body(kOther, 7000), std::move(bad_payee)})
    );

    EXPECT_EQ(
        told(answer),
        "PO20260101000001 SINGLE_LIMIT_EXCEEDED, PO20260101000002 accepted, "
        "PO20260101000003 PARAM_ERROR"
    );
    EXPECT_TRUE(booked_payout(kPayout).is_null());
    EXPECT_EQ(account_row().int_or("paid", 0), 7000);
}

TEST_F(BankBatch, PaysAsFarAsTheMoneyGoes) {
    ASSERT_EQ(status_of(control("/sim/bank/funds", R"({"sweep":93000})")), 200);

    EXPECT_EQ(
        told(send_batch(two())), "PO20260101000001 accepted, PO20260101000002 INSUFFICIENT_FUNDS"
    );
    EXPECT_EQ(account_row().int_or("available", -1), 2000);
}

struct BatchMistake {
    const char* member;
    Value value;
    const char* field;
};

TEST_F(BankBatch, RefusesAsAWholeWhatDoesNotAddUp) {
    Value nameless = payout_body();
    nameless.set("request_number", "x");
    Value free_of_charge = payout_body();
    free_of_charge.set("amount", 0);
    ValueArray many;
    for (int i = 100; i < 201; ++i) {
        many.push_back(payout_body("PO20260101000" + std::to_string(i), 1));
    }
    const std::vector<BatchMistake> mistakes{
        {"batch_number", "BA 1", "/batch_number"},
        {"batch_number", nullptr, "/batch_number"},
        {"total_count", 1, "/total_count"},
        {"total_count", 3, "/total_count"},
        {"total_amount", 11'999, "/total_amount"},
        {"total_amount", "12000", "/total_amount"},
        {"currency", "USD", "/currency"},
        {"payouts", ValueArray{}, "/total_count"},
        {"payouts", "none", "/payouts"},
        {"payouts", many, "/payouts"},
        {"payouts", ValueArray{payout_body(), payout_body()}, "/payouts/1/request_number"},
        {"payouts", ValueArray{payout_body(), nameless}, "/payouts/1/request_number"},
        {"payouts", ValueArray{payout_body(), 7}, "/payouts/1/request_number"},
        {"payouts", ValueArray{free_of_charge}, "/payouts/0/amount"},
    };
    for (const BatchMistake& mistake : mistakes) {
        Value body = two();
        body.set(mistake.member, mistake.value);

        const auto answer = send_batch(body);

        EXPECT_EQ(refusal_of(answer), "400 PARAM_ERROR") << to_json(mistake.value);
        EXPECT_EQ(body_of(answer).text_or_empty("field"), mistake.field);
        EXPECT_TRUE(is_signed_by_bank(answer, kBatches));
    }
    EXPECT_EQ(account_row().int_or("available", 0), kBankOpening);
    EXPECT_EQ(to_json(batches()), "[]");
}

TEST_F(BankBatch, HasOneContentForANumber) {
    ASSERT_EQ(status_of(send_batch(two())), 200);

    const auto again = send_batch(two());
    const auto other = send_batch(batch_body({payout_body("PO20260101000003", 100)}));

    EXPECT_EQ(told(again), "PO20260101000001 succeeded, PO20260101000002 succeeded");
    EXPECT_EQ(refusal_of(other), "409 BATCH_NUMBER_USED");
    EXPECT_TRUE(booked_payout("PO20260101000003").is_null());
    EXPECT_EQ(account_row().int_or("paid", 0), 12'000);
    EXPECT_EQ(batches().as_array()->front().int_or("requests", 0), 2);
}

TEST_F(BankBatch, IsTheSameMoneyAsAPayoutAlone) {
    ASSERT_EQ(status_of(send_batch(two())), 200);

    EXPECT_EQ(status_of(pay_out(kPayout, 5000)), 200);
    EXPECT_EQ(refusal_of(pay_out(kOther, 7001)), "409 REQUEST_NUMBER_USED");
    EXPECT_EQ(
        told(send_batch(batch_body({payout_body(kPayout, 5001)}, "BA20260101000002"))),
        "PO20260101000001 REQUEST_NUMBER_USED"
    );
    EXPECT_EQ(account_row().int_or("paid", 0), 12'000);
}

TEST_F(BankBatch, IsLetInOnlySigned) {
    const std::string body = to_json(two());

    EXPECT_EQ(
        refusal_of(send({.method = "POST", .target = kBatches, .body = body, .key = "another key"})
        ),
        "401 SIGNATURE_INVALID"
    );
    EXPECT_EQ(status_of(send({.target = kBatches})), 405);
    EXPECT_EQ(account_row().int_or("available", 0), kBankOpening);
}

TEST_F(BankBatch, SuffersTheFaultsOfItsRequest) {
    struct Row {
        const char* kind;
        int status;  ///< 0: the line is cut
        bool executed;
    };
    const std::vector<Row> rows{
        {"drop_before", 0, false},
        {"status_5xx", 500, false},
        {"refused", 403, false},
        {"drop_after", 0, true},
        {"status_5xx_after", 500, true},
        {"garbage", 200, true},
        {"bad_signature", 200, true},
        {"wrong_number", 200, true},
        {"wrong_merchant", 200, true},
        {"latency_ms", 200, true},
        {"slow_answer_ms", 200, true},
    };
    for (const Row& row : rows) {
        restart();
        order_fault(R"({"operation":"payout_batch","kind":")" + std::string(row.kind) + R"("})");
        EXPECT_EQ(status_of(send_batch(two())), row.status) << row.kind;
        EXPECT_EQ(!booked_payout().is_null(), row.executed) << row.kind;
    }
}

TEST_F(BankBatch, SuffersTheFaultsOfItsLines) {
    struct Row {
        const char* kind;
        const char* told;  ///< of the second line
        bool executed;
    };
    const std::vector<Row> rows{
        {"drop_before", "", false},
        {"drop_after", "", true},
        {"status_5xx", ", PO20260101000002 SYSTEM_ERROR", false},
        {"status_5xx_after", ", PO20260101000002 SYSTEM_ERROR", true},
        {"refused", ", PO20260101000002 RISK_REFUSED", false},
        {"not_enough", ", PO20260101000002 INSUFFICIENT_FUNDS", false},
        {"garbage", ",  ", true},
        {"wrong_number", ", PO20260101000000 accepted", true},
        {"payout_failed", ", PO20260101000002 accepted", true},
        {"latency_ms", ", PO20260101000002 accepted", true},
    };
    for (const Row& row : rows) {
        restart();
        order_fault(
            R"({"operation":"payout","value":1,"request_number":"PO20260101000002","kind":")" +
            std::string(row.kind) + R"("})"
        );
        EXPECT_EQ(told(send_batch(two())), "PO20260101000001 accepted" + std::string(row.told))
            << row.kind;
        EXPECT_EQ(!booked_payout(kOther).is_null(), row.executed) << row.kind;
        EXPECT_FALSE(booked_payout(kPayout).is_null()) << row.kind;
    }
}

TEST_F(BankBatch, TellsALineTwiceWhenToldTo) {
    order_fault(R"({"operation":"payout_batch","kind":"duplicate"})");

    EXPECT_EQ(
        told(send_batch(two())),
        "PO20260101000001 accepted, PO20260101000002 accepted, PO20260101000001 accepted"
    );
}

}  // namespace
}  // namespace sluice::simulator::testing
