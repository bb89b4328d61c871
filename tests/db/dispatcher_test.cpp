// The courier's thread: what wakes it, and that it ends.
#include "notify/dispatcher.hpp"

#include <gtest/gtest.h>

#include "db/webhook_world.hpp"
#include "gateway/event_objects.hpp"
#include "support/process_wait.hpp"
#include "support/sealing.hpp"
#include "support/webhook_receiver.hpp"

namespace sluice::notify {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::eventually;
using testing::WebhookReceiver;
using testing::WebhookWorld;

class WebhookThread : public ::testing::Test {
  protected:
    void start(DispatcherSettings settings) {
        dispatcher = std::make_unique<Dispatcher>(courier, bell, settings);
        dispatcher->start();
    }

    WebhookReceiver receiver;
    WebhookWorld world;
    SystemClock clock;
    SeededRandom random{5};
    Bell bell;
    http::Client client{{.reachable = http::Reachable::public_and_this_machine}};
    Courier courier{
        {.conninfo = world.database.conninfo(),
         .connection = {.role = "sluice_app"},
         .clock = clock,
         .random = random,
         .client = client,
         .keys = testing::test_sealing_keys(),
         .render = gateway::render_event_objects,
         .wake = [this] { bell.ring(); }},
        CourierSettings{}
    };
    std::unique_ptr<Dispatcher> dispatcher;
};

TEST_F(WebhookThread, IsWokenByTheBellOfACommit) {
    world.given_endpoint(receiver.url());
    // Nothing but the bell will do within the patience of this test.
    start({.poll = hours(1), .pause = milliseconds(1)});
    ASSERT_TRUE(eventually([&] { return courier.counters().is_sender; }));
    world.given_event();

    // The server's own transactions may hide the commit from the first look.
    EXPECT_TRUE(eventually([&] {
        bell.ring();
        return receiver.count() == 1;
    }));
    EXPECT_TRUE(eventually([&] { return courier.counters().delivered == 1; }));
}

TEST_F(WebhookThread, LooksForItselfWhenNobodyRings) {
    world.given_endpoint(receiver.url());
    start({.poll = milliseconds(5), .pause = milliseconds(1)});
    world.given_event();

    EXPECT_TRUE(eventually([&] { return courier.counters().delivered == 1; }));
}

TEST_F(WebhookThread, EndsAtOnceAndLeavesWhatIsUnderWayToOthers) {
    receiver.behave(receiver.silent());
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    start({.poll = milliseconds(5), .pause = milliseconds(1)});
    world.given_event();
    ASSERT_TRUE(eventually([&] { return receiver.count() == 1; }));

    dispatcher->stop();

    const auto deliveries = world.deliveries(endpoint);
    ASSERT_EQ(deliveries.size(), 1U);
    EXPECT_EQ(deliveries.front().status, DeliveryStatus::pending);
    EXPECT_EQ(deliveries.front().attempts, 0) << "what we broke off ourselves is no failure";
    receiver.behave(WebhookReceiver::answering(200));
    world.clock.advance(clock.now() - world.clock.now());
    world.node()->settle();
    EXPECT_EQ(receiver.count(), 2U);
}

}  // namespace
}  // namespace sluice::notify
