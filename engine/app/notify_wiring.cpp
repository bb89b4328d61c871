#include "app/notify_wiring.hpp"

#include <cstdint>
#include <utility>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "gateway/event_objects.hpp"
#include "http/client.hpp"
#include "notify/courier.hpp"
#include "notify/dispatcher.hpp"

namespace sluice::app {
namespace {

http::ClientSettings client_settings(const config::WebhookSettings& settings) {
    http::ClientSettings client;
    // The courier gives turns; two endpoints on one host must not wait for one another here.
    client.running_per_host_max = settings.in_flight_max;
    client.in_flight_max = settings.in_flight_max;
    client.reachable = settings.allow_private_addresses ? http::Reachable::any
                       : settings.allow_http_loopback   ? http::Reachable::public_and_this_machine
                                                        : http::Reachable::public_only;
    client.thread_name = "webhook-client";
    return client;
}

notify::CourierSettings courier_settings(const config::WebhookSettings& settings) {
    notify::CourierSettings courier;
    courier.limits.per_endpoint = settings.in_flight_per_endpoint;
    courier.limits.total = settings.in_flight_max;
    courier.timeout = settings.timeout;
    courier.keep.delivered = std::chrono::hours(settings.keep_delivered_hours);
    courier.keep.dead = std::chrono::hours(24 * settings.keep_dead_days);
    return courier;
}

}  // namespace

/// In the order of construction; the members below use those above.
class Notices::Parts {
  public:
    Parts(const config::WebhookSettings& settings, Database database)
        : plain_http(
              settings.allow_http_loopback ? notify::PlainHttp::to_this_machine
                                           : notify::PlainHttp::never
          ),
          client(client_settings(settings)),
          courier(
              {.conninfo = std::move(database.conninfo),
               .connection = std::move(database.connection),
               .clock = clock,
               .random = random,
               .client = client,
               .keys = database.keys,
               .render = gateway::render_event_objects,
               .wake = [this] { bell.ring(); }},
              courier_settings(settings)
          ),
          dispatcher(courier, bell),
          endpoints(database.pool, database.keys),
          deliveries(database.pool),
          events(database.pool, gateway::render_event_objects) {}

    const notify::PlainHttp plain_http;
    SystemClock clock;
    SystemRandom random;
    notify::Bell bell;
    http::Client client;
    notify::Courier courier;
    notify::Dispatcher dispatcher;
    notify::EndpointStore endpoints;
    notify::DeliveryStore deliveries;
    notify::EventStore events;
};

Notices::Notices(const config::WebhookSettings& settings, Database database)
    : parts_(std::make_unique<Parts>(settings, std::move(database))) {}
Notices::~Notices() { stop(); }

void Notices::start() { parts_->dispatcher.start(); }
void Notices::stop() { parts_->dispatcher.stop(); }
notify::Bell& Notices::bell() { return parts_->bell; }

gateway::Webhooks Notices::webhooks() {
    return {
        .endpoints = parts_->endpoints,
        .deliveries = parts_->deliveries,
        .events = parts_->events,
        .wake = [this] { parts_->bell.ring(); },
        .plain_http = parts_->plain_http,
    };
}

std::string Notices::metrics() const {
    const notify::CourierCounters counters = parts_->courier.counters();
    std::string lines;
    const auto add = [&](const std::string& name, std::uint64_t value) {
        lines += name + " " + std::to_string(value) + "\n";
    };
    add(R"(sluice_webhook_attempts_total{result="delivered"})", counters.delivered);
    add(R"(sluice_webhook_attempts_total{result="failed"})", counters.failed);
    add(R"(sluice_webhook_attempts_total{result="given_up"})", counters.given_up);
    add("sluice_webhook_alarms_total", counters.alarms);
    add("sluice_webhook_endpoints_failing", counters.endpoints_failing);
    add("sluice_webhook_attempts_under_way", counters.under_way);
    add("sluice_webhook_sender", counters.is_sender ? 1 : 0);
    return lines;
}

}  // namespace sluice::app
