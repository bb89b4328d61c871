#include "channel/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <pthread.h>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "channel/adapter_host.hpp"
#include "channel/evidence.hpp"
#include "core/mutex.hpp"
#include "core/random.hpp"

namespace sluice::channel {
namespace {

using payment::Outcome;
using payment::OutcomeKind;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::size_t kNonceBytes = 16;

/// One exchange on its way. Owned by its lane's queue, then by the HTTP client's callback.
struct Journey {
    ExchangeOrder order;
    const ChannelAccount* account = nullptr;
    Evidence evidence;
    SteadyTime sent_at;
    std::optional<http::ClientResult> result;
};
using JourneyPtr = std::shared_ptr<Journey>;

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

/// One thread with its queue and its interpreters. The HTTP client's callbacks keep it alive.
class Exchange::Lane : public std::enable_shared_from_this<Lane> {
  public:
    explicit Lane(ExchangeParts parts) : parts_(std::move(parts)) {}

    void start(std::size_t number) {
        thread_ = std::thread([this] { work(); });
        pthread_setname_np(thread_.native_handle(), ("exchange-" + std::to_string(number)).c_str());
    }

    Result<void> submit(ExchangeOrder order, std::size_t open_max) SLUICE_EXCLUDES(mutex_) {
        auto journey = std::make_shared<Journey>();
        journey->order = std::move(order);
        {
            const MutexLock lock(mutex_);
            if (is_stopped_) {
                return fail(ErrorCode::unavailable, "the exchange is stopped");
            }
            if (open_ >= open_max) {
                return fail(
                    ErrorCode::limit, "the exchange has " + std::to_string(open_) + " open orders"
                );
            }
            ++open_;
            queue_.push_back(std::move(journey));
        }
        arrived_.notify_one();
        return {};
    }

    void stop() SLUICE_EXCLUDES(mutex_) {
        {
            const MutexLock lock(mutex_);
            is_stopped_ = true;
            queue_.clear();
            arrived_.notify_all();
        }
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    [[nodiscard]] std::size_t open() const { return open_; }

  private:
    void answered(JourneyPtr journey) SLUICE_EXCLUDES(mutex_) {
        {
            const MutexLock lock(mutex_);
            if (is_stopped_) {
                return;
            }
            queue_.push_back(std::move(journey));
        }
        arrived_.notify_one();
    }

    /// Waits for work; nothing when stopped.
    std::deque<JourneyPtr> take() SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        while (queue_.empty() && !is_stopped_) {
            arrived_.wait(mutex_);
        }
        return std::exchange(queue_, {});
    }

    void work() {
        for (auto journeys = take(); !journeys.empty(); journeys = take()) {
            for (const JourneyPtr& journey : journeys) {
                if (is_stopped_) {
                    return;
                }
                handle(journey);
            }
        }
    }

    void handle(const JourneyPtr& journey) {
        if (const auto& result = journey->result) {
            report(*journey, read(*journey, *result));
            return;
        }
        auto request = build(*journey);
        if (!request) {
            std::string code = code_of(request.error());
            report(*journey, config(std::move(code), std::move(request.error().message)));
            return;
        }
        send(journey, std::move(*request));
    }

    Result<http::ClientRequest> build(Journey& journey) {
        const payment::Instruction& instruction = journey.order.instruction;
        journey.account =
            parts_.registry->find_account({instruction.channel, instruction.channel_account});
        if (journey.account == nullptr) {
            return fail(
                ErrorCode::not_found,
                "there is no channel account '" + instruction.channel_account + "' of '" +
                    instruction.channel + "'"
            );
        }
        AdapterHost& host = host_of(instruction.channel);
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
        journey.evidence.path = is_own ? request.url.substr(base.size()) : request.url;
        journey.evidence.request = masked_body(request.body, adapter_of(journey)->masked);
        return request;
    }

    void send(const JourneyPtr& journey, http::ClientRequest request) {
        journey->sent_at = std::chrono::steady_clock::now();
        parts_.send(
            std::move(request),
            [lane = shared_from_this(), journey](http::ClientResult result) {
                const auto took = std::chrono::steady_clock::now() - journey->sent_at;
                journey->evidence.took_us =
                    std::chrono::duration_cast<std::chrono::microseconds>(took).count();
                journey->result = std::move(result);
                lane->answered(journey);
            }
        );
    }

    Outcome read(Journey& journey, const http::ClientResult& result) {
        if (!result) {
            return from_failure(result.error());
        }
        journey.evidence.http_status = result->status;
        journey.evidence.response = masked_body(result->body, adapter_of(journey)->masked);
        AdapterHost& host = host_of(journey.order.instruction.channel);
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
        report.evidence = std::move(journey.evidence);
        --open_;
        parts_.sink(std::move(report));
    }

    AdapterPtr adapter_of(const Journey& journey) const {
        return parts_.registry->find_adapter(journey.order.instruction.channel);
    }

    AdapterHost& host_of(const std::string& channel) {
        std::unique_ptr<AdapterHost>& host = hosts_[channel];
        if (!host) {
            host = std::make_unique<AdapterHost>(parts_.registry->find_adapter(channel));
        }
        return *host;
    }

    Moment moment() { return {parts_.clock.now(), random_hex(random_, kNonceBytes)}; }

    const ExchangeParts parts_;
    std::unordered_map<std::string, std::unique_ptr<AdapterHost>> hosts_;
    SystemRandom random_;
    std::thread thread_;
    std::atomic<std::size_t> open_{0};
    std::atomic<bool> is_stopped_{false};
    Mutex mutex_;
    ConditionVariable arrived_;
    std::deque<JourneyPtr> queue_ SLUICE_GUARDED_BY(mutex_);
};

Exchange::Exchange(const ExchangeParts& parts, ExchangeSettings settings)
    : open_max_(settings.open_max / std::max<std::size_t>(settings.threads, 1)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(settings.threads, 1); ++i) {
        lanes_.push_back(std::make_shared<Lane>(parts));
        lanes_.back()->start(i);
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
