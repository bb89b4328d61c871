#include "gateway/routes.hpp"

#include <set>

#include "support/openapi_check.hpp"
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

/// Calls addresses and keeps which of them answered with success. The fixture holds every answer
/// against the document.
class EveryAddress : public GatewayFixture {
  protected:
    EveryAddress() {
        reader =
            [](const gateway::CallbackAddress&,
               const http::Request&) -> std::expected<gateway::CallbackVerdict, http::Response> {
            gateway::CallbackVerdict verdict;
            verdict.fact.instruction = InstructionId(Id128{.high = 0x100, .low = 1});
            verdict.acknowledgement.status = 204;
            return verdict;
        };
    }

    http::Response call(const Ask& ask) {
        const http::Response response = send(ask);
        EXPECT_LT(response.status, 300) << ask.method << " " << ask.target << response.body;
        const std::string path = ask.target.substr(0, ask.target.find('?'));
        const gateway::Route* route = gateway::match_route(ask.method, path).route;
        if (route != nullptr && response.status < 300) {
            answered_.insert(std::string(route->method) + " " + std::string(route->pattern));
        }
        return response;
    }
    std::string call_for_id(const std::string& target, const std::string& body) {
        return text_of(call({.method = "POST", .target = target, .body = body}), "id");
    }

    std::set<std::string> answered_;
};

TEST_F(EveryAddress, OfTheDocumentAnswersAsItSays) {
    const std::string order = "/v1/orders/" + call_for_id("/v1/orders", order_json("A"));
    const std::string account =
        "/v1/accounts/" +
        call_for_id("/v1/accounts", R"({"kind":"balance","owner_number":"u","currency":"CNY"})");
    const std::string payment =
        "/v1/payments/" + call_for_id("/v1/payments", qr_payment_json(order_json("B")));

    call({.target = order});
    call({.target = "/v1/orders?merchant_order_number=A"});
    call({.method = "POST", .target = order + "/close"});
    call({.target = "/v1/payments?limit=1"});
    call({.target = payment});
    call({.target = payment + "/timeline"});
    call({.method = "POST", .target = payment + "/close"});
    call({.target = account});
    call({.target = "/v1/accounts?owner_number=u"});
    call(
        {.method = "POST",
         .target = account + "/top_ups",
         .body = R"({"top_up_number":"t","amount":1,"currency":"CNY"})"}
    );
    call({.target = account + "/entries?limit=1"});
    call({.method = "POST", .target = account + "/close"});
    call({.method = "POST", .target = "/callbacks/wechatpay/main", .body = "{}", .key = ""});
    for (const std::string target : {"/healthz", "/readyz", "/metrics", "/openapi.json"}) {
        call({.target = target, .key = ""});
    }

    // Endpoints, deliveries and events need a database: tests/db/webhooks_api_test.cpp.
    auto wanted = OpenApi::project().operations();
    std::erase_if(wanted, [](const std::string& operation) {
        return operation.find("/v1/webhook_endpoints") != std::string::npos ||
               operation.find("/v1/deliveries") != std::string::npos ||
               operation.find("/v1/events") != std::string::npos;
    });
    EXPECT_THAT(answered_, ::testing::UnorderedElementsAreArray(wanted));
}

}  // namespace
}  // namespace sluice::testing
