#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "channel/seal.hpp"
#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/random.hpp"
#include "http/client.hpp"
#include "notify/alarm.hpp"
#include "notify/courier_store.hpp"
#include "notify/event_store.hpp"
#include "notify/fair_queue.hpp"

namespace sluice::notify {

struct CourierSettings {
    QueueLimits limits;
    std::chrono::milliseconds timeout{15'000};          ///< of one attempt
    std::chrono::milliseconds endpoints_every{200};     ///< how soon a changed endpoint is known
    std::chrono::milliseconds look_again_every{2'000};  ///< for what became due behind our back
    std::chrono::milliseconds prune_every{60'000};
    std::int64_t transactions_max = 1'000;  ///< that one statement spreads
    Keep keep;
};

/// What it works with; references outlive it. The client is the courier's alone.
struct CourierParts {
    std::string conninfo;
    db::ConnectionOptions connection;
    const Clock& clock;
    Random& random;
    http::Client& client;
    const channel::SealingKeys& keys;  ///< for the secrets of endpoints
    RenderObjects render;
    std::function<void()> wake;  ///< an attempt has ended; any thread
};

struct CourierCounters {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;    ///< attempts that will be repeated
    std::uint64_t given_up = 0;  ///< deliveries that are dead now
    std::uint64_t alarms = 0;
    std::size_t endpoints_failing = 0;
    std::size_t under_way = 0;
    bool is_sender = false;
};

/// Takes events to business systems: makes deliveries of new events, sends what is due, writes down
/// what became of it. Of all couriers on a database one works, the others wait for its lock. It
/// sends at least once: an attempt whose outcome was not written is repeated. One thread, which
/// calls step() again and again; only the counters are for everybody.
class Courier {
  public:
    Courier(CourierParts parts, CourierSettings settings);
    ~Courier();  ///< ends the client
    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;

    enum class Pace {
        go_on,   ///< there is more to do at once
        wait,    ///< nothing until the bell or the next poll
        absent,  ///< another session sends, or there is no database
    };
    /// One round. Blocks on the database, never on receivers.
    Pace step();
    /// Ends what is under way, writes down what is known by then, gives the lock back.
    void stop();

    /// Whether any enabled endpoint is known: without one, nothing is urgent.
    [[nodiscard]] bool has_receivers() const { return !receivers_.empty(); }
    [[nodiscard]] CourierCounters counters() const SLUICE_EXCLUDES(mutex_);

  private:
    /// An attempt under way, as its outcome will need it.
    struct Attempt {
        DueDelivery delivery;
        Judgement judgement;
        bool stopped = false;
    };
    struct Known {
        Receiver receiver;
        Time loaded_due{};  ///< what is due up to here was loaded
        DeliveryId loaded_id;
    };

    Result<bool> session();
    Result<Pace> round();
    Result<void> learn_receivers(Time now);
    bool open_secrets(Receiver& receiver);
    void drop_outcomes() SLUICE_EXCLUDES(mutex_);
    void collect_ended(Time now) SLUICE_EXCLUDES(mutex_);
    Result<void> write_outcomes(Time now) SLUICE_EXCLUDES(mutex_);
    Result<bool> load(Time now);
    void look_again();
    bool send_due(Time now);
    void send(DueDelivery delivery, Time now);
    void fill_bodies(std::vector<DueDelivery>& deliveries);
    void take(Attempt attempt) SLUICE_EXCLUDES(mutex_);
    AttemptOutcome outcome_of(Attempt& attempt, Time now);
    void raise_alarm(const AttemptOutcome& outcome, AttemptEnd end);
    void count(const AttemptOutcome& outcome) SLUICE_EXCLUDES(mutex_);

    const CourierParts parts_;
    const CourierSettings settings_;
    std::unique_ptr<db::Connection> connection_;
    bool is_sender_ = false;
    FairQueue queue_;
    Alarms alarms_;
    std::unordered_map<EndpointId, Known> receivers_;
    std::vector<AttemptOutcome> unwritten_;
    std::set<EndpointId> unreadable_;  ///< endpoints that are known to have no readable secret
    Time receivers_known_{};
    Time looked_again_{};
    Time pruned_{};
    std::string trouble_;  ///< told once
    mutable Mutex mutex_;
    std::vector<Attempt> ended_ SLUICE_GUARDED_BY(mutex_);
    CourierCounters counters_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::notify
