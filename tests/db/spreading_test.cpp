// How events become deliveries: whose, for whom, in spite of late commits, and at what price.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/webhook_world.hpp"
#include "support/webhook_receiver.hpp"

namespace sluice::notify {
namespace {

using testing::WebhookReceiver;
using testing::WebhookWorld;

class EventSpreading : public ::testing::Test {
  protected:
    std::vector<std::string> types(const Endpoint& endpoint) {
        std::vector<std::string> types;
        for (const Delivery& delivery : world.deliveries(endpoint)) {
            types.push_back(delivery.event.type);
        }
        std::ranges::sort(types);
        return types;
    }

    WebhookReceiver receiver;
    WebhookWorld world;
};

TEST_F(EventSpreading, FollowsTheFilters) {
    const Endpoint all = world.given_endpoint(receiver.url());
    const Endpoint kind = world.given_endpoint(receiver.url(), {"payment.*"});
    const Endpoint one = world.given_endpoint(receiver.url(), {"refund.*", "payment.closed"});
    const Endpoint none = world.given_endpoint(receiver.url(), {"payment.closed_by", "refund.*"});
    const PaymentId payment = world.given_payment();
    world.given_event(payment, "payment.closed");
    world.given_event(payment, "payment.failed");

    world.node()->settle();

    using ::testing::ElementsAre;
    EXPECT_THAT(types(all), ElementsAre("payment.closed", "payment.failed"));
    EXPECT_THAT(types(kind), ElementsAre("payment.closed", "payment.failed"));
    EXPECT_THAT(types(one), ElementsAre("payment.closed"));
    EXPECT_THAT(types(none), ElementsAre());
}

TEST_F(EventSpreading, TellsNobodyOfAnotherMerchantsPayments) {
    const Endpoint own = world.given_endpoint(receiver.url(), {"*"}, "alpha");
    const Endpoint foreign = world.given_endpoint(receiver.url(), {"*"}, "beta");
    world.given_event(world.given_payment("alpha"));

    world.node()->settle();

    EXPECT_EQ(types(own).size(), 1U);
    EXPECT_EQ(types(foreign).size(), 0U);
}

TEST_F(EventSpreading, MissesNobodyWhoCommitsLate) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    const PaymentId payment = world.given_payment();
    db::Connection slow = world.database.connect();
    ASSERT_TRUE(slow.run("BEGIN"));
    world.given_event(slow, payment, "payment.failed");
    world.given_event(payment, "payment.closed");
    const auto node = world.node();
    for (int i = 0; i < 5; ++i) {
        node->step();
    }
    const auto before = types(endpoint);

    ASSERT_TRUE(slow.run("COMMIT"));
    node->settle();

    EXPECT_EQ(before, std::vector<std::string>{}) << "in the order of commits, none overtakes";
    EXPECT_THAT(types(endpoint), ::testing::ElementsAre("payment.closed", "payment.failed"));
    EXPECT_EQ(receiver.count(), 2U);
}

TEST_F(EventSpreading, ForgetsAnEventThatWasRolledBack) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    const PaymentId payment = world.given_payment();
    db::Connection session = world.database.connect();
    ASSERT_TRUE(session.run("BEGIN"));
    world.given_event(session, payment);
    ASSERT_TRUE(session.run("ROLLBACK"));

    world.node()->settle();

    EXPECT_EQ(world.deliveries(endpoint).size(), 0U);
}

TEST_F(EventSpreading, OnlyMovesTheMarkWhenNobodyListens) {
    world.given_event();
    const auto node = world.node();
    node->settle();
    const Endpoint late = world.given_endpoint(receiver.url());
    node->settle();

    EXPECT_EQ(world.deliveries(late).size(), 0U) << "what was before it is not for it";
    EXPECT_EQ(
        world.value("SELECT count(*) FROM sluice.event e, sluice.event_mark m "
                    "WHERE e.xid >= m.below"),
        "0"
    );
}

TEST_F(EventSpreading, TakesAWholeBacklogInSteps) {
    world.settings.transactions_max = 3;
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    for (int i = 0; i < 20; ++i) {
        world.given_event();
    }

    world.node()->settle();

    EXPECT_EQ(world.deliveries(endpoint).size(), 20U);
    EXPECT_EQ(receiver.count(), 20U);
}

TEST_F(EventSpreading, LosesNothingWhenTheDatabaseCameFromAnotherServer) {
    const Endpoint endpoint = world.given_endpoint(receiver.url());
    world.given_event();
    const auto node = world.node();
    node->settle();
    ASSERT_EQ(receiver.count(), 1U);
    // There, transactions were counted further: one event was told, the other was not yet.
    world.run("UPDATE sluice.event SET xid = xid + 5000000000");
    world.run("UPDATE sluice.event_mark SET below = below + 5000000000");
    const EventId open = world.given_event();
    world.run(
        "UPDATE sluice.event SET xid = xid + 6000000000 WHERE id = '" + open.raw().to_uuid() + "'"
    );

    node->settle();
    world.given_event();
    node->settle();

    EXPECT_EQ(receiver.count(), 3U);
    EXPECT_EQ(world.deliveries(endpoint).size(), 3U);
}

TEST_F(EventSpreading, CostsAPaymentNoIndexButTheSmallestAndNoTrigger) {
    EXPECT_EQ(
        world.value("SELECT string_agg(am.amname, ' ' ORDER BY am.amname) FROM pg_index i "
                    "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam "
                    "WHERE i.indrelid = 'sluice.event'::regclass"),
        "brin btree"
    );
    EXPECT_EQ(
        world.value("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'sluice.event'::regclass"), "0"
    );
}

TEST_F(EventSpreading, SendsAllEventsOfATimeAgainAlsoThoseNobodyHeard) {
    using std::chrono::hours;
    const PaymentId payment = world.given_payment();
    world.given_event(payment, "payment.early");
    world.clock.advance(hours(1));
    const Time since = world.clock.now();
    world.given_event(payment, "payment.unheard");
    const auto node = world.node();
    node->settle();
    const Endpoint endpoint = world.given_endpoint(receiver.url(), {"payment.*"});
    world.clock.advance(hours(30));
    world.given_event(payment, "payment.heard");
    world.given_event(world.given_payment("beta"), "payment.foreign");
    node->settle();
    ASSERT_EQ(receiver.count(), 1U);

    const auto done = world.delivery_store.redeliver_since(
        {.endpoint = endpoint.id, .since = since, .now = world.clock.now()}
    );
    node->settle();

    ASSERT_TRUE(done.has_value()) << done.error().message;
    EXPECT_EQ(done->deliveries, 2);
    EXPECT_EQ(done->next, std::nullopt);
    EXPECT_EQ(receiver.count(), 3U);
    EXPECT_THAT(types(endpoint), ::testing::ElementsAre("payment.heard", "payment.unheard"));
}

}  // namespace
}  // namespace sluice::notify
