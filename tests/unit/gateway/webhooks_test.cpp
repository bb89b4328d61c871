// What is refused about endpoints, deliveries and events before a database is asked. What they do
// is told in tests/db/webhooks_api_test.cpp.
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class WebhookRefusals : public GatewayFixture {
  protected:
    const std::string endpoint = "/v1/webhook_endpoints/whe_" + Id128{}.to_string();
};

TEST_F(WebhookRefusals, NameWhatIsWrongWithANewEndpoint) {
    struct Case {
        const char* body;
        const char* wanted;
    };
    const std::vector<Case> cases = {
        {"[]", "400 invalid_request "},
        {"{}", "400 invalid_request /url"},
        {R"({"url":7})", "400 invalid_request /url"},
        {R"({"url":""})", "400 invalid_request /url"},
        {R"({"url":"http://shop.example.com/"})", "400 invalid_request /url"},
        {R"({"url":"https://u:p@shop.example.com/"})", "400 invalid_request /url"},
        {R"({"url":"https://h/#f"})", "400 invalid_request /url"},
        {R"({"url":"https://h/","events":[]})", "400 invalid_request /events"},
        {R"({"url":"https://h/","events":"*"})", "400 invalid_request /events"},
        {R"({"url":"https://h/","events":["*","payment"]})", "400 invalid_request /events/1"},
        {R"({"url":"https://h/","events":[1]})", "400 invalid_request /events/0"},
        {R"({"url":"https://h/","enabled":1})", "400 invalid_request /enabled"},
        {R"({"url":"https://h/","secret":"x"})", "400 invalid_request /secret"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(summary(post("/v1/webhook_endpoints", one.body)), one.wanted) << one.body;
    }
}

TEST_F(WebhookRefusals, NameWhatIsWrongWithAChange) {
    struct Case {
        const char* body;
        const char* wanted;
    };
    const std::vector<Case> cases = {
        {R"({"url":"ftp://h/"})", "400 invalid_request /url"},
        {R"({"events":["Payment.*"]})", "400 invalid_request /events/0"},
        {R"({"enabled":null})", "400 invalid_request /enabled"},
        {R"({"merchant_id":"beta"})", "400 invalid_request /merchant_id"},
    };
    for (const Case& one : cases) {
        const auto answer = send({.method = "PATCH", .target = endpoint, .body = one.body});
        EXPECT_EQ(summary(answer), one.wanted) << one.body;
    }
}

TEST_F(WebhookRefusals, NameWhatIsWrongWithAnAct) {
    struct Case {
        const char* act;
        const char* body;
        const char* wanted;
    };
    const std::vector<Case> cases = {
        {"/rotate_secret", R"({"overlap_seconds":-1})", "400 invalid_request /overlap_seconds"},
        {"/rotate_secret", R"({"overlap_seconds":2592001})", "400 invalid_request /overlap_seconds"
        },
        {"/rotate_secret", R"({"secret":"whsec_"})", "400 invalid_request /secret"},
        {"/test", R"({"x":1})", "400 invalid_request /x"},
        {"/redeliver", "{}", "400 invalid_request /since"},
        {"/redeliver", R"({"since":"yesterday"})", "400 invalid_request /since"},
        {"/redeliver",
         R"({"since":"2026-01-01T00:00:00Z","cursor":"x"})",
         "400 invalid_request /cursor"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(summary(post(endpoint + one.act, one.body)), one.wanted) << one.act << one.body;
    }
}

TEST_F(WebhookRefusals, NameWhatIsWrongWithAQuery) {
    struct Case {
        std::string target;
        const char* wanted;
    };
    const std::vector<Case> cases = {
        {"/v1/events?limit=0", "400 invalid_request limit"},
        {"/v1/events?limit=101", "400 invalid_request limit"},
        {"/v1/events?types=payment", "400 invalid_request types"},
        {"/v1/events?types=payment.*,", "400 invalid_request types"},
        {"/v1/events?cursor=5", "400 invalid_request cursor"},
        {"/v1/events?object_id=5", "400 invalid_request object_id"},
        {"/v1/events?since=1", "400 invalid_request since"},
        {endpoint + "/deliveries?status=lost", "400 invalid_request status"},
        {endpoint + "/deliveries?cursor=x", "400 invalid_request cursor"},
        {endpoint + "/deliveries?limit=x", "400 invalid_request limit"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(summary(get(one.target)), one.wanted) << one.target;
    }
}

TEST_F(WebhookRefusals, CallWhatIsNoIdUnknown) {
    const std::string body = R"({"enabled":true})";
    for (const char* target :
         {"/v1/webhook_endpoints/1",
          "/v1/webhook_endpoints/pay_01J9Z3QK4M8N5P6R7S8T9V0W1X",
          "/v1/webhook_endpoints/whe_/deliveries",
          "/v1/deliveries/1",
          "/v1/events/1"}) {
        EXPECT_EQ(summary(get(target)).substr(0, 3), "404") << target;
    }
    EXPECT_EQ(summary(post("/v1/deliveries/1/redeliver", "")), "404 not_found");
    EXPECT_EQ(
        summary(send({.method = "PATCH", .target = "/v1/webhook_endpoints/1", .body = body})),
        "404 not_found"
    );
    EXPECT_EQ(
        summary(send({.method = "DELETE", .target = "/v1/webhook_endpoints/1"})), "404 not_found"
    );
}

TEST_F(WebhookRefusals, AskForAKeyFirst) {
    for (const std::string& target :
         {std::string("/v1/webhook_endpoints"),
          endpoint,
          endpoint + "/deliveries",
          std::string("/v1/events")}) {
        EXPECT_EQ(
            summary(send({.target = target, .key = "wrong"})), "401 unauthorized Authorization"
        ) << target;
    }
}

TEST_F(WebhookRefusals, SayThatTheDatabaseIsAway) {
    EXPECT_EQ(summary(get("/v1/webhook_endpoints")), "503 unavailable");
    EXPECT_EQ(summary(get("/v1/events")), "503 unavailable");
}

}  // namespace
}  // namespace sluice::testing
