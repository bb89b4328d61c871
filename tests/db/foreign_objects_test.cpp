// A merchant sees its own objects only: at every address with an id in it, another's id answers as
// an id that never existed, and nothing changes. The same wherever a body or a filter names one. On
// a real database for the sake of webhooks.
#include <array>
#include <map>

#include "db/webhook_world.hpp"
#include "gateway/routes.hpp"
#include "support/webhook_receiver.hpp"
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

/// One address: the merchant's own id to try, one that was never given, and a body that would do.
struct Try {
    std::string own_id;
    std::string no_id;
    std::string body{};
    std::string_view own_key = kMerchantKey;
    std::string_view other_key = kOtherKey;
};

/// A request of the merchant "beta" that would do, but that it names an object of "alpha" at "ID".
struct Naming {
    std::string target;
    std::string body;
    std::string foreign_id;
    std::string answer;
};

constexpr std::string_view kOwnOperator = "op_alpha";
constexpr std::string_view kOtherOperator = "op_beta";

class ForeignObjects : public GatewayFixture {
  protected:
    ForeignObjects() {
        database = world_.database.conninfo();
        for (const auto& [merchant, secret] :
             {std::pair("alpha", kOwnOperator), std::pair("beta", kOtherOperator)}) {
            gateway::ApiKey key{merchant, Secret<std::string>(std::string(secret))};
            key.operator_name = "operator-of-" + std::string(merchant);
            key.roles = {"finance", "channels"};
            settings.keys.push_back(key);
        }
        world_.clock.advance(clock.now() - world_.clock.now());
    }

    /// What the merchant "alpha" has, and how each address with an id would be called. A new
    /// address needs a row here.
    std::map<std::string, Try> given_tries() {
        order_ = given_order("A-1");
        payment_ = given_payment("A-2");
        account_ = given_account("u", 500);
        const Try order{order_, "ord_01K9ZV3Q8E3V7T4N6YB2D5H8JM"};
        const Try payment{payment_, "pay_01K9ZV3Q8E3V7T4N6YB2D5H8JM"};
        const Try account{account_, "acc_01K9ZV3Q8E3V7T4N6YB2D5H8JM"};
        const Try refund{given_refund("R-1", given_paid("A-3")), "ref_01K9ZV3Q8E3V7T4N6YB2D5H8JM"};
        Try top_up = account;
        top_up.body = R"({"top_up_number":"t","amount":1,"currency":"CNY"})";
        std::map<std::string, Try> tries = {
            {"GET /v1/orders/{order_id}", order},
            {"POST /v1/orders/{order_id}/close", order},
            {"GET /v1/payments/{payment_id}", payment},
            {"POST /v1/payments/{payment_id}/close", payment},
            {"GET /v1/payments/{payment_id}/timeline", payment},
            {"GET /v1/refunds/{refund_id}", refund},
            {"GET /v1/refunds/{refund_id}/timeline", refund},
            {"GET /v1/accounts/{account_id}", account},
            {"POST /v1/accounts/{account_id}/top_ups", top_up},
            {"GET /v1/accounts/{account_id}/entries", account},
            {"POST /v1/accounts/{account_id}/close", account},
        };
        tries.merge(given_outgoing_tries());
        tries.merge(given_webhook_tries());
        tries.merge(given_channel_account_tries());
        const Try task{given_task(), "tsk_01K9ZV3Q8E3V7T4N6YB2D5H8JM"};
        tries["GET /v1/tasks/{task_id}"] = task;
        tries["POST /v1/tasks/{task_id}/votes"] = {
            task.own_id, task.no_id, R"({"verdict":"approve"})", kOwnOperator, kOtherOperator
        };
        return tries;
    }

    /// In the order of the addresses each act finds the account in a state that allows it.
    std::map<std::string, Try> given_channel_account_tries() {
        const auto made = send(
            {.method = "POST",
             .target = "/v1/channel_accounts",
             .body = R"({"channel":"bank","name":"of-alpha","merchant_id":"alpha",)"
                     R"("settings":{"base_url":"https://bank.example"},)"
                     R"("secrets":{"bank_key":"not to be seen"}})",
             .key = kOwnOperator}
        );
        EXPECT_EQ(made.status, 201) << made.body;
        EXPECT_EQ(made.body.find("not to be seen"), std::string::npos);
        const std::string own = text_of(made, "id");
        const std::string none = "cha_01K9ZV3Q8E3V7T4N6YB2D5H8JM";
        const std::string path = "/v1/channel_accounts/{channel_account_id}";
        const Try plain{own, none, "", kOwnOperator, kOtherOperator};
        Try change = plain;
        change.body = R"({"settings":{"account":"1"}})";
        std::map<std::string, Try> tries{
            {"GET " + path, plain}, {"GET " + path + "/balance", plain}, {"PATCH " + path, change}
        };
        Try top_up = plain;
        top_up.body = R"({"float_top_up_number":"F-1","amount":500,"currency":"CNY"})";
        tries["POST " + path + "/float_top_ups"] = top_up;
        for (const char* act : {"go_live", "pause", "resume", "retire", "test"}) {
            tries["POST " + path + "/" + act] = plain;
        }
        return tries;
    }

    std::string given_task() {
        gateway::StoredTask stored;
        stored.merchant_id = "alpha";
        stored.run = RunId(PaymentId::parse(payment_)->raw());
        stored.task.id = TaskId(stored.run.raw().derive(1, 1));
        stored.task.role = "finance";
        stored.task.opened_at = clock.now();
        tasks.rows.push_back(stored);
        return stored.task.id.to_string();
    }

    std::map<std::string, Try> given_outgoing_tries() {
        given_available(10'000);
        const auto made = [this](const std::string& target, const std::string& body) {
            const auto response = post(target, body);
            EXPECT_EQ(response.status, 201) << response.body;
            return text_of(response, "id");
        };
        const Try payout{made("/v1/payouts", payout_json("P-1")), "out_01K9ZV3Q8E3V7T4N6YB2D5H8JM"};
        const Try batch{
            made(
                "/v1/payout_batches",
                R"({"merchant_batch_number":"B","count":1,"total_amount":1,"currency":"CNY",)"
                R"("lines":[{"merchant_payout_number":"L","amount":1,)" +
                    payee_members() + "}]}"
            ),
            "pob_01K9ZV3Q8E3V7T4N6YB2D5H8JM"
        };
        const std::string balance =
            made("/v1/accounts", R"({"kind":"balance","owner_number":"from","currency":"CNY"})");
        const Try transfer{
            made(
                "/v1/transfers",
                R"({"merchant_transfer_number":"T","amount":1,"currency":"CNY",)"
                R"("from_account_id":")" +
                    balance + R"(","to_account_id":")" + account_ + "\"}"
            ),
            "trf_01K9ZV3Q8E3V7T4N6YB2D5H8JM"
        };
        return {
            {"GET /v1/payouts/{payout_id}", payout},
            {"GET /v1/payouts/{payout_id}/timeline", payout},
            {"GET /v1/payout_batches/{batch_id}", batch},
            {"GET /v1/transfers/{transfer_id}", transfer},
            {"GET /v1/transfers/{transfer_id}/timeline", transfer},
        };
    }

    std::map<std::string, Try> given_webhook_tries() {
        const Try endpoint{given_endpoint(), "whe_01K9ZV3Q8E3V7T4N6YB2D5H8JM"};
        const Try deleted{given_endpoint(), endpoint.no_id};
        const EventId event_id = world_.given_event();
        world_.node()->settle();
        const auto list = parsed(get("/v1/webhook_endpoints/" + endpoint.own_id + "/deliveries"));
        const Value& first = list.find("deliveries")->as_array()->front();
        const Try delivery{
            std::string(first.text_or_empty("id")), "dlv_01K9ZV3Q8E3V7T4N6YB2D5H8JM"
        };
        const Try event{event_id.to_string(), "evt_01K9ZV3Q8E3V7T4N6YB2D5H8JM"};
        Try change = endpoint;
        change.body = R"({"description":"changed"})";
        Try since = endpoint;
        since.body = R"({"since":"2026-01-01T00:00:00Z"})";
        return {
            {"GET /v1/webhook_endpoints/{endpoint_id}", endpoint},
            {"PATCH /v1/webhook_endpoints/{endpoint_id}", change},
            {"DELETE /v1/webhook_endpoints/{endpoint_id}", deleted},
            {"POST /v1/webhook_endpoints/{endpoint_id}/rotate_secret", endpoint},
            {"POST /v1/webhook_endpoints/{endpoint_id}/test", endpoint},
            {"GET /v1/webhook_endpoints/{endpoint_id}/deliveries", endpoint},
            {"POST /v1/webhook_endpoints/{endpoint_id}/redeliver", since},
            {"GET /v1/deliveries/{delivery_id}", delivery},
            {"POST /v1/deliveries/{delivery_id}/redeliver", delivery},
            {"GET /v1/events/{event_id}", event},
        };
    }

    std::string given_endpoint() {
        const auto made = post("/v1/webhook_endpoints", R"({"url":")" + receiver_.url() + "\"}");
        EXPECT_EQ(made.status, 201) << made.body;
        return text_of(made, "id");
    }

    http::Response call(
        const gateway::Route& route,
        const std::string& id,
        const std::string& body,
        std::string_view key
    ) {
        std::string target(route.pattern);
        const auto from = target.find('{');
        target.replace(from, target.find('}') - from + 1, id);
        return send(
            {.method = std::string(route.method), .target = target, .body = body, .key = key}
        );
    }

    std::string given_balance(std::string_view key) {
        const auto opened = send(
            {.method = "POST",
             .target = "/v1/accounts",
             .body = R"({"kind":"balance","owner_number":"named","currency":"CNY"})",
             .key = key}
        );
        EXPECT_EQ(opened.status, 201) << opened.body;
        return text_of(opened, "id");
    }

    payment::Picture& picture_of(const std::string& payment) {
        return payments.pictures.at(RunId(PaymentId::parse(payment)->raw()));
    }
    std::string order_of(const std::string& payment) {
        return picture_of(payment).subject.order_id.to_string();
    }
    std::string given_paid_to_beta() {
        const std::string paid = given_paid("B-0");
        picture_of(paid).subject.merchant_id = "beta";
        picture_of(paid).order.merchant_id = "beta";
        return paid;
    }

    /// A new member that takes an id needs a row here.
    std::vector<Naming> given_namings() {
        const std::string converted = given_tries().at("GET /v1/refunds/{refund_id}").own_id;
        const std::string paid = given_paid("A-4");
        const std::string balance = given_balance(kMerchantKey);
        const std::string beta = "account_id\":\"" + given_balance(kOtherKey) + "\"}";
        const std::string amount = R"(_number":"1","amount":1,"currency":"CNY",)";
        const std::string refund = R"({"merchant_refund)" + amount + R"("reason":"r",)";
        const std::string of_beta = refund + R"("payment_id":")" + given_paid_to_beta() + R"(",)";
        const std::string payout = R"({"merchant_payout)" + amount + payee_members() + ",";
        const std::string transfer = R"({"merchant_transfer)" + amount;
        const std::string top_up =
            R"({"merchant_order)" + amount + R"("description":"d","credit_account_id":"ID"})";
        const std::string by_card = R"({"order":)" + order_json("2", 1) +
                                    R"(,"legs":[{"kind":"internal","method":"prepaid_card",)"
                                    R"("amount":1,"account_id":"ID"}]})";
        const std::string none = "404 not_found";
        const std::string at = "400 invalid_request /";
        const std::string fallback = "fallback/balance_account_id";
        const std::string to_balance = R"("to":"balance","account_id":"ID"})";
        const std::string to_fallback = R"("fallback":{"balance_account_id":"ID"}})";
        const std::string from = R"("from_account_id":"ID")";
        const std::string to = R"("to_account_id":"ID")";
        return {
            {"/v1/orders", top_up, balance, at + "credit_account_id"},
            {"/v1/payments", qr_payment_json(top_up, 1), balance, at + "order/credit_account_id"},
            {"/v1/payments", qr_payment_json("ID"), order_, none},
            {"/v1/payments", by_card, account_, at + "legs/0/account_id"},
            {"/v1/refunds", refund + R"("order_id":"ID"})", order_of(paid), none},
            {"/v1/refunds", refund + R"("payment_id":"ID"})", paid, none},
            {"/v1/refunds", refund + R"("converts":"ID"})", converted, none},
            {"/v1/refunds", of_beta + to_balance, balance, at + "account_id"},
            {"/v1/refunds", of_beta + to_fallback, balance, at + fallback},
            {"/v1/payouts", payout + R"("compensates":"ID"})", order_of(paid), at + "compensates"},
            {"/v1/payouts", payout + R"("compensates":"ID"})", paid, at + "compensates"},
            {"/v1/payouts", payout + from + "}", balance, at + "from_account_id"},
            {"/v1/transfers", transfer + from + ",\"to_" + beta, balance, at + "from_account_id"},
            {"/v1/transfers", transfer + to + ",\"from_" + beta, balance, at + "to_account_id"},
        };
    }

    /// Another of that kind, which never existed.
    static std::string absent(const std::string& id) {
        return id.substr(0, 4) + "01K9ZV3Q8E3V7T4N6YB2D5H8JM";
    }

    http::Response ask(const Naming& naming, const std::string& id, std::string_view key) {
        std::string body = naming.body;
        body.replace(body.find("ID"), 2, id);
        return send({.method = "POST", .target = naming.target, .body = body, .key = key});
    }

    /// All that a request could have changed.
    std::string state() {
        const auto account = accounts.find(*AccountId::parse(account_));
        std::string text =
            "orders " + std::to_string(orders.size()) + " accounts " +
            std::to_string(accounts.size()) + " top-ups " + std::to_string(accounts.top_ups()) +
            " balance " + std::to_string((*account)->balance_minor) +
            ((*account)->is_open ? " open" : " closed") + " starts " +
            std::to_string(intake.starts.size()) + " closes " +
            std::to_string(intake.closes.size()) + " waits " + std::to_string(intake.waits.size()) +
            " votes " + std::to_string(intake.votes.size());
        for (const auto& [id, picture] : payments.pictures) {
            text += " " + std::string(to_string(picture.subject.status));
        }
        for (const std::string table :
             {"webhook_endpoint", "delivery", "event", "channel_account"}) {
            text += " " + world_.value(
                              "SELECT coalesce(string_agg(x::text, ' ' ORDER BY x.id), '') "
                              "FROM sluice." +
                              table + " x"
                          );
        }
        return text;
    }

    static std::string without(std::string text, const std::string& id) {
        const auto at = text.find(id);
        return at == std::string::npos ? text : text.replace(at, id.size(), "ID");
    }

    /// A problem in all its words, but for the id that it is about.
    static std::string problem_without(const std::string& id, const http::Response& response) {
        Value body = parsed(response);
        body.set("request_id", "");
        std::string text = to_json(body);
        while (text.find(id) != std::string::npos) {
            text = without(std::move(text), id);
        }
        return text;
    }

    WebhookReceiver receiver_;
    WebhookWorld world_;
    std::string order_;
    std::string payment_;
    std::string account_;
};

std::vector<gateway::Route> routes_with_ids() {
    std::vector<gateway::Route> some;
    for (const gateway::Route& route : gateway::routes()) {
        const bool has_id = route.pattern.find('{') != std::string_view::npos;
        if (has_id && route.scope != gateway::Scope::open) {
            some.push_back(route);
        }
    }
    return some;
}

TEST_F(ForeignObjects, AnswerAtEveryAddressAsWhatNeverExisted) {
    const auto tries = given_tries();
    const std::string before = state();
    for (const gateway::Route& route : routes_with_ids()) {
        const std::string name = std::string(route.method) + " " + std::string(route.pattern);
        const auto row = tries.find(name);
        if (row == tries.end()) {
            ADD_FAILURE() << name << " has no row in given_tries()";
            continue;
        }
        const auto& [own_id, no_id, body, own_key, other_key] = row->second;

        const auto foreign = call(route, own_id, body, other_key);
        const auto absent = call(route, no_id, body, other_key);

        EXPECT_EQ(summary(foreign), "404 not_found") << name;
        EXPECT_EQ(summary(absent), "404 not_found") << name;
        EXPECT_EQ(
            without(text_of(foreign, "detail"), own_id), without(text_of(absent, "detail"), no_id)
        ) << name;
        EXPECT_EQ(parsed(foreign).as_object()->size(), parsed(absent).as_object()->size()) << name;
        EXPECT_EQ(state(), before) << name;
    }
}

TEST_F(ForeignObjects, AreThereForTheirOwner) {
    const auto tries = given_tries();
    for (const gateway::Route& route : routes_with_ids()) {
        const auto row = tries.find(std::string(route.method) + " " + std::string(route.pattern));
        ASSERT_NE(row, tries.end());
        const auto& [own_id, no_id, body, own_key, other_key] = row->second;

        EXPECT_LT(call(route, own_id, body, own_key).status, 300) << route.pattern;
    }
}

TEST_F(ForeignObjects, CannotBePaidNorPayNorBeRefundedWhenABodyNamesThem) {
    const auto namings = given_namings();
    const std::string before = state();
    for (const Naming& naming : namings) {
        const std::string none = absent(naming.foreign_id);

        const auto foreign = ask(naming, naming.foreign_id, kOtherKey);
        const auto nothing = ask(naming, none, kOtherKey);

        EXPECT_EQ(summary(foreign), naming.answer) << naming.body;
        EXPECT_EQ(summary(nothing), naming.answer) << naming.body;
        EXPECT_EQ(problem_without(naming.foreign_id, foreign), problem_without(none, nothing));
        EXPECT_EQ(state(), before) << naming.body;
    }
    for (const Naming& naming : namings) {
        EXPECT_NE(summary(ask(naming, naming.foreign_id, kMerchantKey)), naming.answer)
            << "their owner is told otherwise: " << naming.body;
    }
}

TEST_F(ForeignObjects, PayNoLineOfABatch) {
    given_tries();
    const std::string balance = given_balance(kMerchantKey);
    const std::string before = state();
    const auto failure_of_line_from = [&](const std::string& account) {
        const auto made = send(
            {.method = "POST",
             .target = "/v1/payout_batches",
             .body = R"({"merchant_batch_number":"of-)" + account +
                     R"(","count":1,"total_amount":1,"currency":"CNY","lines":[{)"
                     R"("merchant_payout_number":"L","amount":1,"from_account_id":")" +
                     account + "\"," + payee_members() + "}]}",
             .key = kOtherKey}
        );
        EXPECT_EQ(made.status, 201) << made.body;
        const Value batch = parsed(made);
        const Value& line = batch.find("lines")->as_array()->front();
        EXPECT_EQ(line.text_or_empty("status"), "refused");
        return without(to_json(*line.find("failure")), account);
    };

    const std::string foreign = failure_of_line_from(balance);

    EXPECT_THAT(foreign, ::testing::HasSubstr("account ID does not exist"));
    EXPECT_EQ(foreign, failure_of_line_from(absent(balance)));
    EXPECT_EQ(state(), before);
}

TEST_F(ForeignObjects, AreInNoListWhateverItIsFilteredBy) {
    const std::string paid = given_paid("A-1");
    const std::string order = order_of(paid);
    given_refund("R-1", paid);
    given_available(10'000);
    const auto payout =
        post("/v1/payouts", payout_json("P-1", 1, R"(,"compensates":")" + order + "\""));
    ASSERT_EQ(payout.status, 201) << payout.body;
    // Of another order: what is in memory does not tell a payment of an order from its refund.
    const std::string other_order = order_of(given_payment("A-2"));
    const std::vector<std::array<std::string, 3>> filters{
        {"refunds", "order_id", order},
        {"refunds", "payment_id", paid},
        {"payouts", "order_id", order},
        {"payments", "order_id", other_order}
    };
    for (const auto& [list, parameter, id] : filters) {
        const std::string target = "/v1/" + list + "?" + parameter + "=";

        const auto foreign = send({.target = target + id, .key = kOtherKey});
        const auto nothing = send({.target = target + absent(id), .key = kOtherKey});

        EXPECT_EQ(foreign.status, 200) << target;
        EXPECT_EQ(foreign.body, nothing.body) << target;
        EXPECT_TRUE(parsed(foreign).find(list)->as_array()->empty()) << target;
        EXPECT_EQ(parsed(get(target + id)).find(list)->as_array()->size(), 1U) << target;
    }
}

TEST_F(ForeignObjects, AreInNoListOfTheDatabaseEither) {
    const PaymentId paid = world_.given_payment();
    const auto uuid_of = [](auto id) { return "'" + id.raw().to_uuid() + "'"; };
    const std::string order =
        "(SELECT order_id FROM sluice.payment WHERE id = " + uuid_of(paid) + ")";
    for (const auto service : {payment::Service::refund, payment::Service::payout}) {
        const RunId run = world_.given_service(service);
        world_.run(
            "UPDATE sluice." + std::string(to_string(service)) + " SET merchant_number = 'N-1', " +
            R"(details = '{"sources":[],"payment":")" + RunId(paid.raw()).to_string() +
            "\"}', order_id = " + order + " WHERE id = " + uuid_of(run)
        );
    }
    const OrderId order_id(*Id128::parse_uuid(world_.value("SELECT " + order + "::text")));
    const auto count = [](auto& store, auto query, const std::string& merchant) {
        query.merchant_id = merchant;
        query.window.before = Id128{~std::uint64_t{0}, ~std::uint64_t{0}};
        return store.list(query).value().pictures.size();
    };

    const auto refund_store = gateway::make_refund_store(world_.pool);
    for (const auto& query :
         {gateway::RefundQuery{.order_id = order_id},
          gateway::RefundQuery{.payment_id = paid},
          gateway::RefundQuery{.payment_id = paid, .number = "N-1"}}) {
        EXPECT_EQ(count(*refund_store, query, "beta"), 0U);
        EXPECT_EQ(count(*refund_store, query, "alpha"), 1U);
    }
    const auto payout_store = gateway::make_payout_store(world_.pool);
    for (const auto& query :
         {gateway::OutgoingQuery{.order_id = order_id},
          gateway::OutgoingQuery{.number = "N-1", .order_id = order_id}}) {
        EXPECT_EQ(count(*payout_store, query, "beta"), 0U);
        EXPECT_EQ(count(*payout_store, query, "alpha"), 1U);
    }
}

}  // namespace
}  // namespace sluice::testing
