#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class Forwarding : public GatewayFixture {
  protected:
    Forwarding() {
        intake.owner = "10.0.0.2:80";
        forwarder = [this](
                        const std::string& address,
                        const http::Request& request,
                        const gateway::ForwardDone& done
                    ) {
            sent_to = address;
            sent = request;
            done(answer);
        };
    }

    http::Response pay(const http::Headers& headers = {}) {
        return send(
            {.method = "POST",
             .target = "/v1/payments",
             .body = qr_payment_json(order_json("A-1")),
             .headers = headers}
        );
    }

    std::string sent_to;
    http::Request sent;
    Result<http::Response> answer{fail(ErrorCode::unavailable, "nobody there")};
};

TEST_F(Forwarding, SendsTheWholeRequestToTheOwnerAndGivesItsAnswer) {
    answer = http::Response{
        .status = 503,
        .headers = {{"Content-Type", "application/problem+json"}},
        .body = R"({"type":"t","title":"t","status":503,"detail":"d","code":"c","request_id":"r"})"
    };

    const auto response = pay({{"Idempotency-Key", "k"}, {"X-Request-Id", "abc"}});

    EXPECT_EQ(text_of(response, "code"), "c");
    EXPECT_EQ(sent_to, "10.0.0.2:80");
    EXPECT_EQ(sent.method, "POST");
    EXPECT_EQ(sent.target, "/v1/payments");
    EXPECT_EQ(sent.body, qr_payment_json(order_json("A-1")));
    EXPECT_EQ(sent.headers.get_or_empty("Authorization"), "Bearer sk_test_alpha");
    EXPECT_EQ(sent.headers.get_or_empty("Idempotency-Key"), "k");
    EXPECT_EQ(sent.headers.get_or_empty("X-Request-Id"), "abc");
    EXPECT_EQ(sent.headers.get_or_empty("Sluice-Forwarded"), "nodes only");
    EXPECT_TRUE(intake.starts.empty());
}

TEST_F(Forwarding, NeverPassesARequestOnTwice) {
    const auto response = pay({{"Sluice-Forwarded", "nodes only"}});

    EXPECT_EQ(summary(response), "503 unavailable");
    EXPECT_EQ(sent_to, "");
}

TEST_F(Forwarding, DoesNotBelieveAnOutsidersMark) {
    pay({{"Sluice-Forwarded", "guess"}});

    EXPECT_EQ(sent_to, "10.0.0.2:80");
    EXPECT_EQ(sent.headers.get_or_empty("Sluice-Forwarded"), "nodes only");
}

TEST_F(Forwarding, TellsWhetherTheOwnerMayHaveActed) {
    EXPECT_EQ(summary(pay()), "503 unavailable");
    answer = fail(ErrorCode::unknown, "cut");
    EXPECT_EQ(summary(pay()), "503 outcome_unknown");
}

TEST_F(Forwarding, TellsABucketNobodyOwnsAsTryAgain) {
    intake.owner_error = Error{ErrorCode::unavailable, "no owner", {}};

    const auto response = pay();

    EXPECT_EQ(summary(response), "503 unavailable");
    EXPECT_TRUE(response.headers.has("Retry-After"));
}

TEST_F(Forwarding, KeepsBadRequestsHere) {
    const auto response = post("/v1/payments", "{}");

    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(sent_to, "");
}

TEST_F(Forwarding, ReadsPaymentsHereUnlessTheCallerWaits) {
    intake.owner.reset();
    const std::string id = given_payment("A-1");
    intake.owner = "10.0.0.2:80";

    EXPECT_EQ(get("/v1/payments/" + id).status, 200);
    EXPECT_EQ(sent_to, "");
    send({.target = "/v1/payments/" + id, .headers = {{"Prefer", "wait=1"}}});
    EXPECT_EQ(sent_to, "10.0.0.2:80");
}

}  // namespace
}  // namespace sluice::testing
