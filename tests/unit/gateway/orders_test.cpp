#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class OrdersApi : public GatewayFixture {};

TEST_F(OrdersApi, OpensAnOrderAndTellsItsAddress) {
    const auto response = post("/v1/orders", order_json("A-1"));

    ASSERT_EQ(response.status, 201);
    EXPECT_EQ(int_of(response, "amount"), 10'000);
    EXPECT_EQ(int_of(response, "amount_due"), 10'000);
    EXPECT_EQ(text_of(response, "status"), "open");
    EXPECT_EQ(text_of(response, "expires_at"), "2026-01-01T08:30:00Z");
    EXPECT_EQ(response.headers.get_or_empty("Location"), "/v1/orders/" + text_of(response, "id"));
}

TEST_F(OrdersApi, PutsTheOrderIntoTheBucketOfItsNumber) {
    const auto id = OrderId::parse(given_order("A-1"));

    EXPECT_EQ(id->bucket(), bucket_of("alpha", "A-1"));
}

TEST_F(OrdersApi, AnswersARepeatWithTheSameOrder) {
    const std::string id = given_order("A-1");

    const auto repeat = post(
        "/v1/orders",
        R"( {"currency":"CNY","amount":10000, "description":"Two tickets",)"
        R"("merchant_order_number":"A-1"})"
    );

    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(repeat, "id"), id);
    EXPECT_EQ(orders.size(), 1U);
}

TEST_F(OrdersApi, RefusesANumberUsedForAnotherBody) {
    given_order("A-1");

    const auto response = post("/v1/orders", order_json("A-1", 9'999));

    EXPECT_EQ(summary(response), "409 merchant_order_number_reused /merchant_order_number");
    EXPECT_EQ(orders.size(), 1U);
}

TEST_F(OrdersApi, LetsTwoMerchantsUseOneNumber) {
    given_order("A-1");

    const auto response =
        send({.method = "POST", .target = "/v1/orders", .body = order_json("A-1"), .key = kOtherKey}
        );

    EXPECT_EQ(response.status, 201);
}

TEST_F(OrdersApi, RefusesAKeyUsedForAnotherBody) {
    const http::Headers key{{"Idempotency-Key", "k-1"}};
    send({.method = "POST", .target = "/v1/orders", .body = order_json("A-1"), .headers = key});

    const auto same =
        send({.method = "POST", .target = "/v1/orders", .body = order_json("A-1"), .headers = key});
    const auto other =
        send({.method = "POST", .target = "/v1/orders", .body = order_json("A-2"), .headers = key});

    EXPECT_EQ(same.status, 200);
    EXPECT_EQ(summary(other), "409 idempotency_key_reused Idempotency-Key");
}

TEST_F(OrdersApi, AnswersARepeatAfterTheExpiryItNames) {
    const std::string body =
        R"({"merchant_order_number":"A-1","amount":1,"currency":"CNY","description":"d",)"
        R"("expires_at":"2026-01-01T08:10:00Z"})";
    ASSERT_EQ(post("/v1/orders", body).status, 201);
    clock.advance(std::chrono::hours(1));

    EXPECT_EQ(post("/v1/orders", body).status, 200);
}

TEST_F(OrdersApi, RefusesANewOrderThatIsOverAlready) {
    const auto response = post(
        "/v1/orders",
        R"({"merchant_order_number":"A-1","amount":1,"currency":"CNY","description":"d",)"
        R"("expires_at":"2026-01-01T08:00:00Z"})"
    );

    EXPECT_EQ(summary(response), "400 invalid_request /expires_at");
    EXPECT_EQ(orders.size(), 0U);
}

TEST_F(OrdersApi, FindsAnOrderByIdAndByNumber) {
    const std::string id = given_order("A/1 ü");

    EXPECT_EQ(text_of(get("/v1/orders/" + id), "merchant_order_number"), "A/1 ü");
    const auto found = get("/v1/orders?merchant_order_number=A%2F1+%C3%BC");
    EXPECT_EQ(parsed(found).find("orders")->as_array()->at(0).text_or_empty("id"), id);
}

TEST_F(OrdersApi, ShowsNobodyElsesOrders) {
    const std::string id = given_order("A-1");

    const auto by_id = send({.target = "/v1/orders/" + id, .key = kOtherKey});

    EXPECT_EQ(summary(by_id), "404 not_found");
}

TEST_F(OrdersApi, RefusesAddressesAndQueriesThatNameNothing) {
    const std::vector<QueryCase> cases{
        {"/v1/orders/ord_0", "404 not_found"},
        {"/v1/orders/pay_01K9ZV3Q8E3V7T4N6YB2D5H8JM", "404 not_found"},
        {"/v1/orders/%00", "404 not_found"},
        {"/v1/orders/%ff", "404 unknown_address"},
        {"/v1/orders/%zz", "404 unknown_address"},
        {"/v1/orders?merchant_order_number=", "400 invalid_request merchant_order_number"},
        {"/v1/orders?merchant_order_number=%FF", "400 invalid_request merchant_order_number"},
        {"/v1/orders?merchant_order_number=a%00b", "400 invalid_request merchant_order_number"},
        {"/v1/orders?merchant_order_numbr=A", "400 invalid_request merchant_order_numbr"},
        {"/v1/orders?merchant_order_number=A&merchant_order_number=B",
         "400 invalid_request merchant_order_number"},
    };
    for (const QueryCase& row : cases) {
        EXPECT_EQ(summary(get(row.target)), row.answer) << row.target;
    }
}

TEST_F(OrdersApi, TellsAStoreThatIsDownAsTryAgain) {
    orders.next_error = Error{ErrorCode::unavailable, "no server", {}};

    const auto response = post("/v1/orders", order_json("A-1"));

    EXPECT_EQ(summary(response), "503 unavailable");
    EXPECT_EQ(response.headers.get_or_empty("Retry-After"), "1");
}

TEST_F(OrdersApi, TellsALostCommitAsUnknownAndNeverAsFailed) {
    orders.next_error = Error{ErrorCode::unknown, "connection lost", {}};

    EXPECT_EQ(summary(post("/v1/orders", order_json("A-1"))), "503 outcome_unknown");
}

TEST_F(OrdersApi, KeepsTheTextOfOurOwnFaultsToTheLog) {
    orders.next_error = Error{ErrorCode::corrupt, "relation secret_table", {}};

    const auto response = post("/v1/orders", order_json("A-1"));

    EXPECT_EQ(summary(response), "500 internal_error");
    EXPECT_EQ(response.body.find("secret_table"), std::string::npos);
}

}  // namespace
}  // namespace sluice::testing
