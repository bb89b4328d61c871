#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class TransfersApi : public GatewayFixture {
  protected:
    std::string given_balance(const std::string& owner, const std::string& currency = "CNY") {
        return text_of(
            post(
                "/v1/accounts",
                R"({"kind":"balance","owner_number":")" + owner + R"(","currency":")" + currency +
                    "\"}"
            ),
            "id"
        );
    }
    static std::string transfer_json(
        const std::string& from, const std::string& to, const std::string& more = ""
    ) {
        return R"({"merchant_transfer_number":"T-1","amount":500,"currency":"CNY",)"
               R"("from_account_id":")" +
               from + R"(","to_account_id":")" + to + "\"" + more + "}";
    }
};

TEST_F(TransfersApi, NamesBothAccountsAndTheFee) {
    const std::string from = given_balance("a");
    const std::string to = given_account("card");

    const auto made = post("/v1/transfers", transfer_json(from, to, R"(,"fee":5)"));
    const auto repeat = post("/v1/transfers", transfer_json(from, to, R"(,"fee":5)"));
    const auto other = post("/v1/transfers", transfer_json(from, to));

    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(repeat, "id"), text_of(made, "id"));
    EXPECT_EQ(summary(other), "409 merchant_transfer_number_reused /merchant_transfer_number");
    const auto& details = std::get<payment::Transfer>(intake.starts.at(0).picture.details);
    EXPECT_EQ(details.from.gl, "2001");
    EXPECT_EQ(details.to.gl, "2002");
    EXPECT_EQ(details.fee, Money(5, cny()));
}

TEST_F(TransfersApi, RefusesWhatCannotBeMoved) {
    const std::string from = given_balance("a");
    const std::string to = given_balance("b");
    const std::string card = given_account("card");
    const std::string dollars = given_balance("c", "USD");
    const std::string none = "acc_00000000000000000000000001";
    struct Row {
        std::string body;
        std::string answer;
    };
    const std::vector<Row> rows{
        {"{}",
         "400 invalid_request /merchant_transfer_number /amount /currency /from_account_id "
         "/to_account_id"},
        {transfer_json(from, from), "400 invalid_request /to_account_id"},
        {transfer_json(from, dollars), "400 invalid_request /to_account_id"},
        {transfer_json(dollars, to), "400 invalid_request /from_account_id"},
        {transfer_json(none, to), "400 invalid_request /from_account_id"},
        {transfer_json(from, none), "400 invalid_request /to_account_id"},
        {transfer_json(card, to), "400 invalid_request /from_account_id"},
        {transfer_json(from, to, R"(,"fee":-1)"), "400 invalid_request /fee"},
        {transfer_json(from, to, R"(,"fee":9000000000000000)"), "400 invalid_request /fee"},
        {transfer_json(from, to, R"(,"colour":1)"), "400 invalid_request /colour"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(summary(post("/v1/transfers", row.body)), row.answer) << row.body;
    }
    EXPECT_TRUE(intake.starts.empty());
}

TEST_F(TransfersApi, DoesNotReachAnotherMerchantsAccounts) {
    const std::string from = given_balance("a");
    const std::string to = given_balance("b");

    const auto foreign = send(
        {.method = "POST",
         .target = "/v1/transfers",
         .body = transfer_json(from, to),
         .key = kOtherKey}
    );

    EXPECT_EQ(summary(foreign), "400 invalid_request /from_account_id");
    EXPECT_TRUE(intake.starts.empty());
}

}  // namespace
}  // namespace sluice::testing
