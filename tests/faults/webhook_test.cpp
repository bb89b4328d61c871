// A business system is told of its payments, whatever happens to the process that tells it.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/json.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"
#include "support/webhook_receiver.hpp"

namespace sluice::testing {
namespace {

class Webhook : public ::testing::Test {
  protected:
    void given_endpoint() {
        Value body;
        body.set("url", receiver_.url());
        const Reply reply = cluster_.api().post("/v1/webhook_endpoints", body);
        ASSERT_EQ(reply.status, 201) << reply.why;
        endpoint_ = reply.text("id");
    }
    std::string pay() {
        const PaymentView begun = shop_.begin(shop_.next_order());
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        return begun.id();
    }
    std::size_t deliveries(const std::string& status) {
        const Reply reply = cluster_.api().get(
            "/v1/webhook_endpoints/" + endpoint_ + "/deliveries?status=" + status
        );
        const Value* list = reply.body.find("deliveries");
        return list == nullptr ? 0 : list->as_array()->size();
    }

    WebhookReceiver receiver_;
    Cluster cluster_;
    Shop shop_{cluster_};
    std::string endpoint_;
};

TEST_F(Webhook, TellsThatAPaymentSucceededWithThePaymentAsItIs) {
    given_endpoint();

    const std::string payment = pay();
    ASSERT_TRUE(eventually([&] { return deliveries("delivered") == 1; }));

    const auto body = json::parse(receiver_.received().front().body);
    ASSERT_TRUE(body.has_value());
    EXPECT_EQ(body->text_or_empty("type"), "payment.succeeded");
    EXPECT_EQ(body->find("data")->text_or_empty("id"), payment);
    EXPECT_EQ(body->find("data")->text_or_empty("status"), "succeeded");
    EXPECT_EQ(body->find("data")->text_or_empty("merchant_id"), "m1");
    const Reply events = cluster_.api().get("/v1/events?object_id=" + payment);
    EXPECT_EQ(events.body.find("events")->as_array()->size(), 1U);
}

TEST_F(Webhook, IsSentAfterARestartWhenTheProcessDiedBeforeItsOutcomeWasKnown) {
    given_endpoint();
    receiver_.behave(receiver_.silent());
    pay();
    ASSERT_TRUE(eventually([&] { return receiver_.count() == 1; }));

    cluster_.kill_node(0);
    receiver_.behave(WebhookReceiver::answering(200));
    cluster_.start_node(0);

    ASSERT_TRUE(eventually([&] { return deliveries("delivered") == 1; }));
    const auto received = receiver_.received();
    ASSERT_EQ(received.size(), 2U);
    EXPECT_EQ(
        received[0].headers.get_or_empty("webhook-id"),
        received[1].headers.get_or_empty("webhook-id")
    );
}

}  // namespace
}  // namespace sluice::testing
