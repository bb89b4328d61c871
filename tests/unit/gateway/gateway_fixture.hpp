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
#include "unit/gateway/fake_payouts.hpp"
#include "unit/gateway/fake_tasks.hpp"
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

/// An address and what summary() says of its answer.
struct QueryCase {
    std::string target;
    std::string answer;
};

/// An address that the pattern of a route fits: "x" for each of its names.
std::string path_of(std::string_view pattern);

/// As the server would hand it over.
http::Request request_of(const Ask& ask);

/// A gateway over fakes. Every answer is held against the OpenAPI document; an undocumented one
/// fails the test.
class GatewayFixture : public ::testing::Test {
  protected:
    GatewayFixture();
    ~GatewayFixture() override;

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
    /// A payment of 100.00 that has collected 30.00 from a card and 70.00 by a code.
    std::string given_paid(const std::string& order_number);
    std::string given_refund(const std::string& number, const std::string& payment);

    /// The merchant's account of available money.
    std::string given_available(std::int64_t amount = 0);

    ManualClock clock;
    SeededRandom random{7};
    MemoryOrders orders;
    MemoryPayments payments;
    MemoryRefunds refunds{payments};
    MemoryAccounts accounts;
    MemorySignatures signatures;
    MemoryTasks tasks;
    MemoryPayouts payouts{payments, refunds};
    MemorySurpluses surpluses;
    FakeIntake intake{payments, refunds};
    /// Of endpoints, deliveries and events. Without one they are unavailable.
    std::string database = "host=/nonexistent dbname=none";
    int wakes = 0;  ///< how often the sender was told that something is due
    gateway::Settings settings;
    gateway::CallbackReader reader;
    gateway::AccountFinder knows_account;
    gateway::Forwarder forwarder;
    gateway::SceneCheck check_scene;  ///< "wechatpay" by "qr", unless changed
    gateway::PayeeCheck check_payee;  ///< "bank_account" with an account_number, unless changed
    Result<void> ready;
    /// What loading the adapters again gives.
    Result<std::vector<gateway::LoadedChannel>> loaded = std::vector<gateway::LoadedChannel>{
        {"bank", "Bank", "银行", std::string(64, 'a'), gateway::AdapterChange::added}
    };

  private:
    gateway::Gateway& gateway();
    gateway::Webhooks webhooks();
    gateway::ChannelAccounts channel_accounts();

    struct Stores;
    std::unique_ptr<Stores> stores_;
    std::unique_ptr<gateway::Gateway> gateway_;
};

/// The body as JSON; a test failure and null when it is none.
Value parsed(const http::Response& response);
std::string text_of(const http::Response& response, std::string_view member);
std::int64_t int_of(const http::Response& response, std::string_view member);
/// "status code" and, for field errors, the places: "400 invalid_request /amount /legs/0".
std::string summary(const http::Response& response);

std::string order_json(const std::string& number, std::int64_t amount = 10'000);
/// A payout to a bank account; `more` is further members with a comma before them.
std::string payout_json(
    const std::string& number, std::int64_t amount = 5'000, const std::string& more = ""
);
/// How and to whom, as members of a payout.
std::string payee_members();
/// A refund of `target`: "pay_..." or "ord_...".
std::string refund_json(
    const std::string& number, const std::string& target, std::int64_t amount = 10'000
);
/// A payment by QR of an order given by id or, when `target` is a record, inline.
std::string qr_payment_json(const std::string& target, std::int64_t amount = 10'000);

}  // namespace sluice::testing
