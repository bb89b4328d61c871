// What becomes of an event on its way to a business system, over real HTTP on this machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/webhook_world.hpp"
#include "json/json.hpp"
#include "support/webhook_receiver.hpp"

namespace sluice::notify {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::CourierNode;
using testing::WebhookReceiver;
using testing::WebhookWorld;

class WebhookDelivery : public ::testing::Test {
  protected:
    Delivery only_delivery(const Endpoint& endpoint) {
        const auto all = world.deliveries(endpoint);
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? Delivery{} : all.front();
    }
    /// The ladder's next rung, and a little.
    void pass_to(const Delivery& delivery) {
        ASSERT_TRUE(delivery.next_attempt_at.has_value());
        world.clock.advance(*delivery.next_attempt_at - world.clock.now());
    }

    WebhookReceiver receiver;
    WebhookWorld world;
};

TEST_F(WebhookDelivery, TellsTheObjectAsTheApiShowsItAndOnce) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    const PaymentId payment = world.given_payment();
    const EventId event = world.given_event(payment, "payment.succeeded");
    const auto node = world.node();

    node->settle();
    node->settle();

    ASSERT_EQ(receiver.count(), 1U);
    const http::Request request = receiver.received().front();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/hooks");
    EXPECT_EQ(request.headers.get_or_empty("webhook-id"), event.to_string());
    const auto body = json::parse(request.body);
    ASSERT_TRUE(body.has_value()) << request.body;
    EXPECT_EQ(body->text_or_empty("type"), "payment.succeeded");
    EXPECT_EQ(body->text_or_empty("timestamp"), format_rfc3339(world.clock.now()));
    const Value& data = *body->find("data");
    EXPECT_EQ(data.text_or_empty("merchant_id"), "alpha");
    EXPECT_EQ(data.text_or_empty("id"), payment.to_string());
    EXPECT_EQ(data.text_or_empty("updated_at"), format_rfc3339(world.clock.now()));
    const Delivery delivery = only_delivery(endpoint);
    EXPECT_EQ(delivery.status, DeliveryStatus::delivered);
    EXPECT_EQ(delivery.attempts, 1);
    EXPECT_EQ(delivery.response_status, 200);
    EXPECT_EQ(node->counters().delivered, 1U);
}

TEST_F(WebhookDelivery, RepeatsAFailureWithTheSameIdAndBody) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    const PaymentId payment = world.given_payment();
    world.given_event(payment);
    const auto node = world.node();
    receiver.behave(WebhookReceiver::answering(500));
    node->settle();
    const Delivery failed = only_delivery(endpoint);
    EXPECT_EQ(failed.status, DeliveryStatus::pending);
    EXPECT_EQ(failed.failure, "answered 500");
    node->settle();
    ASSERT_EQ(receiver.count(), 1U) << "before its time";

    world.run("UPDATE sluice.payment SET status = 'succeeded', updated_at = '2030-01-01Z'");
    receiver.behave(WebhookReceiver::answering(204));
    pass_to(failed);
    node->settle();

    const auto received = receiver.received();
    ASSERT_EQ(received.size(), 2U);
    EXPECT_EQ(
        received[0].headers.get_or_empty("webhook-id"),
        received[1].headers.get_or_empty("webhook-id")
    );
    EXPECT_EQ(received[0].body, received[1].body);
    EXPECT_NE(
        received[0].headers.get_or_empty("webhook-timestamp"),
        received[1].headers.get_or_empty("webhook-timestamp")
    );
    const Delivery delivery = only_delivery(endpoint);
    EXPECT_EQ(delivery.status, DeliveryStatus::delivered);
    EXPECT_EQ(delivery.attempts, 2);
    EXPECT_EQ(delivery.failure, "");
}

TEST_F(WebhookDelivery, GivesUpAfterTheLadderAndTellsAPersonOnce) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    world.given_event();
    const Time begun = world.clock.now();
    const auto node = world.node();
    receiver.behave(WebhookReceiver::answering(500));
    std::vector<std::uint64_t> alarms;
    Delivery delivery;
    do {
        node->settle();
        delivery = only_delivery(endpoint);
        alarms.push_back(node->counters().alarms);
        if (delivery.status == DeliveryStatus::pending) {
            pass_to(delivery);
        }
    } while (delivery.status == DeliveryStatus::pending && alarms.size() < 20);

    EXPECT_EQ(delivery.status, DeliveryStatus::dead);
    EXPECT_EQ(receiver.count(), 11U);
    EXPECT_GT(world.clock.now() - begun, hours(24));
    EXPECT_THAT(alarms, ::testing::ElementsAre(0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2));
    EXPECT_EQ(node->counters().endpoints_failing, 1U);
    world.clock.advance(hours(100));
    node->settle();
    EXPECT_EQ(receiver.count(), 11U);
}

TEST_F(WebhookDelivery, TakesNothingButA2xxOfThatVeryAddressForSuccess) {
    struct Case {
        const char* name;
        WebhookReceiver::Behave behave;
        DeliveryStatus status;
        const char* failure;
    };
    WebhookReceiver elsewhere;
    const std::vector<Case> cases = {
        {"redirect",
         WebhookReceiver::answering(302, {{"Location", elsewhere.url()}}),
         DeliveryStatus::pending,
         "answered 302"},
        {"reset", WebhookReceiver::cutting(), DeliveryStatus::pending, "closed: "},
        {"silence", receiver.silent(), DeliveryStatus::pending, "timeout: "},
        {"no such page", WebhookReceiver::answering(404), DeliveryStatus::pending, "answered 404"},
        {"any body", WebhookReceiver::answering(202), DeliveryStatus::delivered, ""},
    };
    for (const Case& one : cases) {
        // Only silence is waited for; the others have all the time they need.
        const bool is_silent = std::string_view(one.name) == "silence";
        world.settings.timeout = milliseconds(is_silent ? 300 : 20'000);
        const Endpoint endpoint = world.given_endpoint(receiver.url());
        receiver.behave(one.behave);
        world.given_event();
        world.node()->settle();

        const Delivery delivery = only_delivery(endpoint);
        EXPECT_EQ(delivery.status, one.status) << one.name;
        EXPECT_TRUE(delivery.failure.starts_with(one.failure)) << one.name << delivery.failure;
        ASSERT_TRUE(world.endpoints.remove({"alpha", endpoint.id}, world.clock.now()).has_value());
    }
    EXPECT_EQ(elsewhere.count(), 0U);
}

TEST_F(WebhookDelivery, GivesAReceiverTheTimeItAsksFor) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    world.given_event();
    receiver.behave(WebhookReceiver::answering(503, {{"Retry-After", "3600"}}));
    const auto node = world.node();

    node->settle();

    EXPECT_EQ(only_delivery(endpoint).next_attempt_at, world.clock.now() + seconds(3'600));
}

TEST_F(WebhookDelivery, DisablesAnEndpointThatIsGone) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    world.given_event();
    receiver.behave(WebhookReceiver::answering(410));
    const auto node = world.node();
    node->settle();
    world.given_event();
    node->settle();

    EXPECT_EQ(only_delivery(endpoint).status, DeliveryStatus::dead);
    const auto found = world.endpoints.find(endpoint.id);
    EXPECT_FALSE((*found)->enabled);
    EXPECT_EQ((*found)->disabled_reason, "gone");
    EXPECT_EQ(receiver.count(), 1U);
}

TEST_F(WebhookDelivery, ASlowReceiverDelaysNobodyElse) {
    WebhookReceiver slow;
    slow.behave(slow.silent());
    world.settings.limits = {.per_endpoint = 4, .total = 16, .waiting = 8};
    world.settings.timeout = milliseconds(30'000);
    world.given_endpoint(slow.url());
    world.given_endpoint(receiver.url());
    for (int i = 0; i < 60; ++i) {
        world.given_event();
    }
    const auto node = world.node();

    EXPECT_TRUE(node->run_until([&] { return receiver.count() == 60 && slow.count() == 4; }));
    EXPECT_TRUE(node->run_until([&] { return node->counters().delivered == 60; }));
    EXPECT_EQ(slow.count(), 4U);
    EXPECT_EQ(node->counters().under_way, 4U);
}

TEST_F(WebhookDelivery, ManySlowReceiversDelayNobodyElse) {
    WebhookReceiver slow;
    slow.behave(slow.silent());
    world.settings.limits = {.per_endpoint = 1'000, .total = 32, .waiting = 8};
    world.settings.timeout = milliseconds(30'000);
    for (int i = 0; i < 8; ++i) {
        world.given_endpoint(slow.url());
    }
    world.given_endpoint(receiver.url());
    for (int i = 0; i < 40; ++i) {
        world.given_event();
    }

    EXPECT_TRUE(world.node()->run_until([&] { return receiver.count() == 40; }));
}

TEST_F(WebhookDelivery, OfTwoNodesOneSends) {
    world.given_endpoint(receiver.url());
    const auto first = world.node();
    const auto second = world.node();
    first->settle();
    for (int i = 0; i < 20; ++i) {
        world.given_event();
        EXPECT_EQ(second->step(), Courier::Pace::absent);
    }
    first->settle();

    EXPECT_EQ(receiver.count(), 20U);
    EXPECT_TRUE(first->counters().is_sender);
    EXPECT_FALSE(second->counters().is_sender);
    EXPECT_EQ(second->counters().delivered, 0U);
}

TEST_F(WebhookDelivery, AnotherNodeGoesOnWhenTheSenderIsGone) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    auto first = world.node();
    const auto second = world.node();
    receiver.behave(receiver.silent());
    const EventId event = world.given_event();
    ASSERT_TRUE(first->run_until([&] { return receiver.count() == 1; }));
    ASSERT_EQ(second->step(), Courier::Pace::absent);

    world.kill_sender();
    first.reset();
    receiver.behave(WebhookReceiver::answering(200));
    second->settle();

    EXPECT_EQ(only_delivery(endpoint).status, DeliveryStatus::delivered);
    ASSERT_EQ(receiver.count(), 2U) << "at least once: the first attempt has no outcome";
    EXPECT_EQ(receiver.received().back().headers.get_or_empty("webhook-id"), event.to_string());
}

TEST_F(WebhookDelivery, GoesOnAfterItsOwnSessionWasLost) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    const auto node = world.node();
    node->settle();
    world.kill_sender();
    world.given_event();

    EXPECT_TRUE(node->run_until([&] { return node->counters().delivered == 1; }));
    EXPECT_EQ(only_delivery(endpoint).status, DeliveryStatus::delivered);
}

TEST_F(WebhookDelivery, IsMadeAfterARestartWhenTheProcessDiedBefore) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    world.given_event();
    ASSERT_EQ(receiver.count(), 0U);

    world.node()->settle();

    EXPECT_EQ(only_delivery(endpoint).status, DeliveryStatus::delivered);
}

TEST_F(WebhookDelivery, WaitsWhileItsEndpointIsDisabled) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    world.given_event();
    const auto node = world.node();
    receiver.behave(WebhookReceiver::answering(500));
    node->settle();
    ASSERT_TRUE(
        world.endpoints.change({"alpha", endpoint.id}, {.enabled = false}, world.clock.now())
    );
    receiver.behave(WebhookReceiver::answering(200));
    world.clock.advance(hours(1));
    node->settle();
    EXPECT_EQ(receiver.count(), 1U);

    ASSERT_TRUE(world.endpoints.change({"alpha", endpoint.id}, {.enabled = true}, world.clock.now())
    );
    node->settle();

    EXPECT_EQ(receiver.count(), 2U);
    EXPECT_EQ(only_delivery(endpoint).status, DeliveryStatus::delivered);
}

TEST_F(WebhookDelivery, SendsAgainWithTheSameId) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    const EventId event = world.given_event();
    const auto node = world.node();
    node->settle();
    const Delivery delivery = only_delivery(endpoint);

    ASSERT_TRUE(world.delivery_store.redeliver("alpha", delivery.id, world.clock.now()));
    node->settle();

    ASSERT_EQ(receiver.count(), 2U);
    EXPECT_EQ(receiver.received().back().headers.get_or_empty("webhook-id"), event.to_string());
    EXPECT_EQ(only_delivery(endpoint).id, delivery.id);
    EXPECT_EQ(only_delivery(endpoint).attempts, 1);
    const auto of_another = world.delivery_store.redeliver("beta", delivery.id, world.clock.now());
    EXPECT_FALSE(of_another->has_value());
}

TEST_F(WebhookDelivery, IsForgottenAfterAWhile) {
    const Endpoint taken = world.given_endpoint(receiver.url());
    world.given_event();
    const auto node = world.node();
    node->settle();
    ASSERT_EQ(world.deliveries(taken).size(), 1U);

    world.clock.advance(hours(71));
    node->settle();
    EXPECT_EQ(world.deliveries(taken).size(), 1U);
    world.clock.advance(hours(2));
    node->settle();

    EXPECT_EQ(world.deliveries(taken).size(), 0U);
}

TEST_F(WebhookDelivery, OfADeletedEndpointEndsAndLeavesNothing) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    world.given_event();
    const auto node = world.node();
    receiver.behave(WebhookReceiver::answering(500));
    node->settle();
    ASSERT_TRUE(world.endpoints.remove({"alpha", endpoint.id}, world.clock.now()));
    world.given_event();
    for (int i = 0; i < 3; ++i) {
        world.clock.advance(hours(1));
        node->settle();
    }

    EXPECT_EQ(receiver.count(), 1U);
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.delivery"), "0");
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.webhook_endpoint"), "0");
}

}  // namespace
}  // namespace sluice::notify
