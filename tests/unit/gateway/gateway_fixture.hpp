#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/value.hpp"
#include "gateway/gateway.hpp"
#include "unit/gateway/fake_engine.hpp"
#include "unit/gateway/line.hpp"

namespace sluice::testing {

inline constexpr std::string_view kMerchantKey = "sk_test_alpha";
inline constexpr std::string_view kOtherKey = "sk_test_beta";

/// One request as a test words it.
struct Ask {
    std::string method = "GET";
    std::string target;
    std::string body;
    http::Headers headers;
    std::string_view key = kMerchantKey;
    std::string content_type = "application/json";
};

/// As the server would hand it over.
http::Request request_of(const Ask& ask);

/// A gateway over fakes. Every answer is held against the OpenAPI document; an undocumented one
/// fails the test.
class GatewayFixture : public ::testing::Test {
  protected:
    GatewayFixture();

    http::Response send(const Ask& ask);
    /// Without waiting for the answer.
    std::shared_ptr<Line> begin(const Ask& ask);
    http::Response get(const std::string& target) { return send({.target = target}); }
    http::Response post(const std::string& target, const std::string& body) {
        return send({.method = "POST", .target = target, .body = body});
    }
    /// What the server says for a request that never reached the gateway.
    http::Response refused(const http::ProtocolError& error);
    /// A new gateway with the settings as the test changed them.
    void restart();

    /// The id of a new object, which must have been made.
    std::string given_order(const std::string& number, std::int64_t amount = 10'000);
    std::string given_account(const std::string& owner, std::int64_t balance = 0);
    std::string given_payment(const std::string& order_number);

    ManualClock clock;
    SeededRandom random{7};
    MemoryOrders orders;
    MemoryPayments payments;
    MemoryAccounts accounts;
    MemorySignatures signatures;
    FakeIntake intake{payments};
    gateway::Settings settings;
    gateway::CallbackReader reader;
    gateway::Forwarder forwarder;
    Result<void> ready;

  private:
    gateway::Gateway& gateway();

    std::unique_ptr<gateway::Gateway> gateway_;
};

/// The body as JSON; a test failure and null when it is none.
Value parsed(const http::Response& response);
std::string text_of(const http::Response& response, std::string_view member);
std::int64_t int_of(const http::Response& response, std::string_view member);
/// "status code" and, for field errors, the places: "400 invalid_request /amount /legs/0".
std::string summary(const http::Response& response);

std::string order_json(const std::string& number, std::int64_t amount = 10'000);
/// A payment by QR of an order given by id or, when `target` is a record, inline.
std::string qr_payment_json(const std::string& target, std::int64_t amount = 10'000);

}  // namespace sluice::testing
