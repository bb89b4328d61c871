#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class BadInput : public GatewayFixture {};

struct BodyCase {
    std::string body;
    std::string answer;
    std::string part_of_detail;
};

std::string with_amount(const std::string& amount) {
    return R"({"merchant_order_number":"A","amount":)" + amount +
           R"(,"currency":"CNY","description":"d"})";
}

std::string with(const std::string& member) {
    return R"({"merchant_order_number":"A","amount":1,"currency":"CNY","description":"d",)" +
           member + "}";
}

/// In order of precedence within the body: JSON first, then every member.
std::vector<BodyCase> order_bodies() {
    return {
        {"{", "400 invalid_json ", "not valid JSON"},
        {"nonsense", "400 invalid_json ", "'nonsense' stands where a value is wanted"},
        {"", "415 unsupported_media_type Content-Type", "Content-Type is missing"},
        {with_amount("18446744073709551616"),
         "400 invalid_json /amount",
         "the number 18446744073709551616 is beyond 64 bits"},
        {with_amount("1,"), "400 invalid_json ", "line 1, column 41: ',' stands where a name"},
        {"{\"description\":\"\xff\"}", "400 invalid_json ", "not valid JSON"},
        {R"({"amount":1,"amount":2})", "400 invalid_json ", "amount"},
        {with_amount("18446744073709551615"), "400 invalid_json /amount", "64 bits"},
        {"[]", "400 invalid_request ", "wanted a record"},
        {"null", "400 invalid_request ", "the body is null, wanted a record"},
        {"{}",
         "400 invalid_request /merchant_order_number /amount /currency /description",
         "merchant_order_number is missing"},
        {with_amount("100.0"), "400 invalid_request /amount", "fraction 100.0"},
        {with_amount("1e2"), "400 invalid_request /amount", "fraction"},
        {with_amount("\"100\""), "400 invalid_request /amount", "text \"100\""},
        {with_amount("null"), "400 invalid_request /amount", "amount is null, wanted a whole"},
        {with_amount("true"), "400 invalid_request /amount", "boolean"},
        {with_amount(R"({"$money":[1,"CNY"]})"), "400 invalid_request /amount", "money"},
        {with_amount("0"), "400 invalid_request /amount", "amount is 0"},
        {with_amount("-1"), "400 invalid_request /amount", "amount is -1"},
        {with_amount("9000000000000001"), "400 invalid_request /amount", "9000000000000000"},
        {with_amount("9007199254740992"), "400 invalid_request /amount", "9000000000000000"},
        {R"({"merchant_order_number":"A","amount":1,"currency":"cny","description":"d"})",
         "400 invalid_request /currency",
         "'cny'"},
        {R"({"merchant_order_number":"A","amount":1,"currency":"XYZ","description":"d"})",
         "400 invalid_request /currency",
         "'XYZ'"},
        {R"({"merchant_order_number":"A","amount":1,"currency":7,"description":"d"})",
         "400 invalid_request /currency",
         "wanted text of 3 characters"},
        {R"({"merchant_order_number":"","amount":1,"currency":"CNY","description":"d"})",
         "400 invalid_request /merchant_order_number",
         "0 characters"},
        {R"({"merchant_order_number":"a\u0000b","amount":1,"currency":"CNY","description":"d"})",
         "400 invalid_request /merchant_order_number",
         "control character"},
        {R"({"merchant_order_number":"A","amount":1,"currency":"CNY","description":"a\u0085b"})",
         "400 invalid_request /description",
         "control character"},
        {R"({"merchant_order_number":")" + std::string(65, 'x') +
             R"(","amount":1,"currency":"CNY","description":"d"})",
         "400 invalid_request /merchant_order_number",
         "65 characters"},
        {with(R"("product_code":"a b")"), "400 invalid_request /product_code", "only letters"},
        {with(R"("expires_in_seconds":0)"), "400 invalid_request /expires_in_seconds", "seconds"},
        {with(R"("expires_in_seconds":2592001)"),
         "400 invalid_request /expires_in_seconds",
         "2592000"},
        {with(R"("expires_at":"tomorrow, at about noon")"),
         "400 invalid_request /expires_at",
         "RFC 3339"},
        {with(R"("expires_at":"soon")"), "400 invalid_request /expires_at", "RFC 3339"},
        {with(R"("expires_at":"2026-03-01T08:00:00Z")"),
         "400 invalid_request /expires_at",
         "30 days"},
        {with(R"("expires_at":"2026-01-01T09:00:00Z","expires_in_seconds":5)"),
         "400 invalid_request /expires_at",
         "one of them"},
        {with(R"("descripton":"d")"),
         "400 invalid_request /descripton",
         "did you mean 'description'?"},
        {with(R"("a/b~c":1)"), "400 invalid_request /a~1b~0c", "not known"},
        {with(R"("zzz":1,"yyy":2)"),
         "400 invalid_request /zzz /yyy",
         "member \"zzz\" is not known here (and 1 more: see errors)"},
    };
}

TEST_F(BadInput, IsRefusedWithItsPlaceAndChangesNothing) {
    for (const BodyCase& row : order_bodies()) {
        const auto response = post("/v1/orders", row.body);
        EXPECT_EQ(summary(response), row.answer) << row.body;
        EXPECT_THAT(text_of(response, "detail"), ::testing::HasSubstr(row.part_of_detail));
    }
    EXPECT_EQ(orders.size(), 0U);
}

TEST_F(BadInput, IsRefusedWhenItIsNestedTooDeep) {
    const auto response = post("/v1/orders", std::string(40, '[') + std::string(40, ']'));

    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(text_of(response, "detail"), ::testing::HasSubstr("deeper than 32"));
}

TEST_F(BadInput, AcceptsTheLargestAmountAndTheLongestTexts) {
    const std::string wide = std::string("\xe4\xb8\xad");
    std::string description;
    for (int i = 0; i < 127; ++i) {
        description += wide;
    }

    const auto response = post(
        "/v1/orders",
        R"({"merchant_order_number":")" + std::string(64, 'x') +
            R"(","amount":9000000000000000,"currency":"CNY","description":")" + description +
            R"(","product_code":"shop.web-1","expires_in_seconds":2592000})"
    );

    EXPECT_EQ(response.status, 201) << response.body;
}

TEST_F(BadInput, IsToldInOrderOfPrecedence) {
    const std::string large(2'000'000, ' ');
    struct Row {
        Ask ask;
        std::string answer;
    };
    const std::vector<Row> rows{
        {{.method = "POST", .target = "/v2/orders", .body = large, .key = ""}, "404 unknown_address"
        },
        {{.method = "DELETE", .target = "/v1/orders", .body = large, .key = ""},
         "405 method_not_allowed"},
        {{.method = "POST", .target = "/v1/orders", .body = large, .key = ""},
         "401 unauthorized Authorization"},
        {{.method = "POST",
          .target = "/v1/orders",
          .body = large,
          .headers = {{"Idempotency-Key", ""}}},
         "400 invalid_request Idempotency-Key"},
        {{.method = "POST", .target = "/v1/orders", .body = large, .content_type = "text/plain"},
         "413 body_too_large"},
        {{.method = "POST", .target = "/v1/orders", .body = "{", .content_type = "text/plain"},
         "415 unsupported_media_type Content-Type"},
        {{.method = "POST", .target = "/v1/orders", .body = "{", .content_type = ""},
         "415 unsupported_media_type Content-Type"},
        {{.method = "POST", .target = "/v1/orders", .body = "{"}, "400 invalid_json "},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(summary(send(row.ask)), row.answer) << row.ask.method << row.ask.target;
    }
    EXPECT_EQ(orders.size(), 0U);
}

TEST_F(BadInput, IncludesKeysThatAreNotPrintableOrTooLong) {
    for (const std::string& key : {std::string(256, 'k'), std::string("a\tb"), std::string("ü")}) {
        const auto response = send(
            {.method = "POST",
             .target = "/v1/orders",
             .body = order_json("A"),
             .headers = {{"Idempotency-Key", key}}}
        );
        EXPECT_EQ(summary(response), "400 invalid_request Idempotency-Key");
    }
    EXPECT_EQ(orders.size(), 0U);
}

TEST_F(BadInput, IsToldWhichMethodsAnAddressHas) {
    const auto response = send({.method = "PUT", .target = "/v1/orders"});

    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.headers.get_or_empty("Allow"), "POST, GET, HEAD");
}

TEST_F(BadInput, IncludesAddressesWithASlashTooMuch) {
    for (const std::string target : {"/", "", "/v1/orders/", "/v1//orders", "/v1/payments/x/y/z"}) {
        EXPECT_EQ(summary(get(target)), "404 unknown_address") << target;
    }
}

}  // namespace
}  // namespace sluice::testing
