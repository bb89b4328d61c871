#include "unit/gateway/gateway_fixture.hpp"

#include <utility>

#include "json/json.hpp"
#include "support/openapi_check.hpp"

namespace sluice::testing {

GatewayFixture::GatewayFixture() : clock(*parse_rfc3339("2026-01-01T08:00:00Z")) {
    settings.keys = {
        {"alpha", Secret<std::string>(std::string(kMerchantKey))},
        {"beta", Secret<std::string>(std::string(kOtherKey))}
    };
    settings.internal_secret = Secret<std::string>("nodes only");
    settings.engine_grace = std::chrono::milliseconds(50);
    settings.action_wait = std::chrono::seconds(0);
}

void GatewayFixture::restart() { gateway_.reset(); }

gateway::Gateway& GatewayFixture::gateway() {
    if (gateway_ == nullptr) {
        gateway_ = std::make_unique<gateway::Gateway>(
            settings,
            gateway::Collaborators{
                .intake = intake,
                .clock = clock,
                .random = random,
                .orders = orders,
                .payments = payments,
                .accounts = accounts,
                .signatures = signatures,
                .read_callback = reader,
                .forward = forwarder,
                .check_ready = [this] { return ready; },
                .more_metrics = [] { return std::string("more_lines 1\n"); }
            }
        );
    }
    return *gateway_;
}

http::Response GatewayFixture::refused(const http::ProtocolError& error) {
    return gateway().protocol_error(error);
}

http::Request request_of(const Ask& ask) {
    http::Request request{.method = ask.method, .target = ask.target, .body = ask.body};
    const std::size_t mark = ask.target.find('?');
    request.path = ask.target.substr(0, mark);
    request.query = mark == std::string::npos ? "" : ask.target.substr(mark + 1);
    request.headers = ask.headers;
    if (!ask.key.empty()) {
        request.headers.add({"Authorization", "Bearer " + std::string(ask.key)});
    }
    if (!ask.content_type.empty() && !ask.body.empty()) {
        request.headers.add({"Content-Type", ask.content_type});
    }
    return request;
}

std::shared_ptr<Line> GatewayFixture::begin(const Ask& ask) {
    auto line = std::make_shared<Line>();
    gateway().handle(request_of(ask), http::Responder(line));
    return line;
}

http::Response GatewayFixture::send(const Ask& ask) {
    http::Response response = begin(ask)->wait();
    const Exchanged exchanged{
        ask.method == "HEAD" ? "GET" : ask.method,
        ask.target.substr(0, ask.target.find('?')),
        response.status,
        std::string(response.headers.get_or_empty("Content-Type")),
        response.body
    };
    EXPECT_THAT(OpenApi::project().faults(exchanged), ::testing::IsEmpty())
        << ask.method << " " << ask.target << " answered " << response.status << " "
        << response.body;
    EXPECT_TRUE(response.headers.has("X-Request-Id"));
    return response;
}

std::string GatewayFixture::given_order(const std::string& number, std::int64_t amount) {
    const auto response = post("/v1/orders", order_json(number, amount));
    EXPECT_EQ(response.status, 201) << response.body;
    return text_of(response, "id");
}

std::string GatewayFixture::given_account(const std::string& owner, std::int64_t balance) {
    const auto response = post(
        "/v1/accounts",
        R"({"kind":"prepaid_card","owner_number":")" + owner + R"(","currency":"CNY"})"
    );
    EXPECT_EQ(response.status, 201) << response.body;
    const std::string id = text_of(response, "id");
    if (balance > 0) {
        const auto topped = post(
            "/v1/accounts/" + id + "/top_ups",
            R"({"top_up_number":"first-)" + owner + R"(","amount":)" + std::to_string(balance) +
                R"(,"currency":"CNY"})"
        );
        EXPECT_EQ(topped.status, 201) << topped.body;
    }
    return id;
}

std::string GatewayFixture::given_payment(const std::string& order_number) {
    const auto response = post("/v1/payments", qr_payment_json(order_json(order_number)));
    EXPECT_EQ(response.status, 201) << response.body;
    return text_of(response, "id");
}

Value parsed(const http::Response& response) {
    auto body = json::parse(response.body, {.depth_max = 64, .nodes_max = 100'000});
    EXPECT_TRUE(body.has_value()) << response.body;
    return body ? *body : Value();
}

std::string text_of(const http::Response& response, std::string_view member) {
    return std::string(parsed(response).text_or_empty(member));
}

std::int64_t int_of(const http::Response& response, std::string_view member) {
    return parsed(response).int_or(member, -1);
}

std::string summary(const http::Response& response) {
    const Value body = parsed(response);
    std::string text = std::to_string(response.status);
    if (response.status < 400) {
        return text;
    }
    text += " " + std::string(body.text_or_empty("code"));
    const Value* errors = body.find("errors");
    if (errors == nullptr) {
        return text;
    }
    for (const Value& error : *errors->as_array()) {
        for (const std::string_view place : {"pointer", "parameter", "header"}) {
            if (const Value* name = error.find(place)) {
                text += " " + *name->as_text();
            }
        }
    }
    return text;
}

std::string order_json(const std::string& number, std::int64_t amount) {
    return R"({"merchant_order_number":")" + number + R"(","amount":)" + std::to_string(amount) +
           R"(,"currency":"CNY","description":"Two tickets"})";
}

std::string qr_payment_json(const std::string& target, std::int64_t amount) {
    const std::string member =
        target.starts_with('{') ? R"("order":)" + target : R"("order_id":")" + target + "\"";
    return "{" + member + R"(,"legs":[{"kind":"external","method":"wechatpay","scene":"qr",)" +
           R"("amount":)" + std::to_string(amount) + "}]}";
}

}  // namespace sluice::testing
