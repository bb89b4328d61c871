#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "db/pool.hpp"
#include "http/client.hpp"
#include "notify/bell.hpp"
#include "notify/courier.hpp"
#include "notify/delivery_store.hpp"
#include "notify/endpoint_store.hpp"
#include "payment/service.hpp"
#include "support/sealing.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {

/// A courier without its thread: the test is the clock and calls each round. Time moves only when
/// the test says so, so a ladder of a day takes moments.
class CourierNode {
  public:
    CourierNode(const TestDatabase& database, const Clock& clock, notify::CourierSettings settings);

    notify::Courier::Pace step() { return courier_->step(); }
    /// Rounds until the condition holds; false when it does not within half a minute.
    bool run_until(const std::function<bool()>& condition);
    /// Rounds until every committed event is spread, nothing is to be done and no attempt is under
    /// way.
    void settle();
    [[nodiscard]] notify::CourierCounters counters() const { return courier_->counters(); }

  private:
    [[nodiscard]] bool all_spread();

    db::Connection owner_;
    SeededRandom random_{5};
    notify::Bell bell_;
    std::unique_ptr<http::Client> client_;
    std::unique_ptr<notify::Courier> courier_;
};

/// Merchants with payments, events and endpoints on a real database.
class WebhookWorld {
  public:
    WebhookWorld();

    /// A courier that looks at everything in each round.
    [[nodiscard]] std::unique_ptr<CourierNode> node();

    /// The id of a new payment.
    OrderId given_order(const std::string& merchant = "alpha");
    PaymentId given_payment(const std::string& merchant = "alpha");
    /// An event about it, as a batch writes it.
    EventId given_event(PaymentId payment, const std::string& type = "payment.succeeded");
    /// The same in a session of its own, which the caller commits.
    EventId given_event(
        db::Connection& session, PaymentId payment, const std::string& type = "payment.succeeded"
    );
    EventId given_event() { return given_event(given_payment()); }
    /// A refund, payout or transfer that succeeded, and the event that tells it.
    RunId given_service(payment::Service service, const std::string& merchant = "alpha");
    EventId given_event(RunId run, const std::string& type);
    notify::Endpoint given_endpoint(
        const std::string& url,
        std::vector<std::string> filters = {"*"},
        const std::string& merchant = "alpha"
    );

    /// The deliveries of an endpoint, the oldest object first.
    std::vector<notify::Delivery> deliveries(const notify::Endpoint& endpoint);
    /// The sender's session ends under it, as when its process dies: it writes nothing more down.
    void kill_sender();
    /// The one value of a statement of the schema's owner; throws when it is refused.
    std::string value(const std::string& sql);
    void run(const std::string& sql);

    TestDatabase database;
    ManualClock clock{Time{std::chrono::seconds(1'767'225'600)}};
    SeededRandom random{7};
    db::Pool pool{database.conninfo(), {.connection = {.role = "sluice_app"}}};
    notify::EndpointStore endpoints{pool, test_sealing_keys()};
    notify::DeliveryStore delivery_store{pool};
    notify::CourierSettings settings;

  private:
    EventId add_event(db::Connection& session, Id128 object, const std::string& type);

    db::Connection owner_ = database.connect();
    int orders_ = 0;
    std::uint32_t events_ = 0;
};

}  // namespace sluice::testing
