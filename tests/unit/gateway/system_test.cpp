#include "gateway/openapi_document.hpp"
#include "gateway/timeline.hpp"
#include "json/json.hpp"
#include "support/openapi_check.hpp"
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class System : public GatewayFixture {};

TEST_F(System, IsReadyOnlyWhenTheEngineIs) {
    EXPECT_EQ(get("/readyz").status, 200);

    ready = fail(ErrorCode::unavailable, "12 buckets have no owner");

    const auto response = get("/readyz");
    EXPECT_EQ(summary(response), "503 not_ready");
    EXPECT_EQ(text_of(response, "detail"), "12 buckets have no owner");
    EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(System, CountsRequestsByAddressAndStatus) {
    get("/v1/orders/ord_1");
    get("/v1/orders/ord_2");
    get("/nowhere");

    const std::string text = get("/metrics").body;

    EXPECT_THAT(
        text,
        ::testing::HasSubstr(
            "sluice_http_requests_total{method=\"GET\",path=\"/v1/orders/{order_id}\","
            "status=\"4xx\"} 2\n"
        )
    );
    EXPECT_THAT(text, ::testing::HasSubstr("{method=\"\",path=\"\",status=\"4xx\"} 1\n"));
    EXPECT_THAT(
        text,
        ::testing::HasSubstr("sluice_http_request_duration_seconds_count{method=\"GET\","
                             "path=\"/v1/orders/{order_id}\"} 2\n")
    );
    EXPECT_THAT(text, ::testing::EndsWith("more_lines 1\n"));
}

TEST_F(System, ServesTheDocumentOfTheProject) {
    const auto served = parsed(get("/openapi.json"));

    EXPECT_EQ(served, OpenApi::project().document());
    EXPECT_EQ(served.text_or_empty("openapi"), "3.1.0");
}

TEST_F(System, TellsTheStoryOfAPayment) {
    const std::string id = given_payment("A-1");
    payments.activations.push_back(
        {1,
         clock.now(),
         *json::parse(R"({"facts":[{"type":"started"}],)"
                      R"("recorded":[{"type":"decision","ordinal":1,"value":{"why":["cheap"]}}],)"
                      R"("effects":[{"type":"hold","amount":{"$money":[3000,"CNY"]}}]})")}
    );

    const auto response = get("/v1/payments/" + id + "/timeline");

    const Value body = parsed(response);
    const ValueArray& items = *body.find("items")->as_array();
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0].text_or_empty("type"), "started");
    EXPECT_EQ(items[1].text_or_empty("kind"), "result");
    EXPECT_EQ(to_json(*items[2].find("details")), R"({"amount":{"amount":3000,"currency":"CNY"}})");
}

TEST(OpenApiDocument, HasExamplesThatFitTheirSchemas) {
    const Value& schemas = *OpenApi::project().document().find("components")->find("schemas");
    for (const auto& [name, schema] : *schemas.as_object()) {
        const Value* examples = schema.find("examples");
        if (examples == nullptr) {
            continue;
        }
        for (const Value& example : *examples->as_array()) {
            EXPECT_THAT(OpenApi::project().faults(name, example), ::testing::IsEmpty()) << name;
        }
    }
}

struct FaultCase {
    std::string body;
    std::size_t faults;
};

TEST(OpenApiCheck, FindsWhatIsNotDocumented) {
    const std::vector<FaultCase> cases{
        {R"({"status":"ok"})", 0},
        {R"({"status":"ok","more":1})", 1},
        {R"({"status":"fine"})", 1},
        {R"({"status":1})", 2},
        {"{}", 1},
        {"[]", 1},
        {"{", 1},
    };
    for (const FaultCase& row : cases) {
        const Exchanged exchanged{"GET", "/healthz", 200, "application/json", row.body};
        EXPECT_EQ(OpenApi::project().faults(exchanged).size(), row.faults) << row.body;
    }
    const auto fault = [](const Exchanged& exchanged) {
        return OpenApi::project().faults(exchanged).size();
    };
    EXPECT_EQ(fault({"GET", "/healthz", 201, "application/json", R"({"status":"ok"})"}), 1U);
    EXPECT_EQ(fault({"GET", "/healthz", 200, "text/html", R"({"status":"ok"})"}), 1U);
    EXPECT_EQ(fault({"GET", "/other", 200, "application/json", "{}"}), 1U);
    EXPECT_EQ(fault({"PUT", "/healthz", 200, "application/json", "{}"}), 1U);
}

TEST(OpenApiCheck, WantsExactlyOneOfTheChoices) {
    const auto faults = [](const std::string& json) {
        return OpenApi::project().faults("Payment", *json::parse(json));
    };

    EXPECT_FALSE(faults(R"({"failure":{"code":1}})").empty());
    EXPECT_FALSE(faults(R"({"legs":[{"number":1,"kind":"internal","scene":"qr"}]})").empty());
}

}  // namespace
}  // namespace sluice::testing
