#include "db/webhook_world.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "gateway/event_objects.hpp"
#include "notify/signature.hpp"

namespace sluice::testing {

CourierNode::CourierNode(
    const TestDatabase& database, const Clock& clock, notify::CourierSettings settings
)
    : owner_(database.connect()),
      client_(std::make_unique<http::Client>(http::ClientSettings{
          .running_per_host_max = settings.limits.total,
          .reachable = http::Reachable::public_and_this_machine
      })),
      courier_(std::make_unique<notify::Courier>(
          notify::CourierParts{
              .conninfo = database.conninfo(),
              .connection = {.role = "sluice_app"},
              .clock = clock,
              .random = random_,
              .client = *client_,
              .keys = test_sealing_keys(),
              .render = gateway::render_event_objects,
              .wake = [this] { bell_.ring(); }
          },
          settings
      )) {}

bool CourierNode::run_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
        const auto pace = step();
        if (condition()) {
            return true;
        }
        if (pace != notify::Courier::Pace::go_on) {
            bell_.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
        }
    }
    return false;
}

bool CourierNode::all_spread() {
    const auto rows = owner_.run(
        "SELECT NOT EXISTS (SELECT 1 FROM sluice.event e, sluice.event_mark m "
        "WHERE e.xid >= m.below)"
    );
    return rows && (*rows)[0].boolean(0);
}

void CourierNode::settle() {
    const bool settled = run_until([this] {
        return all_spread() && client_->in_flight() == 0 && step() == notify::Courier::Pace::wait &&
               counters().under_way == 0;
    });
    if (!settled) {
        throw std::runtime_error("the courier does not come to rest");
    }
}

WebhookWorld::WebhookWorld() {
    using std::chrono::milliseconds;
    settings.endpoints_every = milliseconds(0);
    settings.look_again_every = milliseconds(0);
    settings.timeout = milliseconds(5'000);
}

std::unique_ptr<CourierNode> WebhookWorld::node() {
    return std::make_unique<CourierNode>(database, clock, settings);
}

std::string WebhookWorld::value(const std::string& sql) {
    const auto rows = owner_.run(sql);
    if (!rows) {
        throw std::runtime_error(sql + ": " + rows.error().message);
    }
    return rows->empty() ? "" : std::string((*rows)[0].text_or_empty(0));
}

void WebhookWorld::kill_sender() {
    run("SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND "
        "classid = 1936485999 AND granted AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())");
}

void WebhookWorld::run(const std::string& sql) { value(sql); }

OrderId WebhookWorld::given_order(const std::string& merchant) {
    const auto order = OrderId::generate(clock.now(), Bucket{1}, random);
    const std::string at = "'" + format_rfc3339(clock.now()) + "'";
    run("INSERT INTO sluice.orders (id, merchant_id, merchant_order_number, product_code, "
        "description, currency, amount, request_hash, created_at, updated_at, expires_at) "
        "VALUES ('" +
        order.raw().to_uuid() + "', '" + merchant + "', 'A-" + std::to_string(++orders_) +
        "', 'default', 'd', 'CNY', 10000, '" + Id128{}.to_uuid() + "', " + at + ", " + at + ", " +
        at + ")");
    return order;
}

PaymentId WebhookWorld::given_payment(const std::string& merchant) {
    const auto order = given_order(merchant);
    const auto payment = PaymentId::generate(clock.now(), Bucket{1}, random);
    const std::string at = "'" + format_rfc3339(clock.now()) + "'";
    run("INSERT INTO sluice.payment (id, order_id, merchant_id, flow, currency, amount, legs, "
        "created_at, updated_at) VALUES ('" +
        payment.raw().to_uuid() + "', '" + order.raw().to_uuid() + "', '" + merchant +
        "', 'pay', 'CNY', 10000, '[{\"kind\":\"external\",\"method\":\"wechatpay\",\"scene\":"
        "\"qr\",\"amount\":10000}]', " +
        at + ", " + at + ")");
    return payment;
}

RunId WebhookWorld::given_service(payment::Service service, const std::string& merchant) {
    const auto id = RunId::generate(clock.now(), Bucket{1}, random);
    const bool is_refund = service == payment::Service::refund;
    const std::string order = is_refund ? given_order(merchant).raw().to_uuid() : "";
    const std::string at = "'" + format_rfc3339(clock.now()) + "'";
    run("INSERT INTO sluice." + std::string(to_string(service)) + " (id, " +
        (is_refund ? "order_id, " : "") +
        "merchant_id, merchant_number, flow, currency, amount, details, request_hash, status, "
        "stage, failure_code, failure_message, created_at, updated_at) VALUES ('" +
        id.raw().to_uuid() + "', " + (is_refund ? "'" + order + "', " : "") + "'" + merchant +
        "', 'N-" + id.raw().to_string() + "', 'flow', 'CNY', 100, '{\"sources\":[]}', '" +
        Id128{}.to_uuid() + "', 'succeeded', '', '', '', " + at + ", " + at + ")");
    return id;
}

EventId WebhookWorld::given_event(PaymentId payment, const std::string& type) {
    return add_event(owner_, payment.raw(), type);
}

EventId WebhookWorld::given_event(RunId run, const std::string& type) {
    return add_event(owner_, run.raw(), type);
}

EventId WebhookWorld::given_event(
    db::Connection& session, PaymentId payment, const std::string& type
) {
    return add_event(session, payment.raw(), type);
}

EventId WebhookWorld::add_event(db::Connection& session, Id128 object, const std::string& type) {
    const EventId event(object.derive(++events_, 1));
    const auto done = session.run(
        "INSERT INTO sluice.event (id, type, object_id, created_at) VALUES ('" +
        event.raw().to_uuid() + "', '" + type + "', '" + object.to_uuid() + "', '" +
        format_rfc3339(clock.now()) + "')"
    );
    if (!done) {
        throw std::runtime_error(done.error().message);
    }
    return event;
}

notify::Endpoint WebhookWorld::given_endpoint(
    const std::string& url, std::vector<std::string> filters, const std::string& merchant
) {
    notify::Endpoint endpoint;
    endpoint.id = notify::EndpointId::generate(clock.now(), Bucket{1}, random);
    endpoint.merchant_id = merchant;
    endpoint.url = url;
    endpoint.filters = std::move(filters);
    endpoint.created_at = clock.now();
    endpoint.updated_at = clock.now();
    if (const auto added = endpoints.add(endpoint, notify::make_secret(random)); !added) {
        throw std::runtime_error(added.error().message);
    }
    return endpoint;
}

std::vector<notify::Delivery> WebhookWorld::deliveries(const notify::Endpoint& endpoint) {
    const auto page =
        delivery_store.list({.endpoint = endpoint.id, .status = {}, .before = {}, .limit = 10'000});
    if (!page) {
        throw std::runtime_error(page.error().message);
    }
    std::vector<notify::Delivery> found = page->deliveries;
    std::ranges::reverse(found);
    return found;
}

}  // namespace sluice::testing
