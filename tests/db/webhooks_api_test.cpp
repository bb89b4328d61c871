// Endpoints, deliveries and events over the API, on a real database. Every answer is held against
// the OpenAPI document.
#include <algorithm>

#include "db/webhook_world.hpp"
#include "notify/signature.hpp"
#include "support/process_wait.hpp"
#include "support/webhook_receiver.hpp"
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using std::chrono::hours;

class WebhooksApi : public GatewayFixture {
  protected:
    WebhooksApi() {
        database = world.database.conninfo();
        world.clock.advance(clock.now() - world.clock.now());
    }

    void pass(std::chrono::microseconds time) {
        clock.advance(time);
        world.clock.advance(time);
    }
    Value given_endpoint(const std::string& members = "") {
        const auto made =
            post("/v1/webhook_endpoints", R"({"url":")" + receiver.url() + "\"" + members + "}");
        EXPECT_EQ(made.status, 201) << made.body;
        return parsed(made);
    }
    static std::string path_of(const Value& endpoint) {
        return "/v1/webhook_endpoints/" + std::string(endpoint.text_or_empty("id"));
    }
    http::Response patch(const std::string& target, const std::string& body) {
        return send({.method = "PATCH", .target = target, .body = body});
    }
    http::Response remove(const std::string& target) {
        return send({.method = "DELETE", .target = target});
    }
    std::vector<std::string> ids(const http::Response& page, std::string_view list) {
        std::vector<std::string> found;
        const Value body = parsed(page);
        for (const Value& item : *body.find(list)->as_array()) {
            found.emplace_back(item.text_or_empty("id"));
        }
        return found;
    }
    static bool is_signed_by(const http::Request& request, std::string_view secret) {
        const std::vector<Secret<std::string>> secrets{Secret<std::string>(std::string(secret))};
        const auto at = std::stoll(std::string(request.headers.get_or_empty("webhook-timestamp")));
        const std::string wanted = *notify::sign(
            {request.headers.get_or_empty("webhook-id"),
             Time{std::chrono::seconds(at)},
             request.body},
            secrets
        );
        return request.headers.get_or_empty("webhook-signature").find(wanted) !=
               std::string_view::npos;
    }

    WebhookReceiver receiver;
    WebhookWorld world;
};

TEST_F(WebhooksApi, ShowsTheSecretOnce) {
    const Value made = given_endpoint(R"(,"events":["payment.*"],"description":"shop")");
    const std::string target = path_of(made);

    EXPECT_TRUE(made.text_or_empty("secret").starts_with("whsec_"));
    const auto shown = get(target);
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.body.find("whsec_"), std::string::npos);
    EXPECT_EQ(get("/v1/webhook_endpoints").body.find("whsec_"), std::string::npos);
    EXPECT_EQ(text_of(shown, "description"), "shop");
    EXPECT_EQ(to_json(*parsed(shown).find("events")), R"(["payment.*"])");
    EXPECT_EQ(ids(get("/v1/webhook_endpoints"), "webhook_endpoints").size(), 1U);
    EXPECT_GT(wakes, 0);
}

TEST_F(WebhooksApi, HasAtMost16EndpointsAMerchant) {
    for (int i = 0; i < 16; ++i) {
        given_endpoint();
    }
    const std::string body = R"({"url":"https://h/"})";

    EXPECT_EQ(summary(post("/v1/webhook_endpoints", body)), "422 too_many_endpoints");
    EXPECT_EQ(
        send({.method = "POST", .target = "/v1/webhook_endpoints", .body = body, .key = kOtherKey})
            .status,
        201
    );
    const auto all = ids(get("/v1/webhook_endpoints"), "webhook_endpoints");
    EXPECT_EQ(remove("/v1/webhook_endpoints/" + all.front()).status, 204);
    EXPECT_EQ(post("/v1/webhook_endpoints", body).status, 201);
}

TEST_F(WebhooksApi, ChangesOnlyWhatIsNamed) {
    const std::string target = path_of(given_endpoint(R"(,"description":"shop")"));
    pass(hours(1));

    const auto off = patch(target, R"({"enabled":false})");
    const auto other = patch(target, R"({"events":["payment.closed"],"url":"https://h/x"})");

    EXPECT_EQ(off.status, 200);
    EXPECT_EQ(text_of(off, "url"), receiver.url());
    EXPECT_EQ(text_of(off, "updated_at"), format_rfc3339(clock.now()));
    EXPECT_EQ(text_of(other, "description"), "shop");
    EXPECT_EQ(text_of(other, "url"), "https://h/x");
    EXPECT_FALSE(*parsed(other).find("enabled")->as_bool());
    EXPECT_EQ(remove(target).status, 204);
    EXPECT_EQ(summary(get(target)), "404 not_found");
    EXPECT_EQ(summary(remove(target)), "404 not_found");
}

TEST_F(WebhooksApi, SignsWithOldAndNewSecretUntilTheOverlapIsOver) {
    const Value made = given_endpoint();
    const std::string target = path_of(made);
    const auto rotated = post(target + "/rotate_secret", R"({"overlap_seconds":3600})");
    ASSERT_EQ(rotated.status, 200) << rotated.body;
    const std::string fresh = text_of(rotated, "secret");
    const auto node = world.node();
    world.given_event();
    node->settle();
    pass(hours(1));
    world.given_event();
    node->settle();

    const auto received = receiver.received();
    ASSERT_EQ(received.size(), 2U);
    EXPECT_TRUE(is_signed_by(received[0], made.text_or_empty("secret")));
    EXPECT_TRUE(is_signed_by(received[0], fresh));
    EXPECT_FALSE(is_signed_by(received[1], made.text_or_empty("secret")));
    EXPECT_TRUE(is_signed_by(received[1], fresh));
}

TEST_F(WebhooksApi, KeepsAtMostFourSecrets) {
    const std::string target = path_of(given_endpoint()) + "/rotate_secret";
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(post(target, "").status, 200);
    }

    EXPECT_EQ(summary(post(target, "")), "422 too_many_secrets");
    pass(hours(24));
    EXPECT_EQ(post(target, "").status, 200);
}

TEST_F(WebhooksApi, SendsATestEventToThatEndpointAlone) {
    const std::string target = path_of(given_endpoint(R"(,"events":["refund.*"])"));
    WebhookReceiver other;
    world.given_endpoint(other.url());

    const auto tested = post(target + "/test", "");
    world.node()->settle();

    EXPECT_EQ(tested.status, 202);
    ASSERT_EQ(receiver.count(), 1U);
    EXPECT_EQ(
        receiver.received().front().headers.get_or_empty("webhook-id"), text_of(tested, "event_id")
    );
    EXPECT_NE(receiver.received().front().body.find("endpoint.test"), std::string::npos);
    EXPECT_EQ(other.count(), 0U);
    EXPECT_EQ(get("/v1/events/" + text_of(tested, "event_id")).status, 200);
    patch(target, R"({"enabled":false})");
    EXPECT_EQ(summary(post(target + "/test", "")), "422 endpoint_disabled");
}

TEST_F(WebhooksApi, ListsDeliveriesByStatusPageByPageAndSendsTheDeadAgain) {
    const std::string target = path_of(given_endpoint());
    receiver.behave(WebhookReceiver::answering(500));
    for (int i = 0; i < 3; ++i) {
        world.given_event();
    }
    const auto node = world.node();
    for (int i = 0; i < 11; ++i) {
        node->settle();
        pass(hours(14));
    }
    receiver.behave(WebhookReceiver::answering(200));
    world.given_event();
    node->settle();

    const auto first = get(target + "/deliveries?status=dead&limit=2");
    const auto second =
        get(target + "/deliveries?status=dead&limit=2&cursor=" + text_of(first, "next_cursor"));
    EXPECT_EQ(ids(first, "deliveries").size(), 2U);
    EXPECT_EQ(ids(second, "deliveries").size(), 1U);
    EXPECT_TRUE(parsed(second).find("next_cursor")->is_null());
    EXPECT_EQ(ids(get(target + "/deliveries?status=delivered"), "deliveries").size(), 1U);
    EXPECT_EQ(ids(get(target + "/deliveries?status=pending"), "deliveries").size(), 0U);
    EXPECT_EQ(ids(get(target + "/deliveries"), "deliveries").size(), 4U);

    const std::string dead = "/v1/deliveries/" + ids(second, "deliveries").front();
    EXPECT_EQ(text_of(get(dead), "failure"), "answered 500");
    const auto again = post(dead + "/redeliver", "");
    EXPECT_EQ(text_of(again, "status"), "pending");
    node->settle();
    EXPECT_EQ(text_of(get(dead), "status"), "delivered");

    const auto all = post(target + "/redeliver", R"({"since":"2026-01-01T00:00:00Z"})");
    EXPECT_EQ(int_of(all, "deliveries"), 4);
    EXPECT_TRUE(parsed(all).find("next_cursor")->is_null());
    node->settle();
    EXPECT_EQ(ids(get(target + "/deliveries?status=delivered"), "deliveries").size(), 4U);
}

TEST_F(WebhooksApi, ListsEventsInTheOrderOfCommitsAndNeverBehindACursor) {
    const PaymentId payment = world.given_payment();
    db::Connection slow = world.database.connect();
    ASSERT_TRUE(slow.run("BEGIN"));
    const EventId early = world.given_event(payment, "payment.early");
    const EventId late = world.given_event(slow, payment, "payment.late");
    const EventId later = world.given_event(payment, "payment.later");

    // The server's own transactions may hide a commit for a moment.
    http::Response before;
    ASSERT_TRUE(eventually([&] {
        before = get("/v1/events");
        return !ids(before, "events").empty();
    }));
    ASSERT_TRUE(slow.run("COMMIT"));
    http::Response after;
    ASSERT_TRUE(eventually([&] {
        after = get("/v1/events?cursor=" + text_of(before, "next_cursor"));
        return ids(after, "events").size() >= 2;
    }));
    const auto end = get("/v1/events?cursor=" + text_of(after, "next_cursor"));

    EXPECT_EQ(ids(before, "events"), std::vector{early.to_string()});
    EXPECT_EQ(ids(after, "events"), (std::vector{late.to_string(), later.to_string()}));
    EXPECT_EQ(ids(end, "events"), std::vector<std::string>{});
    EXPECT_FALSE(*parsed(end).find("has_more")->as_bool());
    const EventId last = world.given_event(payment);
    EXPECT_EQ(
        ids(get("/v1/events?cursor=" + text_of(end, "next_cursor")), "events"),
        std::vector{last.to_string()}
    );
}

TEST_F(WebhooksApi, ListsEventsPageByPageWithoutGapOrRepeat) {
    std::vector<std::string> wanted;
    for (int i = 0; i < 7; ++i) {
        const PaymentId payment = world.given_payment();
        world.run("BEGIN");
        std::vector<std::string> of_one;
        for (int k = 0; k < 3; ++k) {
            of_one.push_back(world.given_event(payment).to_string());
            world.given_event(world.given_payment("beta"));
        }
        world.run("COMMIT");
        std::ranges::sort(of_one);
        wanted.insert(wanted.end(), of_one.begin(), of_one.end());
    }
    std::vector<std::string> found;
    std::string cursor;
    ASSERT_TRUE(eventually([&] {
        const auto page = get("/v1/events?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
        for (const std::string& id : ids(page, "events")) {
            found.push_back(id);
        }
        cursor = text_of(page, "next_cursor");
        return found.size() >= wanted.size();
    }));

    EXPECT_EQ(found, wanted);
    EXPECT_EQ(ids(get("/v1/events?cursor=" + cursor), "events").size(), 0U);
}

TEST_F(WebhooksApi, FindsEventsByTypeAndByObject) {
    const PaymentId first = world.given_payment();
    const PaymentId second = world.given_payment();
    const EventId a = world.given_event(first, "payment.failed");
    const EventId b = world.given_event(first, "payment.closed");
    const EventId c = world.given_event(second, "payment.closed");
    const std::string of_first = "/v1/events?object_id=" + first.to_string();

    EXPECT_EQ(
        ids(get("/v1/events?types=payment.closed,refund.*"), "events"),
        (std::vector{b.to_string(), c.to_string()})
    );
    EXPECT_EQ(ids(get(of_first), "events"), (std::vector{a.to_string(), b.to_string()}));
    EXPECT_EQ(ids(get(of_first + "&types=payment.closed"), "events"), std::vector{b.to_string()});
    const auto page = get(of_first + "&limit=1");
    EXPECT_TRUE(*parsed(page).find("has_more")->as_bool());
    EXPECT_EQ(
        ids(get(of_first + "&cursor=" + text_of(page, "next_cursor")), "events"),
        std::vector{b.to_string()}
    );
    const auto shown = get("/v1/events/" + a.to_string());
    EXPECT_EQ(text_of(shown, "object_id"), first.to_string());
    EXPECT_EQ(parsed(shown).find("data")->text_or_empty("merchant_id"), "alpha");
}

TEST_F(WebhooksApi, TellsOfAnOrderWhatTheOrderShows) {
    given_endpoint();
    const auto node = world.node();
    const OrderId order = world.given_order();
    const EventId event = world.given_event(RunId(order.raw()), "order.closed");
    node->settle();

    const auto shown = get("/v1/events/" + event.to_string());

    ASSERT_EQ(shown.status, 200);
    EXPECT_EQ(text_of(shown, "object_id"), order.to_string());
    const Value data = *parsed(shown).find("data");
    EXPECT_EQ(data.text_or_empty("id"), order.to_string());
    EXPECT_EQ(data.text_or_empty("merchant_id"), "alpha");
    EXPECT_NE(receiver.received().back().body.find(order.to_string()), std::string::npos);
}

TEST_F(WebhooksApi, TellsRefundsPayoutsAndTransfersWithTheIdsOfTheirKinds) {
    given_endpoint();
    const auto node = world.node();
    for (const auto service :
         {payment::Service::refund, payment::Service::payout, payment::Service::transfer}) {
        const RunId run = world.given_service(service);
        const std::string id = std::string(payment::prefix_of(service)) + run.raw().to_string();
        const std::string type = std::string(to_string(service)) + ".succeeded";
        const EventId event = world.given_event(run, type);
        node->settle();

        const auto shown = get("/v1/events/" + event.to_string());
        ASSERT_EQ(shown.status, 200) << type;
        EXPECT_EQ(text_of(shown, "type"), type);
        EXPECT_EQ(text_of(shown, "object_id"), id);
        const Value data = *parsed(shown).find("data");
        EXPECT_EQ(data.text_or_empty("id"), id);
        EXPECT_EQ(data.text_or_empty("merchant_id"), "alpha");
        EXPECT_EQ(data.text_or_empty("status"), "succeeded");
        EXPECT_EQ(data.text_or_empty("updated_at"), format_rfc3339(clock.now()));
        EXPECT_EQ(ids(get("/v1/events?object_id=" + id), "events"), std::vector{event.to_string()});
        EXPECT_EQ(
            summary(send({.target = "/v1/events/" + event.to_string(), .key = kOtherKey})),
            "404 not_found"
        );
        const http::Request sent = receiver.received().back();
        EXPECT_EQ(sent.headers.get_or_empty("webhook-id"), event.to_string());
        EXPECT_NE(sent.body.find(id), std::string::npos) << sent.body;
    }
    EXPECT_EQ(receiver.count(), 3U);
}

TEST_F(WebhooksApi, ShowsAnOperatorTheMerchantsOfTheKey) {
    const auto as_operator = [&](const std::string& merchant) {
        gateway::ApiKey key{merchant, Secret<std::string>("op_" + merchant)};
        key.operator_name = "li.lei";
        key.roles = {"support"};
        settings.keys.push_back(key);
    };
    as_operator("beta");
    as_operator("*");
    const std::string target = path_of(given_endpoint());
    const PaymentId payment = world.given_payment();
    const std::string event = "/v1/events/" + world.given_event(payment).to_string();
    const EventId foreign = world.given_event(world.given_payment("beta"));
    world.node()->settle();
    const std::string delivery =
        "/v1/deliveries/" + ids(get(target + "/deliveries"), "deliveries").front();
    const auto listed = [&](const std::string& list, std::string_view key) {
        const auto page = send({.target = "/v1/" + list, .key = key});
        return ids(page, list.substr(0, list.find('?'))).size();
    };

    for (const std::string& one : {target, target + "/deliveries", delivery, event}) {
        EXPECT_EQ(send({.target = one, .key = "op_*"}).status, 200) << one;
        EXPECT_EQ(summary(send({.target = one, .key = "op_beta"})), "404 not_found") << one;
        EXPECT_EQ(send({.method = "DELETE", .target = one, .key = "op_*"}).status / 100, 4) << one;
    }
    EXPECT_EQ(listed("webhook_endpoints", "op_*"), 1U);
    EXPECT_EQ(listed("webhook_endpoints", "op_beta"), 0U);
    EXPECT_EQ(listed("events", "op_*"), 2U);
    EXPECT_EQ(
        ids(send({.target = "/v1/events", .key = "op_beta"}), "events"),
        std::vector{foreign.to_string()}
    );
    EXPECT_EQ(listed("events?object_id=" + payment.to_string(), "op_*"), 1U);
    EXPECT_EQ(listed("events?object_id=" + payment.to_string(), "op_beta"), 0U);
}

TEST_F(WebhooksApi, ShowsNothingOfAnotherMerchant) {
    const std::string target = path_of(given_endpoint());
    const PaymentId payment = world.given_payment();
    const EventId event = world.given_event(payment);
    world.node()->settle();
    const std::string delivery =
        "/v1/deliveries/" + ids(get(target + "/deliveries"), "deliveries").front();
    struct Case {
        const char* method;
        std::string target;
        const char* body;
    };
    const std::vector<Case> cases = {
        {"GET", target, ""},
        {"PATCH", target, R"({"enabled":false})"},
        {"DELETE", target, ""},
        {"POST", target + "/rotate_secret", ""},
        {"POST", target + "/test", ""},
        {"GET", target + "/deliveries", ""},
        {"POST", target + "/redeliver", R"({"since":"2026-01-01T00:00:00Z"})"},
        {"GET", delivery, ""},
        {"POST", delivery + "/redeliver", ""},
        {"GET", "/v1/events/" + event.to_string(), ""},
    };
    for (const Case& one : cases) {
        const auto answer =
            send({.method = one.method, .target = one.target, .body = one.body, .key = kOtherKey});
        EXPECT_EQ(summary(answer), "404 not_found") << one.method << " " << one.target;
    }
    for (const std::string& list :
         {std::string("/v1/events"), "/v1/events?object_id=" + payment.to_string()}) {
        EXPECT_EQ(ids(send({.target = list, .key = kOtherKey}), "events").size(), 0U) << list;
    }
    EXPECT_EQ(
        ids(send({.target = "/v1/webhook_endpoints", .key = kOtherKey}), "webhook_endpoints")
            .size(),
        0U
    );
    EXPECT_EQ(get(target).status, 200) << "and nothing of it was changed";
    EXPECT_TRUE(*parsed(get(target)).find("enabled")->as_bool());
}

}  // namespace
}  // namespace sluice::testing
