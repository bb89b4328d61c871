#include "notify/courier.hpp"

#include <algorithm>
#include <utility>

#include "log/log.hpp"
#include "notify/backoff.hpp"
#include "notify/endpoint_store.hpp"

namespace sluice::notify {
namespace {

/// Objects that one statement reads for bodies.
constexpr std::size_t kRenderedAtOnce = 128;
/// A round that takes longer lets outcomes and new events wait.
constexpr std::size_t kSentAtOnce = 1'024;
constexpr const char* kNoBody = "the object of the event cannot be shown";

}  // namespace

Courier::Courier(CourierParts parts, CourierSettings settings)
    : parts_(std::move(parts)), settings_(settings), queue_(settings.limits) {}

Courier::~Courier() { stop(); }

CourierCounters Courier::counters() const {
    const MutexLock lock(mutex_);
    return counters_;
}

Courier::Pace Courier::step() {
    const auto mine = session();
    const auto pace = mine && *mine ? round() : Result<Pace>(Pace::absent);
    const Error* error = !mine ? &mine.error() : !pace ? &pace.error() : nullptr;
    if (error != nullptr && trouble_ != error->message) {
        trouble_ = error->message;
        log::warn("webhooks_interrupted", {{"why", trouble_}});
    } else if (error == nullptr) {
        trouble_.clear();
    }
    if (error != nullptr && connection_ != nullptr && !connection_->is_open()) {
        connection_.reset();
    }
    const MutexLock lock(mutex_);
    counters_.is_sender = error == nullptr && *pace != Pace::absent;
    counters_.under_way = queue_.under_way();
    counters_.endpoints_failing = alarms_.failing();
    return error == nullptr ? *pace : Pace::absent;
}

/// Whether this is the sender. Another one may have worked since we were: nothing that waits in
/// memory is believed after a session was lost.
Result<bool> Courier::session() {
    if (connection_ == nullptr) {
        is_sender_ = false;
        queue_.forget_all();
        receivers_.clear();
        receivers_known_ = {};
        SLUICE_ASSIGN(auto opened, db::Connection::open(parts_.conninfo, parts_.connection));
        SLUICE_TRY(CourierStore(opened).prepare_session());
        connection_ = std::make_unique<db::Connection>(std::move(opened));
    }
    if (!is_sender_) {
        SLUICE_ASSIGN(is_sender_, CourierStore(*connection_).become_sender());
    }
    if (!is_sender_) {
        drop_outcomes();
    }
    return is_sender_;
}

/// Whoever sends now repeats what we did not write down.
void Courier::drop_outcomes() {
    collect_ended(parts_.clock.now());
    for (const AttemptOutcome& outcome : unwritten_) {
        queue_.finished(outcome.endpoint, outcome.id);
    }
    unwritten_.clear();
}

Result<Courier::Pace> Courier::round() {
    const Time now = parts_.clock.now();
    SLUICE_TRY(learn_receivers(now));
    SLUICE_TRY(write_outcomes(now));
    CourierStore store(*connection_);
    SLUICE_ASSIGN(const Spread spread, store.spread(settings_.transactions_max, now));
    if (now - looked_again_ >= settings_.look_again_every || now < looked_again_) {
        looked_again_ = now;
        look_again();
    }
    SLUICE_ASSIGN(const bool more_due, load(now));
    const bool more_to_send = send_due(now);
    if (now - pruned_ >= settings_.prune_every || now < pruned_) {
        pruned_ = now;
        SLUICE_TRY(store.prune(settings_.keep, now));
    }
    const bool more = spread.transactions_left > 0 || more_due || more_to_send;
    return more ? Pace::go_on : Pace::wait;
}

/// Told once for each endpoint; what is due there waits for the key.
bool Courier::open_secrets(Receiver& receiver) {
    for (Secret<std::string>& secret : receiver.secrets) {
        auto opened = open_endpoint_secret(parts_.keys, receiver.id, secret);
        if (!opened) {
            if (unreadable_.insert(receiver.id).second) {
                log::error("webhook_secret_not_opened", {{"text", opened.error().message}});
            }
            return false;
        }
        secret = *std::move(opened);
    }
    unreadable_.erase(receiver.id);
    return true;
}

Result<void> Courier::learn_receivers(Time now) {
    if (receivers_known_ != Time{} && now >= receivers_known_ &&
        now - receivers_known_ < settings_.endpoints_every) {
        return {};
    }
    CourierStore store(*connection_);
    SLUICE_ASSIGN(std::vector<Receiver> found, store.receivers(now));
    receivers_known_ = now;
    std::unordered_map<EndpointId, Known> known;
    for (Receiver& receiver : found) {
        if (!open_secrets(receiver)) {
            continue;
        }
        const EndpointId id = receiver.id;
        const auto before = receivers_.find(id);
        Known item = before == receivers_.end() ? Known{} : std::move(before->second);
        item.receiver = std::move(receiver);
        known.emplace(id, std::move(item));
    }
    for (const auto& [id, item] : receivers_) {
        if (!known.contains(id)) {
            queue_.forget(id);
            alarms_.forget(id);
        }
    }
    receivers_ = std::move(known);
    return {};
}

/// From the beginning: what became due behind the place up to which was loaded is found too.
void Courier::look_again() {
    for (auto& [id, known] : receivers_) {
        known.loaded_due = {};
        known.loaded_id = {};
    }
}

Result<bool> Courier::load(Time now) {
    std::vector<DuePlace> places;
    for (const auto& [id, known] : receivers_) {
        std::size_t room = queue_.room(id);
        if (room == 0) {
            continue;
        }
        // From the beginning, all those are found again that are here already.
        room += known.loaded_due == Time{} ? queue_.loaded(id) : 0;
        places.push_back({id, known.loaded_due, known.loaded_id, static_cast<std::int64_t>(room)});
    }
    if (places.empty()) {
        return false;
    }
    CourierStore store(*connection_);
    SLUICE_ASSIGN(std::vector<DueDelivery> due, store.due(places, now));
    std::unordered_map<EndpointId, std::int64_t> loaded;
    for (DueDelivery& delivery : due) {
        Known& known = receivers_.at(delivery.endpoint);
        known.loaded_due = delivery.due_at;
        known.loaded_id = delivery.id;
        ++loaded[delivery.endpoint];
        queue_.add(std::move(delivery));
    }
    return std::ranges::any_of(places, [&](const DuePlace& place) {
        const auto found = loaded.find(place.endpoint);
        return found != loaded.end() && found->second == place.room;
    });
}

/// Whether there may be more than one round sends.
bool Courier::send_due(Time now) {
    std::vector<DueDelivery> turn;
    for (std::size_t sent = 0; sent < kSentAtOnce; sent += turn.size()) {
        turn.clear();
        while (turn.size() < kRenderedAtOnce) {
            auto next = queue_.next();
            if (!next) {
                break;
            }
            turn.push_back(*std::move(next));
        }
        if (turn.empty()) {
            return false;
        }
        fill_bodies(turn);
        for (DueDelivery& delivery : turn) {
            send(std::move(delivery), now);
        }
    }
    return true;
}

/// Those that have none yet; what cannot be shown keeps none.
void Courier::fill_bodies(std::vector<DueDelivery>& deliveries) {
    std::vector<Event> events;
    std::vector<DueDelivery*> wanting;
    for (DueDelivery& delivery : deliveries) {
        if (!delivery.body) {
            events.push_back(delivery.event);
            wanting.push_back(&delivery);
        }
    }
    if (wanting.empty()) {
        return;
    }
    const auto objects = parts_.render(*connection_, events);
    for (std::size_t i = 0; i < wanting.size(); ++i) {
        if (objects[i]) {
            wanting[i]->body = webhook_body(events[i], *objects[i]);
        } else {
            log::warn(
                "webhook_not_rendered",
                {{"event", events[i].id}, {"why", objects[i].error().message}}
            );
        }
    }
}

void Courier::send(DueDelivery delivery, Time now) {
    const auto known = receivers_.find(delivery.endpoint);
    Attempt attempt{.delivery = std::move(delivery), .judgement = {}};
    if (known == receivers_.end()) {
        attempt.stopped = true;
        take(std::move(attempt));
        return;
    }
    if (!attempt.delivery.body) {
        attempt.stopped = !connection_->is_open();
        attempt.judgement.failure = kNoBody;
        take(std::move(attempt));
        return;
    }
    auto request = make_request(known->second.receiver, attempt.delivery, {now, settings_.timeout});
    if (!request) {
        attempt.judgement.failure = request.error().message;
        take(std::move(attempt));
        return;
    }
    parts_.client.send(
        *std::move(request),
        [this, now, attempt = std::move(attempt)](http::ClientResult result) mutable {
            attempt.stopped = !result && result.error().code == "stopped";
            attempt.judgement = judge(result, now);
            take(std::move(attempt));
        }
    );
}

void Courier::take(Attempt attempt) {
    {
        const MutexLock lock(mutex_);
        ended_.push_back(std::move(attempt));
    }
    parts_.wake();
}

/// What was broken off by ourselves has no outcome; it is loaded again when somebody sends.
void Courier::collect_ended(Time now) {
    std::vector<Attempt> ended;
    {
        const MutexLock lock(mutex_);
        ended.swap(ended_);
    }
    for (Attempt& attempt : ended) {
        if (attempt.stopped) {
            queue_.finished(attempt.delivery.endpoint, attempt.delivery.id);
        } else {
            unwritten_.push_back(outcome_of(attempt, now));
        }
    }
}

Result<void> Courier::write_outcomes(Time now) {
    collect_ended(now);
    if (unwritten_.empty()) {
        return {};
    }
    CourierStore store(*connection_);
    SLUICE_TRY(store.finish(unwritten_, now));
    for (const AttemptOutcome& outcome : unwritten_) {
        queue_.finished(outcome.endpoint, outcome.id);
        if (outcome.endpoint_gone) {
            queue_.forget(outcome.endpoint);
            receivers_.erase(outcome.endpoint);
            alarms_.forget(outcome.endpoint);
        }
    }
    unwritten_.clear();
    return {};
}

AttemptOutcome Courier::outcome_of(Attempt& attempt, Time now) {
    using Kind = Judgement::Kind;
    DueDelivery& delivery = attempt.delivery;
    AttemptOutcome outcome;
    outcome.id = delivery.id;
    outcome.endpoint = delivery.endpoint;
    outcome.attempts = delivery.attempts + 1;
    outcome.due_at = now;
    outcome.response_status = attempt.judgement.status;
    outcome.failure = std::move(attempt.judgement.failure);
    outcome.endpoint_gone = attempt.judgement.kind == Kind::gone;
    AttemptEnd end = AttemptEnd::taken;
    if (attempt.judgement.kind == Kind::taken) {
        outcome.status = DeliveryStatus::delivered;
    } else {
        outcome.body = std::move(delivery.body);
        const auto ladder = next_delay(static_cast<int>(outcome.attempts), parts_.random);
        const bool over = !ladder || outcome.endpoint_gone;
        outcome.status = over ? DeliveryStatus::dead : DeliveryStatus::pending;
        end = over ? AttemptEnd::given_up : AttemptEnd::failed;
        const std::chrono::milliseconds asked =
            attempt.judgement.retry_after.value_or(std::chrono::seconds(0));
        outcome.due_at = now + (over ? std::chrono::milliseconds(0) : std::max(*ladder, asked));
    }
    raise_alarm(outcome, end);
    count(outcome);
    return outcome;
}

void Courier::raise_alarm(const AttemptOutcome& outcome, AttemptEnd end) {
    const auto reason = alarms_.note(outcome.endpoint, end);
    if (!reason) {
        return;
    }
    log::error(
        "webhook_endpoint_failing",
        {{"endpoint", outcome.endpoint},
         {"delivery", outcome.id},
         {"reason", *reason},
         {"last_failure", outcome.failure}}
    );
    const MutexLock lock(mutex_);
    ++counters_.alarms;
}

void Courier::count(const AttemptOutcome& outcome) {
    const MutexLock lock(mutex_);
    switch (outcome.status) {
        case DeliveryStatus::delivered:
            ++counters_.delivered;
            break;
        case DeliveryStatus::pending:
            ++counters_.failed;
            break;
        case DeliveryStatus::dead:
            ++counters_.given_up;
            break;
    }
}

void Courier::stop() {
    parts_.client.stop();
    if (connection_ != nullptr && is_sender_) {
        if (const auto written = write_outcomes(parts_.clock.now()); !written) {
            log::warn("webhooks_interrupted", {{"why", written.error().message}});
        }
    }
    connection_.reset();
}

}  // namespace sluice::notify
