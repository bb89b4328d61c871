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
        gateway::ApiKey operators{"alpha", Secret<std::string>("op_alpha")};
        operators.operator_name = "li.lei";
        operators.roles = {"finance"};
        settings.keys.push_back(operators);
        gateway::ApiKey for_channels{"*", Secret<std::string>("op_channels")};
        for_channels.operator_name = "wu.dan";
        for_channels.roles = {"channels"};
        settings.keys.push_back(for_channels);
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

    TaskId given_task() {
        gateway::StoredTask stored;
        stored.merchant_id = "alpha";
        stored.task.id = TaskId(Id128{.high = 0x100, .low = 2});
        stored.task.role = "finance";
        tasks.rows.push_back(stored);
        return stored.task.id;
    }

    void call_for_money_that_leaves() {
        given_available(10'000);
        call_for_id("/v1/accounts", R"({"kind":"merchant_available","currency":"CNY"})");
        const std::string payout = "/v1/payouts/" + call_for_id("/v1/payouts", payout_json("P"));
        call({.target = payout});
        call({.target = payout + "/timeline"});
        call({.target = "/v1/payouts?limit=1"});
        const std::string batch = call_for_id(
            "/v1/payout_batches",
            R"({"merchant_batch_number":"B","count":1,"total_amount":1,"currency":"CNY",)"
            R"("lines":[{"merchant_payout_number":"L","amount":1,)" +
                payee_members() + "}]}"
        );
        call({.target = "/v1/payout_batches/" + batch + "?limit=1"});
        call({.target = "/v1/payout_batches?limit=1"});
        const auto balance = [this](const std::string& owner) {
            return call_for_id(
                "/v1/accounts",
                R"({"kind":"balance","owner_number":")" + owner + R"(","currency":"CNY"})"
            );
        };
        const std::string transfer =
            "/v1/transfers/" +
            call_for_id(
                "/v1/transfers",
                R"({"merchant_transfer_number":"T","amount":1,"currency":"CNY",)"
                R"("from_account_id":")" +
                    balance("a") + R"(","to_account_id":")" + balance("b") + "\"}"
            );
        call({.target = transfer});
        call({.target = transfer + "/timeline"});
        call({.target = "/v1/transfers?limit=1"});
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
    const std::string refund =
        "/v1/refunds/" + call_for_id("/v1/refunds", refund_json("R", given_paid("C"), 1));

    call({.target = order});
    call({.target = "/v1/orders?merchant_order_number=A"});
    call({.method = "POST", .target = order + "/close"});
    call({.target = "/v1/payments?limit=1"});
    call({.target = "/v1/surpluses?day=2026-01-01"});
    call({.target = payment});
    call({.target = payment + "/timeline"});
    call({.method = "POST", .target = payment + "/close"});
    call({.target = "/v1/refunds?limit=1"});
    call({.target = refund});
    call({.target = refund + "/timeline"});
    call({.target = account});
    call({.target = "/v1/accounts?owner_number=u"});
    call(
        {.method = "POST",
         .target = account + "/top_ups",
         .body = R"({"top_up_number":"t","amount":1,"currency":"CNY"})"}
    );
    call({.target = account + "/entries?limit=1"});
    call_for_money_that_leaves();
    call({.method = "POST", .target = account + "/close"});
    const std::string task = "/v1/tasks/" + given_task().to_string();
    call({.target = "/v1/tasks?limit=1"});
    call({.target = task});
    call(
        {.method = "POST",
         .target = task + "/votes",
         .body = R"({"verdict":"approve"})",
         .key = "op_alpha"}
    );
    call({.method = "POST", .target = "/v1/channels/reload", .key = "op_channels"});
    call({.method = "POST", .target = "/callbacks/wechatpay/main", .body = "{}", .key = ""});
    for (const std::string target : {"/healthz", "/readyz", "/metrics", "/openapi.json"}) {
        call({.target = target, .key = ""});
    }

    // Endpoints, deliveries, events and channel accounts need a database: webhooks_api_test and
    // foreign_objects_test in tests/db.
    auto wanted = OpenApi::project().operations();
    std::erase_if(wanted, [](const std::string& operation) {
        return operation.find("/v1/webhook_endpoints") != std::string::npos ||
               operation.find("/v1/deliveries") != std::string::npos ||
               operation.find("/v1/channel_accounts") != std::string::npos ||
               operation.find("/v1/events") != std::string::npos;
    });
    EXPECT_THAT(answered_, ::testing::UnorderedElementsAreArray(wanted));
}

}  // namespace
}  // namespace sluice::testing
