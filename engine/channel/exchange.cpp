#include "channel/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "channel/adapter_host.hpp"
#include "channel/journey.hpp"
#include "channel/payout_batch.hpp"
#include "channel/payout_gathering.hpp"
#include "core/id.hpp"
#include "core/random.hpp"

namespace sluice::channel {
namespace {

using payment::Outcome;

constexpr std::size_t kMomentNonceBytes = 16;

/// A refund goes back over the account that collected: to hold it up helps nobody.
bool has_other_accounts(Operation operation) {
    return operation == Operation::collect || operation == Operation::payout;
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
    using SteadyClock = std::chrono::steady_clock;

    void set_out(const JourneyPtr& journey) {
        if (is_stopped_) {
            return;
        }
        equip(*journey, parts_.registry.now());
        const auto room = PayoutGathering::room_of(*journey);
        // What the adapter cannot do leaves alone, and is refused there.
        if (room && host_of(journey->adapter).check_order(journey->order)) {
            gather(journey, *room);
        } else {
            depart(journey);
        }
    }

    void gather(const JourneyPtr& journey, const PayoutGathering::Room& room) {
        const auto now = SteadyClock::now();
        for (PayoutGathering::Group& group : gathering_.add(journey, room, now)) {
            depart(std::move(group));
        }
        if (gathering_.next_due()) {
            client_.run_at(now + room.wait, [this] { depart_due(); });
        }
    }

    void depart_due() {
        for (PayoutGathering::Group& group : gathering_.take_due(SteadyClock::now())) {
            if (!is_stopped_) {
                depart(std::move(group));
            }
        }
    }

    void depart(const JourneyPtr& journey) {
        auto handed_over = hand_over(*journey);
        if (handed_over) {
            if (auto& outcome = *handed_over; outcome.has_value()) {
                report(*journey, *std::move(outcome));
                return;
            }
        }
        // Before it is built: what was never sent leaves no request for the timeline to show.
        if (!may_send(*journey)) {
            report(*journey, outcome_of_open_circuit());
            return;
        }
        auto request =
            handed_over ? build(*journey) : Result<http::ClientRequest>(fail(handed_over.error()));
        if (!request) {
            report(*journey, outcome_of(request.error()));
            return;
        }
        journey->sent_at = SteadyClock::now();
        send(std::move(*request), [this, journey](const http::ClientResult& result) {
            answered(*journey, result);
        });
    }

    void depart(PayoutGathering::Group group) {
        if (group.size() == 1) {
            depart(group.front());
            return;
        }
        const std::string number =
            Id128::generate(parts_.clock.now(), Bucket{0}, random_).to_string();
        const auto batch = std::make_shared<PayoutBatch>(std::move(group), number);
        auto request = may_send(batch->first()) ? build(*batch)
                                                : fail(ErrorCode::unavailable, "nobody answers");
        if (!request) {
            // Nothing left: alone each of them tells for itself what hinders it.
            for (const JourneyPtr& line : batch->lines()) {
                depart(line);
            }
            return;
        }
        batch->note_sent();
        send(std::move(*request), [this, batch](const http::ClientResult& result) {
            answered(*batch, result);
        });
    }

    [[nodiscard]] bool may_send(const Journey& journey) const {
        return parts_.health == nullptr || !has_other_accounts(journey.order.operation) ||
               parts_.health->may_send(address_of(journey));
    }

    /// Of some scenes nothing is sent.
    Result<std::optional<Outcome>> hand_over(Journey& journey) {
        if (journey.account == nullptr) {
            return std::nullopt;
        }
        AdapterHost& host = host_of(journey.adapter);
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
        AdapterHost& host = host_of(journey.adapter);
        SLUICE_ASSIGN(
            http::ClientRequest request, host.build(journey.order, *journey.account, moment())
        );
        SLUICE_TRY(make_ready(request, journey));
        journey.evidence.method = request.method;
        journey.evidence.path = shown_path(journey, request.url);
        journey.evidence.request = shown_body(journey, request.body);
        return request;
    }

    Result<http::ClientRequest> build(PayoutBatch& batch) {
        const Journey& first = batch.first();
        AdapterHost& host = host_of(first.adapter);
        SLUICE_ASSIGN(
            http::ClientRequest request, host.build_many(batch.many(), *first.account, moment())
        );
        SLUICE_TRY(make_ready(request, first));
        batch.note_request(request);
        return request;
    }

    /// With the account's time-outs, if it may go there at all.
    static Result<void> make_ready(http::ClientRequest& request, const Journey& journey) {
        SLUICE_TRY(journey.account->check_url(request.url));
        const ChannelTimeouts& timeouts = journey.account->settings().timeouts;
        request.connect_timeout = timeouts.connect;
        request.total_timeout = timeouts.of(journey.order.operation);
        return {};
    }

    void send(http::ClientRequest request, http::ClientDone done) {
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
        const auto took = SteadyClock::now() - journey.sent_at;
        journey.evidence.took_us =
            std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        Outcome outcome = read(journey, result);
        if (parts_.health != nullptr) {
            tell_health(*parts_.health, journey, result, outcome);
        }
        report(journey, std::move(outcome));
    }

    Outcome read(Journey& journey, const http::ClientResult& result) {
        if (!result) {
            return outcome_of(result.error());
        }
        journey.evidence.http_status = result->status;
        journey.evidence.response = shown_body(journey, result->body);
        AdapterHost& host = host_of(journey.adapter);
        return host.read({journey.order, *result}, *journey.account, moment());
    }

    void answered(PayoutBatch& batch, const http::ClientResult& result) {
        if (is_stopped_) {
            return;
        }
        batch.note_result(result);
        std::vector<Outcome> outcomes = read(batch, result);
        if (parts_.health != nullptr) {
            batch.tell_health(*parts_.health, result, outcomes);
        }
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            report(*batch.lines()[i], std::move(outcomes[i]));
        }
    }

    std::vector<Outcome> read(const PayoutBatch& batch, const http::ClientResult& result) {
        if (!result) {
            return std::vector<Outcome>(batch.lines().size(), outcome_of(result.error()));
        }
        AdapterHost& host = host_of(batch.first().adapter);
        return host.read_many({batch.many(), *result}, *batch.first().account, moment());
    }

    void report(Journey& journey, Outcome outcome) {
        ExchangeReport report = report_of(journey, std::move(outcome));
        --open_;
        parts_.sink(std::move(report));
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
    PayoutGathering gathering_;
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
    // Payouts of one account may leave in one request.
    const bool may_gather = order.operation == Operation::payout && !order.resent;
    const std::size_t hash = may_gather
                                 ? std::hash<std::string_view>{}(order.instruction.channel_account)
                                 : std::hash<RunId>{}(order.run);
    const std::size_t lane = hash % lanes_.size();
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
