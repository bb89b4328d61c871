// What /metrics tells of webhooks: the lines by which whoever operates learns that a business
// system does not take its events.
#include <gtest/gtest.h>

#include "app/notify_wiring.hpp"
#include "db/webhook_world.hpp"
#include "support/process_wait.hpp"
#include "support/webhook_receiver.hpp"

namespace sluice::testing {
namespace {

/// The numbers of all lines; what is not set is zero.
struct Told {
    int delivered = 0;
    int failed = 0;
    int given_up = 0;
    int alarms = 0;
    int endpoints_failing = 0;
    int under_way = 0;
    int sender = 1;
};

std::string lines_of(const Told& told) {
    const auto line = [](const std::string& name, int value) {
        return "sluice_webhook_" + name + " " + std::to_string(value) + "\n";
    };
    return line(R"(attempts_total{result="delivered"})", told.delivered) +
           line(R"(attempts_total{result="failed"})", told.failed) +
           line(R"(attempts_total{result="given_up"})", told.given_up) +
           line("alarms_total", told.alarms) + line("endpoints_failing", told.endpoints_failing) +
           line("attempts_under_way", told.under_way) + line("sender", told.sender);
}

class WebhookMetrics : public ::testing::Test {
  protected:
    WebhookMetrics() { world.clock.advance(SystemClock().now() - world.clock.now()); }

    static config::WebhookSettings settings() {
        config::WebhookSettings settings;
        settings.allow_http_loopback = true;
        settings.timeout = std::chrono::minutes(10);
        return settings;
    }
    /// Says no, and that nobody needs to come back within this test.
    static WebhookReceiver::Behave refusing() {
        return WebhookReceiver::answering(503, {{"Retry-After", "3600"}});
    }
    void expect_told(const Told& told) {
        EXPECT_TRUE(eventually([&] { return notices.metrics() == lines_of(told); }))
            << "wanted\n"
            << lines_of(told) << "told\n"
            << notices.metrics();
    }

    WebhookReceiver receiver;
    WebhookWorld world;
    app::Notices notices{
        settings(),
        {.conninfo = world.database.conninfo(),
         .connection = {.role = "sluice_app"},
         .pool = world.pool,
         .keys = test_sealing_keys()}
    };
};

TEST_F(WebhookMetrics, TellNoAlarmWhileEventsAreTaken) {
    EXPECT_EQ(notices.metrics(), lines_of({.sender = 0})) << "nobody sends yet";
    world.given_endpoint(receiver.url());
    world.given_event();
    world.given_event();

    notices.start();

    expect_told({.delivered = 2});
}

TEST_F(WebhookMetrics, TellOfAnEndpointThatFailsFourTimesInARowUntilItTakesAnEvent) {
    WebhookReceiver healthy;
    receiver.behave(refusing());
    world.given_endpoint(healthy.url());
    world.given_endpoint(receiver.url());
    for (int i = 0; i < 3; ++i) {
        world.given_event();
    }
    notices.start();
    expect_told({.delivered = 3, .failed = 3});

    world.given_event();
    expect_told({.delivered = 4, .failed = 4, .alarms = 1, .endpoints_failing = 1});
    world.given_event();
    expect_told({.delivered = 5, .failed = 5, .alarms = 1, .endpoints_failing = 1});

    receiver.behave(WebhookReceiver::answering(200));
    world.given_event();
    expect_told({.delivered = 7, .failed = 5, .alarms = 1});
}

TEST_F(WebhookMetrics, TellOfAnEventThatIsGivenUp) {
    receiver.behave(refusing());
    world.given_endpoint(receiver.url());
    world.given_event();
    notices.start();
    expect_told({.failed = 1});

    // Its last attempt is due.
    world.run("UPDATE sluice.delivery SET attempts = 10, due_at = created_at");
    expect_told({.failed = 1, .given_up = 1, .alarms = 1, .endpoints_failing = 1});

    receiver.behave(WebhookReceiver::answering(200));
    world.given_event();
    expect_told({.delivered = 1, .failed = 1, .given_up = 1, .alarms = 1});
}

TEST_F(WebhookMetrics, TellNothingMoreOfAnEndpointThatIsGone) {
    receiver.behave(WebhookReceiver::answering(410));
    world.given_endpoint(receiver.url());
    world.given_event();

    notices.start();

    expect_told({.given_up = 1, .alarms = 1});
}

TEST_F(WebhookMetrics, TellOfAnAttemptWhoseAnswerIsWaitedFor) {
    receiver.behave(receiver.silent());
    world.given_endpoint(receiver.url());
    world.given_event();

    notices.start();

    expect_told({.under_way = 1});
}

}  // namespace
}  // namespace sluice::testing
