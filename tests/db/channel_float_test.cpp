// Our money at a channel, which operators tell of once for each number. On a real database; every
// answer is held against the OpenAPI document.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_database.hpp"
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

constexpr const char* kOperator = "operator-of-all";

class ChannelFloat : public GatewayFixture {
  protected:
    ChannelFloat() {
        database = database_.conninfo();
        gateway::ApiKey key{"*", Secret<std::string>(kOperator)};
        key.operator_name = "zhao.min";
        key.roles = {"channels"};
        settings.keys.push_back(key);
    }

    std::string given_account(const std::string& name = "main") {
        const auto made = send(
            {.method = "POST",
             .target = "/v1/channel_accounts",
             .body = R"({"channel":"bank","name":")" + name +
                     R"(","settings":{"base_url":"https://bank.example"}})",
             .key = kOperator}
        );
        EXPECT_EQ(made.status, 201) << made.body;
        return text_of(made, "id");
    }
    http::Response top_up(const std::string& account, const std::string& body) {
        return send(
            {.method = "POST",
             .target = "/v1/channel_accounts/" + account + "/float_top_ups",
             .body = body,
             .key = kOperator}
        );
    }
    static std::string body_of(
        const std::string& number, std::int64_t amount, const std::string& currency = "CNY"
    ) {
        return R"({"float_top_up_number":")" + number + R"(","amount":)" + std::to_string(amount) +
               R"(,"currency":")" + currency + "\"}";
    }
    /// "CNY 500, USD 20"
    std::string shown_float(const std::string& account) {
        const auto shown = send({.target = "/v1/channel_accounts/" + account, .key = kOperator});
        EXPECT_EQ(shown.status, 200) << shown.body;
        std::string text;
        const Value body = parsed(shown);
        for (const Value& each : *body.find("float")->as_array()) {
            text += (text.empty() ? "" : ", ") + std::string(each.text_or_empty("currency")) + " " +
                    std::to_string(each.int_or("balance", -1));
        }
        return text;
    }

    TestDatabase database_;
};

TEST_F(ChannelFloat, IsToppedUpOnceForEachNumber) {
    const std::string account = given_account();
    EXPECT_EQ(shown_float(account), "");

    EXPECT_EQ(top_up(account, body_of("F-1", 500)).status, 201);
    EXPECT_EQ(top_up(account, body_of("F-1", 500)).status, 200);
    const auto second = top_up(account, body_of("F-2", 200));

    EXPECT_EQ(second.status, 201) << second.body;
    EXPECT_EQ(parsed(second).int_or("balance", -1), 700);
    EXPECT_EQ(shown_float(account), "CNY 700");
    EXPECT_THAT(database_.unsound(), IsEmpty());
}

TEST_F(ChannelFloat, IsBookedFromOurBankToTheAccountThatPaysOutFromIt) {
    ASSERT_EQ(top_up(given_account(), body_of("F-1", 500)).status, 201);

    db::Connection connection = database_.connect();
    const auto booked = connection.run(
        "SELECT string_agg(a.gl || ' ' || a.owner || ' ' || e.side * e.amount, ', ' "
        "ORDER BY a.gl) FROM sluice.entry e JOIN sluice.account a ON a.id = e.account_id"
    );
    ASSERT_TRUE(booked.has_value()) << booked.error().message;
    EXPECT_EQ((*booked)[0].text(0), "1001 own_bank -500, 1103 bank/main 500");
}

TEST_F(ChannelFloat, IsOfOneAccountAndOneCurrency) {
    const std::string one = given_account("main");
    const std::string other = given_account("backup");

    EXPECT_EQ(top_up(one, body_of("F-1", 500)).status, 201);
    EXPECT_EQ(top_up(other, body_of("F-1", 300)).status, 201) << "its own numbers";
    EXPECT_EQ(top_up(other, body_of("F-2", 20, "USD")).status, 201);

    EXPECT_EQ(shown_float(one), "CNY 500");
    EXPECT_EQ(shown_float(other), "CNY 300, USD 20");
}

TEST_F(ChannelFloat, RefusesANumberThatWasUsedWithAnotherAmount) {
    const std::string account = given_account();
    ASSERT_EQ(top_up(account, body_of("F-1", 500)).status, 201);

    const auto refused = top_up(account, body_of("F-1", 501));

    EXPECT_EQ(summary(refused), "409 float_top_up_number_reused /float_top_up_number");
    EXPECT_EQ(shown_float(account), "CNY 500");
}

TEST_F(ChannelFloat, RefusesWhatIsNoAmountOfMoney) {
    const std::string account = given_account();

    EXPECT_EQ(summary(top_up(account, body_of("F-1", 0))), "400 invalid_request /amount");
    EXPECT_EQ(summary(top_up(account, body_of("F-1", -5))), "400 invalid_request /amount");
    EXPECT_EQ(summary(top_up(account, body_of("F-1", 5, "XXXX"))), "400 invalid_request /currency");
    EXPECT_EQ(summary(top_up(account, body_of("", 5))), "400 invalid_request /float_top_up_number");
    EXPECT_EQ(top_up("cha_01K9ZV3Q8E3V7T4N6YB2D5H8JM", body_of("F-1", 5)).status, 404);
    EXPECT_EQ(shown_float(account), "");
}

}  // namespace
}  // namespace sluice::testing
