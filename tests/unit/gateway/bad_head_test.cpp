#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

/// What may be wrong with a request besides its body.
class BadHead : public GatewayFixture {};

TEST_F(BadHead, MayHaveAContentTypeWithParameters) {
    const auto response = send(
        {.method = "POST",
         .target = "/v1/orders",
         .body = order_json("A"),
         .content_type = "Application/JSON ; charset=utf-8"}
    );

    EXPECT_EQ(response.status, 201);
}

TEST_F(BadHead, IsACharsetThatJsonDoesNotHave) {
    for (const std::string type :
         {"application/json; charset=gbk", "application/json;charset=\"utf-16\""}) {
        const auto response = send(
            {.method = "POST", .target = "/v1/orders", .body = order_json("A"), .content_type = type
            }
        );
        EXPECT_EQ(summary(response), "415 unsupported_media_type Content-Type") << type;
        EXPECT_THAT(text_of(response, "detail"), ::testing::HasSubstr("wanted application/json"));
    }
    EXPECT_EQ(orders.size(), 0U);
}

TEST_F(BadHead, IsAQueryWhereNoneIsKnown) {
    const std::string id = given_order("A");
    const std::vector<Ask> asks = {
        {.target = "/v1/orders/" + id + "?expand=payments"},
        {.method = "POST", .target = "/v1/orders?dry_run=1", .body = order_json("B")},
        {.target = "/v1/accounts/acc_x?expand=1"},
        {.target = "/v1/payments/pay_x/timeline?limit=1"},
    };
    for (const Ask& ask : asks) {
        const std::string name = ask.target.substr(ask.target.find('?') + 1);
        EXPECT_EQ(summary(send(ask)), "400 invalid_request " + name.substr(0, name.find('=')))
            << ask.target;
    }
    EXPECT_EQ(orders.size(), 1U);
    EXPECT_EQ(get("/healthz?probe=1").status, 200);
}

TEST_F(BadHead, IsAHeaderThatStandsTwice) {
    for (const std::string name : {"Authorization", "Idempotency-Key", "Content-Type"}) {
        const auto response = send(
            {.method = "POST",
             .target = "/v1/orders",
             .body = order_json("A"),
             .headers = {{name, "one"}, {name, "two"}}}
        );
        EXPECT_EQ(summary(response), "400 invalid_request " + name);
        EXPECT_THAT(text_of(response, "detail"), ::testing::HasSubstr("times, wanted once"));
    }
    EXPECT_EQ(orders.size(), 0U);
}

TEST_F(BadHead, IsToldWhichSchemeIsWantedWithoutTheSecret) {
    const auto response = send(
        {.target = "/v1/orders/ord_1", .headers = {{"Authorization", "Basic c2VjcmV0"}}, .key = ""}
    );

    EXPECT_EQ(summary(response), "401 unauthorized Authorization");
    EXPECT_EQ(
        text_of(response, "detail"),
        "Authorization has another scheme than Bearer, wanted 'Bearer <secret key>'"
    );
    EXPECT_THAT(response.body, ::testing::Not(::testing::HasSubstr("c2VjcmV0")));
}

TEST_F(BadHead, IsNotTheMethodHead) {
    const std::string id = given_order("A");

    EXPECT_EQ(send({.method = "HEAD", .target = "/v1/orders/" + id}).status, 200);
    EXPECT_EQ(send({.method = "HEAD", .target = "/healthz"}).status, 200);
    const auto refused = send({.method = "HEAD", .target = "/v1/orders/" + id + "/close"});
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.headers.get_or_empty("Allow"), "POST");
}

TEST_F(BadHead, IsAnIdOfAnotherKindOrHalfAnId) {
    const auto response = post("/v1/payments", qr_payment_json("ord_x"));

    EXPECT_EQ(summary(response), "400 invalid_request /order_id");
    EXPECT_EQ(
        text_of(response, "detail"),
        "order_id: 'ord_x' is not an id of ord_ and 26 base-32 characters"
    );
}

struct ProtocolCase {
    int status;
    std::string code;
};

TEST_F(BadHead, IsToldAsAProblemEvenWhenItCannotBeRead) {
    const std::vector<ProtocolCase> cases = {
        {400, "unreadable_request"},
        {408, "request_timeout"},
        {413, "body_too_large"},
        {414, "address_too_long"},
        {415, "unsupported_media_type"},
        {431, "headers_too_large"},
        {500, "internal_error"},
    };
    for (const ProtocolCase& row : cases) {
        const auto response = refused({row.status, "what is wrong, what is wanted"});
        EXPECT_EQ(summary(response), std::to_string(row.status) + " " + row.code);
        EXPECT_EQ(text_of(response, "detail"), "what is wrong, what is wanted");
        EXPECT_EQ(text_of(response, "type"), "urn:sluice:problem:" + row.code);
        EXPECT_EQ(response.headers.get_or_empty("Content-Type"), "application/problem+json");
    }
}

}  // namespace
}  // namespace sluice::testing
