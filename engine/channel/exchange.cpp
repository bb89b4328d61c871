#include "channel/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "channel/adapter_host.hpp"
#include "channel/evidence.hpp"
#include "core/random.hpp"

namespace sluice::channel {
namespace {

using payment::Outcome;
using payment::OutcomeKind;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kMomentNonceBytes = 16;

Outcome from_failure(const http::ClientFailure& failure) {
    Outcome outcome;
    outcome.kind = failure.stage == http::FailureStage::not_sent ? OutcomeKind::not_sent
                                                                 : OutcomeKind::unknown;
    outcome.code = failure.code;
    outcome.message = failure.message;
    return outcome;
}

Outcome config(std::string code, std::string message) {
    Outcome outcome;
    outcome.kind = OutcomeKind::config;
    outcome.code = std::move(code);
    outcome.message = std::move(message);
    return outcome;
}

/// What the payer's and the payee's fields of kind secret say.
std::vector<std::string> secrets_of(const payment::Instruction& instruction, const Form& form) {
    std::vector<std::string> secrets;
    const auto gather = [&](const std::vector<FormField>& fields, const Value& party) {
        for (const FormField& field : fields) {
            const std::string_view secret = party.text_or_empty(field.name);
            if (field.kind == FieldKind::secret && !secret.empty()) {
                secrets.emplace_back(secret);
            }
        }
    };
    gather(form.payee, instruction.payee);
    gather(form.payer, instruction.payer);
    // The longest first: one may be part of another.
    std::ranges::sort(secrets, std::ranges::greater{}, &std::string::size);
    return secrets;
}

/// A refund goes back over the account that collected: to hold it up helps nobody.
bool has_other_accounts(Operation operation) {
    return operation == Operation::collect || operation == Operation::payout;
}

Outcome circuit_open() {
    Outcome outcome;
    outcome.kind = OutcomeKind::not_sent;
    outcome.code = "circuit_open";
    outcome.message = "the channel does not answer at this account, so nothing was sent";
    return outcome;
}

/// Why a request could not be built, for the timeline.
std::string code_of(const Error& error) {
    if (error.code == ErrorCode::not_found) {
        return "no_channel_account";
    }
    if (error.context == "host") {
        return "host_not_allowed";
    }
    return error.context == "capabilities" ? "not_capable" : "adapter_failed";
}

}  // namespace

/// One thread, which is its HTTP client's, with interpreters of its own.
class Exchange::Lane {
  public:
    Lane(ExchangeParts parts, http::ClientSettings client)
        : parts_(std::move(parts)), client_(std::move(client)) {}

    Result<void> submit(ExchangeOrder order, std::size_t open_max) {
        if (is_stopped_) {
            return fail(ErrorCode::unavailable, "the exchange is stopped");
        }
        if (open_ >= open_max) {
            return fail(
                ErrorCode::limit, "the exchange has " + std::to_string(open_) + " open orders"
            );
        }
        ++open_;
        auto journey = std::make_shared<Journey>();
        journey->order = std::move(order);
        if (!client_.run([this, journey = std::move(journey)] { set_out(journey); })) {
            --open_;
            return fail(ErrorCode::unavailable, "the exchange is stopped");
        }
        return {};
    }

    void stop() {
        is_stopped_ = true;
        client_.stop();
    }

    [[nodiscard]] std::size_t open() const { return open_; }

  private:
    /// One exchange on its way. Owned by what its lane's client has to do for it.
    struct Journey {
        ExchangeOrder order;
        RegistryPtr registry;  ///< of the moment it set out
        const ChannelAccount* account = nullptr;
        Evidence evidence;
        std::vector<std::string> secrets;  ///< of the payee: nothing we keep may show them
        SteadyTime sent_at;
    };
    using JourneyPtr = std::shared_ptr<Journey>;

    void set_out(const JourneyPtr& journey) {
        if (is_stopped_) {
            return;
        }
        auto handed_over = hand_over(*journey);
        if (handed_over) {
            if (auto& outcome = *handed_over; outcome.has_value()) {
                report(*journey, *std::move(outcome));
                return;
            }
        }
        // Before it is built: what was never sent leaves no request for the timeline to show.
        if (parts_.health != nullptr && has_other_accounts(journey->order.operation) &&
            !parts_.health->may_send(address_of(*journey))) {
            report(*journey, circuit_open());
            return;
        }
        auto request =
            handed_over ? build(*journey) : Result<http::ClientRequest>(fail(handed_over.error()));
        if (!request) {
            std::string code = code_of(request.error());
            report(*journey, config(std::move(code), std::move(request.error().message)));
            return;
        }
        send(journey, std::move(*request));
    }

    /// Of some scenes nothing is sent.
    Result<std::optional<Outcome>> hand_over(Journey& journey) {
        const payment::Instruction& instruction = journey.order.instruction;
        journey.registry = parts_.registry.now();
        journey.account =
            journey.registry->find_account({instruction.channel, instruction.channel_account});
        if (journey.account == nullptr) {
            return std::nullopt;
        }
        AdapterHost& host = host_of(adapter_of(journey));
        return host.hand_over(journey.order, *journey.account, moment());
    }

    Result<http::ClientRequest> build(Journey& journey) {
        const payment::Instruction& instruction = journey.order.instruction;
        if (journey.account == nullptr) {
            return fail(
                ErrorCode::not_found,
                "there is no channel account '" + instruction.channel_account + "' of '" +
                    instruction.channel + "'"
            );
        }
        journey.secrets = secrets_of(instruction, adapter_of(journey)->form);
        AdapterHost& host = host_of(adapter_of(journey));
        SLUICE_ASSIGN(
            http::ClientRequest request, host.build(journey.order, *journey.account, moment())
        );
        SLUICE_TRY(journey.account->check_url(request.url));
        const ChannelTimeouts& timeouts = journey.account->settings().timeouts;
        request.connect_timeout = timeouts.connect;
        request.total_timeout = timeouts.of(journey.order.operation);
        journey.evidence.method = request.method;
        // Only an address other than the account's own is worth naming.
        const std::string& base = journey.account->base_url();
        const bool is_own = request.url.starts_with(base + "/");
        journey.evidence.path = without_secrets(
            is_own ? request.url.substr(base.size()) : request.url, journey.secrets
        );
        journey.evidence.request = shown(journey, request.body);
        return request;
    }

    void send(const JourneyPtr& journey, http::ClientRequest request) {
        journey->sent_at = std::chrono::steady_clock::now();
        auto done = [this, journey](const http::ClientResult& result) {
            answered(*journey, result);
        };
        if (parts_.send) {
            parts_.send(std::move(request), std::move(done));
        } else {
            client_.send(std::move(request), std::move(done));
        }
    }

    void answered(Journey& journey, const http::ClientResult& result) {
        if (is_stopped_) {
            return;
        }
        const auto took = std::chrono::steady_clock::now() - journey.sent_at;
        journey.evidence.took_us =
            std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        Outcome outcome = read(journey, result);
        tell_health(journey, result, outcome);
        report(journey, std::move(outcome));
    }

    void tell_health(
        const Journey& journey, const http::ClientResult& result, const Outcome& outcome
    ) {
        if (parts_.health == nullptr || !payment::moves_money(journey.order.operation)) {
            return;
        }
        // What was given up on this side says nothing of the channel.
        if (!result && (result.error().code == "busy" || result.error().code == "stopped")) {
            return;
        }
        const ExchangeEnd end{
            .answered = result.has_value() && outcome.kind != OutcomeKind::unknown,
            .accepted =
                outcome.kind == OutcomeKind::succeeded || outcome.kind == OutcomeKind::pending,
            .took = std::chrono::milliseconds(journey.evidence.took_us / 1000),
            .code = outcome.code,
        };
        parts_.health->ended(
            address_of(journey),
            journey.order.instruction.scene,
            end,
            std::chrono::steady_clock::now()
        );
    }

    static Health::Address address_of(const Journey& journey) {
        return {journey.order.instruction.channel, journey.order.instruction.channel_account};
    }

    Outcome read(Journey& journey, const http::ClientResult& result) {
        if (!result) {
            return from_failure(result.error());
        }
        journey.evidence.http_status = result->status;
        journey.evidence.response = shown(journey, result->body);
        AdapterHost& host = host_of(adapter_of(journey));
        return host.read({journey.order, *result}, *journey.account, moment());
    }

    void report(Journey& journey, Outcome outcome) {
        ExchangeReport report;
        report.run = journey.order.run;
        report.instruction = journey.order.instruction.id;
        report.ordinal = journey.order.ordinal;
        report.operation = journey.order.operation;
        report.resent = journey.order.resent;
        report.outcome = std::move(outcome);
        report.outcome.message =
            without_secrets(std::move(report.outcome.message), journey.secrets);
        report.evidence = std::move(journey.evidence);
        --open_;
        parts_.sink(std::move(report));
    }

    static std::string shown(const Journey& journey, const std::string& body) {
        return masked_body(without_secrets(body, journey.secrets), adapter_of(journey)->masked);
    }

    static AdapterPtr adapter_of(const Journey& journey) {
        return journey.registry->find_adapter(journey.order.instruction.channel);
    }

    /// One for each channel; after a reload, of the adapter that is asked for.
    AdapterHost& host_of(const AdapterPtr& adapter) {
        std::unique_ptr<AdapterHost>& host = hosts_[adapter->name];
        if (!host || !host->runs(adapter)) {
            host = std::make_unique<AdapterHost>(adapter, parts_.missed_key);
        }
        return *host;
    }

    Moment moment() { return {parts_.clock.now(), random_hex(random_, kMomentNonceBytes)}; }

    const ExchangeParts parts_;
    std::unordered_map<std::string, std::unique_ptr<AdapterHost>> hosts_;
    SystemRandom random_;
    std::atomic<std::size_t> open_{0};
    std::atomic<bool> is_stopped_{false};
    // Last: while it closes it still calls the members above.
    http::Client client_;
};

Exchange::Exchange(const ExchangeParts& parts, ExchangeSettings settings)
    : open_max_(settings.open_max / std::max<std::size_t>(settings.threads, 1)) {
    const std::size_t threads = std::max<std::size_t>(settings.threads, 1);
    http::ClientSettings client = std::move(settings.client);
    client.running_per_host_max = std::max<std::size_t>(client.running_per_host_max / threads, 1);
    client.idle_connections_max = std::max<std::size_t>(client.idle_connections_max / threads, 1);
    for (std::size_t i = 0; i < threads; ++i) {
        client.thread_name = "exchange-" + std::to_string(i);
        lanes_.push_back(std::make_unique<Lane>(parts, client));
    }
}

Exchange::~Exchange() { stop(); }

Result<void> Exchange::submit(ExchangeOrder order) {
    const std::size_t lane = std::hash<RunId>{}(order.run) % lanes_.size();
    return lanes_[lane]->submit(std::move(order), open_max_);
}

void Exchange::stop() {
    for (const auto& lane : lanes_) {
        lane->stop();
    }
}

std::size_t Exchange::open() const {
    std::size_t open = 0;
    for (const auto& lane : lanes_) {
        open += lane->open();
    }
    return open;
}

}  // namespace sluice::channel
