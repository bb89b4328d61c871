#include "app/wiring.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "app/callback_wiring.hpp"
#include "app/channel_accounts.hpp"
#include "app/channel_keys.hpp"
#include "app/channel_wiring.hpp"
#include "app/egress_wiring.hpp"
#include "app/key_wiring.hpp"
#include "app/named_payee_store.hpp"
#include "app/notify_wiring.hpp"
#include "app/payee_wiring.hpp"
#include "app/payer_wiring.hpp"
#include "app/reach_database.hpp"
#include "app/sealing_wiring.hpp"
#include "app/unsent_orders.hpp"
#include "app/worker_metrics.hpp"
#include "channel/exchange.hpp"
#include "core/clock.hpp"
#include "core/random.hpp"
#include "db/connection.hpp"
#include "db/migrate.hpp"
#include "db/pool.hpp"
#include "decision/release_check.hpp"
#include "gateway/backlog_store.hpp"
#include "gateway/gateway.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "ledger/folding.hpp"
#include "log/log.hpp"
#include "lua/vm.hpp"
#include "script/release.hpp"
#include "worker/fleet.hpp"

namespace sluice::app {
namespace {

// API sessions and workers act as this role: it has no direct right to the ledger's tables.
constexpr const char* kRole = "sluice_app";

Result<void> bring_up_to_date(const std::string& conninfo, const std::filesystem::path& root) {
    SLUICE_ASSIGN(auto owner, db::Connection::open(conninfo));
    SLUICE_ASSIGN(const auto report, db::migrate(owner, root / "db"));
    for (const auto& file : report.applied) {
        log::info("migration_applied", {{"file", file}});
    }
    return {};
}

http::Response starting() {
    http::Response response;
    response.status = 503;
    response.headers.set({"Content-Type", "application/problem+json"});
    response.headers.set({"Retry-After", "1"});
    response.body = R"({"title":"Starting","status":503,"code":"starting"})";
    return response;
}

/// All that is told by files: proved to be sound before a database is started for it.
struct Files {
    script::ReleasePtr release;
    Value candidates;  ///< the release was proved with
    std::vector<gateway::ApiKey> api_keys;
    channel::SealingKeys sealing;
};

Result<Files> read_files(const config::Settings& settings) {
    SLUICE_ASSIGN(auto release, script::load_release(settings.root));
    SLUICE_ASSIGN(const auto registry, build_registry(settings));
    Value candidates = candidates_of(*registry, channel::Health());
    SLUICE_TRY(decision::check_release(release, candidates));
    SLUICE_ASSIGN(auto api_keys, api_keys_of(settings));
    SLUICE_ASSIGN(auto sealing, sealing_keys(settings));
    return Files{
        std::move(release), std::move(candidates), std::move(api_keys), std::move(sealing)
    };
}

}  // namespace

/// In the order of construction; the members below use those above.
class Server::Parts {
  public:
    Parts(config::Settings given, std::string database, Files files)
        : settings(std::move(given)),
          api_keys(std::move(files.api_keys)),
          sealing(std::move(files.sealing)),
          conninfo(std::move(database)),
          pool(conninfo, {.connections_max = settings.database.readers, .connection = role()}),
          release(std::move(files.release)),
          channels({pool, sealing, clock, settings.channels, health}),
          folding(pool),
          notices(settings.webhooks, {conninfo, role(), pool, sealing}) {}

    ~Parts() { stop(); }

    static db::ConnectionOptions role() { return {.statement_timeout = {}, .role = kRole}; }

    Result<void> read_accounts(const Value& proved_candidates);
    void open_channels();
    Result<void> open_engine();
    void open_door();
    Result<void> listen();
    void wait_for_buckets() const;
    void stop();

    [[nodiscard]] worker::WorkerServices worker_services();
    [[nodiscard]] gateway::Settings gateway_settings() const;
    [[nodiscard]] std::string metrics() const;
    [[nodiscard]] std::string listens_on() const;

    config::Settings settings;
    std::vector<gateway::ApiKey> api_keys;
    channel::SealingKeys sealing;
    std::string conninfo;
    SystemClock clock;
    SystemRandom random;
    db::Pool pool;
    script::ReleasePtr release;
    channel::Health health;
    ChannelAccounts channels;
    ChannelKeys channel_keys{
        {channels.store(),
         channels.registry(),
         clock,
         [this] { channels.look_again(); },
         channel_client(settings.egress)}
    };
    ledger::Folding folding;
    Notices notices;
    http::Client client;  ///< to other nodes
    http::Client channels_client{channel_client(settings.egress)};
    std::unique_ptr<channel::Exchange> exchange;
    std::unique_ptr<worker::Fleet> fleet;
    std::unique_ptr<channel::Callbacks> callbacks;
    std::unique_ptr<gateway::OrderStore> orders;
    std::unique_ptr<gateway::PaymentStore> payments;
    std::unique_ptr<gateway::RefundStore> refunds;
    std::unique_ptr<gateway::AccountStore> accounts;
    std::unique_ptr<gateway::SignatureStore> signatures;
    std::unique_ptr<gateway::TaskStore> tasks;
    std::unique_ptr<gateway::PayoutStore> payouts;
    std::unique_ptr<gateway::SurplusStore> surpluses;
    std::unique_ptr<gateway::BacklogStore> backlog;
    std::unique_ptr<gateway::Gateway> gateway;
    /// Null until everything behind the door is ready.
    std::atomic<gateway::Gateway*> serving{nullptr};
    std::unique_ptr<http::Server> server;
};

Result<void> Server::Parts::read_accounts(const Value& proved_candidates) {
    SLUICE_ASSIGN(const auto configured, configured_accounts(settings));
    SLUICE_TRY(channels.bring_in(configured));
    SLUICE_TRY(channels.read());
    if (*channels.candidates() != proved_candidates) {
        SLUICE_TRY(decision::check_release(release, *channels.candidates()));
    }
    return {};
}

void Server::Parts::open_channels() {
    const auto missed = [this](const channel::ChannelAccount& account) {
        channel_keys.miss(account);
    };
    channel::ExchangeParts parts{
        .registry = channels.registry(),
        .sink =
            [this](channel::ExchangeReport report) {
                hide_payer(sealing, report.outcome);
                fleet->deliver(std::move(report));
            },
        .clock = clock,
        .missed_key = missed,
        .health = &health,
    };
    exchange = std::make_unique<channel::Exchange>(std::move(parts), exchange_settings(settings));
    channel::CallbackSettings reading{
        .body_max_bytes = settings.callbacks.body_max_bytes, .missed_key = missed
    };
    callbacks =
        std::make_unique<channel::Callbacks>(channels.registry(), clock, std::move(reading));
}

worker::WorkerServices Server::Parts::worker_services() {
    worker::WorkerServices services;
    services.clock = &clock;
    services.send = [this](channel::ExchangeOrder order) {
        const channel::RegistryPtr registry = channels.registry().current();
        const auto again = resend_of(order.instruction, order.operation, *registry);
        if (order.resent && again != channel::Resend::idempotent) {
            fleet->deliver(report_not_repeatable(order));
            return;
        }
        const auto named = [this](const payment::PayeeName& name) {
            return load_named_payee(pool, name);
        };
        if (auto opened = open_parties(sealing, named, order); !opened) {
            log::error("party_not_opened", {{"text", opened.error().message}});
            fleet->deliver(report_not_opened(order));
            return;
        }
        auto report = report_not_sent(order);
        if (auto submitted = exchange->submit(std::move(order)); !submitted) {
            log::warn("exchange_not_taken", {{"why", submitted.error().message}});
            fleet->deliver(std::move(report));
        }
    };
    services.resend =
        [this](const payment::Instruction& instruction, payment::Operation operation) {
            return resend_of(instruction, operation, *channels.registry().current());
        };
    services.terms = [this](const flow::ChannelAddress& address) {
        return terms_of(address, *channels.registry().current());
    };
    services.candidates = [this] { return channels.candidates(); };
    services.alarm = [](std::string_view event, const std::string& text) {
        log::error(event, {{"text", text}});
    };
    services.events_written = [this] { notices.bell().ring(); };
    return services;
}

Result<void> Server::Parts::open_engine() {
    worker::FleetSettings fleet_settings;
    fleet_settings.conninfo = conninfo;
    fleet_settings.connection = role();
    fleet_settings.address = settings.node.address;
    fleet_settings.workers = settings.node.workers;
    fleet_settings.worker.warm_runs = settings.node.warm_runs;
    fleet_settings.node = Id128::generate(clock.now(), Bucket{0}, random);
    fleet = std::make_unique<worker::Fleet>(
        std::move(fleet_settings), worker_services(), release, *channels.candidates(), pool
    );
    return fleet->start();
}

gateway::Settings Server::Parts::gateway_settings() const {
    gateway::Settings result;
    result.keys = api_keys;
    result.internal_secret = settings.node.internal_secret;
    result.threads = settings.http.threads;
    result.body_bytes_max = settings.http.body_max_bytes;
    result.callbacks = callback_limits(settings.callbacks);
    return result;
}

std::string Server::Parts::metrics() const {
    std::string lines;
    const auto add = [&](const std::string& name, std::uint64_t value) {
        lines += name + " " + std::to_string(value) + "\n";
    };
    add("sluice_exchanges_open", exchange->open());
    const auto waiting = backlog->count(clock.now());
    add("sluice_backlog_is_known", waiting ? 1 : 0);
    return lines + worker_metrics(*fleet) + channels.metrics() + notices.metrics() +
           (waiting ? gateway::backlog_metrics(*waiting) : "");
}

void Server::Parts::open_door() {
    orders = gateway::make_order_store(pool);
    payments = gateway::make_payment_store(pool);
    refunds = gateway::make_refund_store(pool);
    accounts = gateway::make_account_store(pool);
    signatures = gateway::make_signature_store(pool);
    tasks = gateway::make_task_store(pool);
    payouts = gateway::make_payout_store(pool);
    surpluses = gateway::make_surplus_store(pool);
    backlog = gateway::make_backlog_store(pool);
    gateway::Collaborators parts{
        .intake = *fleet,
        .clock = clock,
        .random = random,
        .orders = *orders,
        .payments = *payments,
        .refunds = *refunds,
        .accounts = *accounts,
        .signatures = *signatures,
        .tasks = *tasks,
        .surpluses = *surpluses,
        .webhooks = notices.webhooks(),
        .channel_accounts = channels.api(channels_client),
        .read_callback = callback_reader(*callbacks, sealing),
        .knows_channel_account = account_finder(channels.registry()),
        .forward = forwarder(client),
        .payouts = *payouts,
        .check_payee = payee_check(channels.registry(), sealing),
        .check_scene = scene_check(channels.registry()),
        .seal_party = party_seal(sealing),
        .print_payee = [this](std::string_view payee) { return sealing.fingerprint(payee); },
        .check_ready = [this]() -> Result<void> {
            if (fleet->buckets_held() == 0) {
                return fail(ErrorCode::unavailable, "no bucket is held by this node");
            }
            return {};
        },
        .more_metrics = [this] { return metrics(); },
    };
    gateway = std::make_unique<gateway::Gateway>(gateway_settings(), std::move(parts));
    serving = gateway.get();
}

/// The socket comes first: other nodes are told the port that was really bound.
Result<void> Server::Parts::listen() {
    http::ServerSettings http_settings;
    http_settings.host = settings.http.host;
    http_settings.port = settings.http.port;
    http_settings.body_max_bytes = settings.http.body_max_bytes;
    http_settings.read_timeout = settings.http.read_timeout;
    server = std::make_unique<http::Server>(
        http_settings,
        [this](http::Request request, http::Responder responder) {
            if (gateway::Gateway* ready = serving.load()) {
                ready->handle(std::move(request), std::move(responder));
            } else {
                responder.answer(starting());
            }
        }
    );
    server->on_protocol_error([this](const http::ProtocolError& error) {
        gateway::Gateway* ready = serving.load();
        return ready == nullptr ? starting() : ready->protocol_error(error);
    });
    SLUICE_TRY(server->start());
    if (settings.node.address.empty()) {
        settings.node.address = listens_on();
    }
    return {};
}

std::string Server::Parts::listens_on() const {
    const std::string& host = settings.http.host;
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(server->port());
}

/// Requests are refused until this node, or another one, owns every bucket.
void Server::Parts::wait_for_buckets() const {
    for (int turn = 0; turn < 100 && fleet->buckets_held() == 0; ++turn) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void Server::Parts::stop() {
    // The door first, then the engine; what the channels still answer goes nowhere after that.
    if (server != nullptr) {
        server->stop();
    }
    if (fleet != nullptr) {
        fleet->stop();
    }
    if (exchange != nullptr) {
        exchange->stop();
    }
    channel_keys.stop();
    channels.stop();
    notices.stop();
    folding.stop();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() = default;

std::string Server::address() const { return parts_->listens_on(); }
void Server::stop() { parts_->stop(); }

Result<std::unique_ptr<Server>> Server::start(config::Settings settings) {
    if (auto sound = lua::self_test(); !sound) {
        return fail(ErrorCode::corrupt, "the Lua interpreter cannot be used: " + sound.error());
    }
    // What scripts, channels and keys refuse is told before a database is started for them.
    SLUICE_ASSIGN(Files files, read_files(settings));
    const Value candidates = files.candidates;
    SLUICE_ASSIGN(std::string conninfo, reach_database(settings.database));
    SLUICE_TRY(bring_up_to_date(conninfo, settings.root));
    auto parts =
        std::make_unique<Parts>(std::move(settings), std::move(conninfo), std::move(files));
    SLUICE_TRY(parts->read_accounts(candidates));
    SLUICE_TRY(parts->listen());
    parts->open_channels();
    SLUICE_TRY(parts->open_engine());
    parts->channels.start(parts->channels_client);
    parts->channel_keys.start();
    parts->folding.start();
    parts->notices.start();
    parts->open_door();
    parts->wait_for_buckets();
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

}  // namespace sluice::app
