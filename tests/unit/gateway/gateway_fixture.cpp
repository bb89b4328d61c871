#include "unit/gateway/gateway_fixture.hpp"

#include <utility>

#include "core/hash.hpp"
#include "gateway/event_objects.hpp"
#include "json/json.hpp"
#include "support/openapi_check.hpp"
#include "support/sealing.hpp"

namespace sluice::testing {

struct GatewayFixture::Stores {
    explicit Stores(const std::string& conninfo)
        : pool(conninfo, {.connection = {.role = "sluice_app"}}) {}

    db::Pool pool;
    notify::EndpointStore endpoints{pool, test_sealing_keys()};
    notify::DeliveryStore deliveries{pool};
    channel::AccountStore channel_accounts{pool, test_sealing_keys()};
    std::unique_ptr<gateway::FloatStore> floats = gateway::make_float_store(pool);
    notify::EventStore events{pool, gateway::render_event_objects};
};

GatewayFixture::GatewayFixture() : clock(*parse_rfc3339("2026-01-01T08:00:00Z")) {
    settings.keys = {
        {"alpha", Secret<std::string>(std::string(kMerchantKey))},
        {"beta", Secret<std::string>(std::string(kOtherKey))}
    };
    check_scene = [](const gateway::SceneWish& wish) -> Result<void> {
        if (wish.method != "wechatpay") {
            return fail(ErrorCode::invalid, "nobody collects so", "/method");
        }
        return wish.scene == "qr" ? Result<void>{}
                                  : fail(ErrorCode::invalid, "there is only qr", "/scene");
    };
    check_payee = [](const gateway::PayeeWish& wish) -> Result<std::string> {
        if (wish.method != "bank_account") {
            return fail(ErrorCode::invalid, "nobody pays so", "/method");
        }
        const std::string_view account = wish.payee.text_or_empty("account_number");
        if (account.empty()) {
            return fail(ErrorCode::invalid, "account_number is missing", "/payee/account_number");
        }
        return "key of " + std::string(account);
    };
    settings.internal_secret = Secret<std::string>("nodes only");
    settings.engine_grace = std::chrono::seconds(20);
    settings.action_wait = std::chrono::seconds(0);
}

GatewayFixture::~GatewayFixture() = default;

void GatewayFixture::restart() { gateway_.reset(); }

/// Any settings with a base_url are good, and a channel answers that knows no such number.
gateway::ChannelAccounts GatewayFixture::channel_accounts() {
    return {
        .store = stores_->channel_accounts,
        .floats = *stores_->floats,
        .check = [](const gateway::AccountWish& wish) -> Result<void> {
            return wish.wanted.settings.contains("base_url")
                       ? Result<void>{}
                       : fail(ErrorCode::invalid, "base_url is missing", "/settings/base_url");
        },
        .try_out =
            [](const channel::ChannelAccountSettings&, const gateway::TrialDone& done) {
                gateway::TrialResult trial;
                trial.works = true;
                trial.outcome.kind = payment::OutcomeKind::not_found;
                trial.http_status = 404;
                done(trial);
            },
        .reload = [this](const gateway::ReloadDone& done) { done(loaded); },
        .ask_balance =
            [](const channel::ChannelAccountSettings& account, const gateway::BalanceDone& done) {
                if (account.channel != "bank") {
                    done(fail(ErrorCode::conflict, "it is not told", "balance_not_told"));
                    return;
                }
                done(channel::AccountBalance{Money(94'321, cny()), Time{}});
            },
        .changed = [] {},
        .health =
            [](const channel::ChannelAccountSettings&) {
                channel::AccountHealth health;
                health.breaker = channel::BreakerState::open;
                health.scenes["qr"] = {
                    .exchanges = 4,
                    .accepted = 1,
                    .unanswered = 3,
                    .took_p95_ms = 200,
                    .codes = {"timeout"},
                };
                return health;
            },
    };
}

gateway::Webhooks GatewayFixture::webhooks() {
    if (stores_ == nullptr) {
        stores_ = std::make_unique<Stores>(database);
    }
    return {
        .endpoints = stores_->endpoints,
        .deliveries = stores_->deliveries,
        .events = stores_->events,
        .wake = [this] { ++wakes; },
        .plain_http = notify::PlainHttp::to_this_machine,
    };
}

gateway::Gateway& GatewayFixture::gateway() {
    if (gateway_ == nullptr) {
        gateway_ = std::make_unique<gateway::Gateway>(
            settings,
            gateway::Collaborators{
                .intake = intake,
                .clock = clock,
                .random = random,
                .orders = orders,
                .payments = payments,
                .refunds = refunds,
                .accounts = accounts,
                .signatures = signatures,
                .tasks = tasks,
                .surpluses = surpluses,
                .webhooks = webhooks(),
                .channel_accounts = channel_accounts(),
                .read_callback = reader,
                .knows_channel_account = knows_account,
                .forward = forwarder,
                .payouts = payouts,
                .check_payee = check_payee,
                .check_scene = check_scene,
                .seal_party =
                    [](const gateway::Party& party) {
                        if (party.leg == 0 || party.said.is_null()) {
                            return party.said;
                        }
                        Value sealed(ValueObject{{"sealed_for_leg", party.leg}});
                        for (const auto& [name, value] : *party.said.as_object()) {
                            sealed.set(name, value);
                        }
                        return sealed;
                    },
                .print_payee = [](std::string_view payee
                               ) { return "print of " + to_hex(hash128(payee)); },
                .check_ready = [this] { return ready; },
                .more_metrics = [] { return std::string("more_lines 1\n"); }
            }
        );
    }
    return *gateway_;
}

http::Response GatewayFixture::refused(const http::ProtocolError& error) {
    return gateway().protocol_error(error);
}

http::Request request_of(const Ask& ask) {
    http::Request request{.method = ask.method, .target = ask.target, .body = ask.body};
    const std::size_t mark = ask.target.find('?');
    request.path = ask.target.substr(0, mark);
    request.query = mark == std::string::npos ? "" : ask.target.substr(mark + 1);
    request.headers = ask.headers;
    if (!ask.key.empty()) {
        request.headers.add({"Authorization", "Bearer " + std::string(ask.key)});
    }
    if (!ask.content_type.empty() && !ask.body.empty()) {
        request.headers.add({"Content-Type", ask.content_type});
    }
    return request;
}

std::shared_ptr<Line> GatewayFixture::begin(const Ask& ask) {
    auto line = std::make_shared<Line>();
    gateway().handle(request_of(ask), http::Responder(line));
    return line;
}

http::Response GatewayFixture::send(const Ask& ask) {
    http::Response response = begin(ask)->wait();
    const Exchanged exchanged{
        ask.method == "HEAD" ? "GET" : ask.method,
        ask.target.substr(0, ask.target.find('?')),
        response.status,
        std::string(response.headers.get_or_empty("Content-Type")),
        response.body
    };
    EXPECT_THAT(OpenApi::project().faults(exchanged), ::testing::IsEmpty())
        << ask.method << " " << ask.target << " answered " << response.status << " "
        << response.body;
    EXPECT_TRUE(response.headers.has("X-Request-Id"));
    return response;
}

std::string GatewayFixture::given_order(const std::string& number, std::int64_t amount) {
    const auto response = post("/v1/orders", order_json(number, amount));
    EXPECT_EQ(response.status, 201) << response.body;
    return text_of(response, "id");
}

std::string GatewayFixture::given_account(const std::string& owner, std::int64_t balance) {
    const auto response = post(
        "/v1/accounts",
        R"({"kind":"prepaid_card","owner_number":")" + owner + R"(","currency":"CNY"})"
    );
    EXPECT_EQ(response.status, 201) << response.body;
    const std::string id = text_of(response, "id");
    if (balance > 0) {
        const auto topped = post(
            "/v1/accounts/" + id + "/top_ups",
            R"({"top_up_number":"first-)" + owner + R"(","amount":)" + std::to_string(balance) +
                R"(,"currency":"CNY"})"
        );
        EXPECT_EQ(topped.status, 201) << topped.body;
    }
    return id;
}

std::string GatewayFixture::given_payment(const std::string& order_number) {
    const auto response = post("/v1/payments", qr_payment_json(order_json(order_number)));
    EXPECT_EQ(response.status, 201) << response.body;
    return text_of(response, "id");
}

std::string GatewayFixture::given_available(std::int64_t amount) {
    const auto opened = post("/v1/accounts", R"({"kind":"merchant_available","currency":"CNY"})");
    EXPECT_EQ(opened.status, 201) << opened.body;
    std::string id = text_of(opened, "id");
    if (amount > 0) {
        const auto topped = post(
            "/v1/accounts/" + id + "/top_ups",
            R"({"top_up_number":"float","amount":)" + std::to_string(amount) +
                R"(,"currency":"CNY"})"
        );
        EXPECT_EQ(topped.status, 201) << topped.body;
    }
    return id;
}

std::string GatewayFixture::given_paid(const std::string& order_number) {
    const std::string order = given_order(order_number);
    const auto begun = post("/v1/payments", qr_payment_json(order));
    EXPECT_EQ(begun.status, 201) << begun.body;
    const std::string name = text_of(begun, "id");
    orders.set(*OrderId::parse(order), payment::OrderStatus::paid, 10'000);
    const RunId id(PaymentId::parse(name)->raw());
    payment::Picture& picture = payments.pictures.at(id);
    picture.subject.status = payment::SubjectStatus::succeeded;
    picture.order.status = payment::OrderStatus::paid;
    picture.order.paid_minor = 10'000;
    payment::RefundSource source;
    source.instruction = InstructionId(id.raw().derive(1, 1));
    source.payment = id;
    source.leg_number = 1;
    source.kind = payment::LegKind::internal;
    source.method = "prepaid_card";
    source.channel = "prepaid_card";
    source.account = AccountId(id.raw().derive(9, 9));
    source.amount = Money{3'000, cny()};
    source.refunded = Money{0, cny()};
    refunds.collected.push_back(source);
    source.instruction = InstructionId(id.raw().derive(1, 2));
    source.leg_number = 2;
    source.kind = payment::LegKind::external;
    source.method = "wechatpay";
    source.channel = "wechatpay";
    source.channel_account = "wechat_main";
    source.account = {};
    source.amount = Money{7'000, cny()};
    refunds.collected.push_back(source);
    return name;
}

std::string GatewayFixture::given_refund(const std::string& number, const std::string& payment) {
    const auto response = post("/v1/refunds", refund_json(number, payment, 1'000));
    EXPECT_EQ(response.status, 201) << response.body;
    return text_of(response, "id");
}

std::string path_of(std::string_view pattern) {
    std::string path(pattern);
    while (path.find('{') != std::string::npos) {
        const std::size_t from = path.find('{');
        path.replace(from, path.find('}') - from + 1, "x");
    }
    return path;
}

Value parsed(const http::Response& response) {
    auto body = json::parse(response.body, {.depth_max = 64, .nodes_max = 100'000});
    EXPECT_TRUE(body.has_value()) << response.body;
    return body ? *body : Value();
}

std::string text_of(const http::Response& response, std::string_view member) {
    return std::string(parsed(response).text_or_empty(member));
}

std::int64_t int_of(const http::Response& response, std::string_view member) {
    return parsed(response).int_or(member, -1);
}

std::string summary(const http::Response& response) {
    const Value body = parsed(response);
    std::string text = std::to_string(response.status);
    if (response.status < 400) {
        return text;
    }
    text += " " + std::string(body.text_or_empty("code"));
    const Value* errors = body.find("errors");
    if (errors == nullptr) {
        return text;
    }
    for (const Value& error : *errors->as_array()) {
        for (const std::string_view place : {"pointer", "parameter", "header"}) {
            if (const Value* name = error.find(place)) {
                text += " " + *name->as_text();
            }
        }
    }
    return text;
}

std::string order_json(const std::string& number, std::int64_t amount) {
    return R"({"merchant_order_number":")" + number + R"(","amount":)" + std::to_string(amount) +
           R"(,"currency":"CNY","description":"Two tickets"})";
}

std::string refund_json(const std::string& number, const std::string& target, std::int64_t amount) {
    const std::string member = target.starts_with("pay_") ? "payment_id" : "order_id";
    return R"({"merchant_refund_number":")" + number + R"(",")" + member + R"(":")" + target +
           R"(","amount":)" + std::to_string(amount) +
           R"(,"currency":"CNY","reason":"the goods came back"})";
}

std::string qr_payment_json(const std::string& target, std::int64_t amount) {
    const std::string member =
        target.starts_with('{') ? R"("order":)" + target : R"("order_id":")" + target + "\"";
    return "{" + member + R"(,"legs":[{"kind":"external","method":"wechatpay","scene":"qr",)" +
           R"("amount":)" + std::to_string(amount) + "}]}";
}

std::string payout_json(const std::string& number, std::int64_t amount, const std::string& more) {
    return R"({"merchant_payout_number":")" + number + R"(","amount":)" + std::to_string(amount) +
           R"(,"currency":"CNY",)" + payee_members() + more + "}";
}

std::string payee_members() {
    return R"("method":"bank_account","payee":{"name":"Zhang San",)"
           R"("account_number":"6222021234567890","bank_code":"102100099996"})";
}

}  // namespace sluice::testing
