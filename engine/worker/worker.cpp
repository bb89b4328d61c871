#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

#include "log/log.hpp"

namespace sluice::worker {
namespace {

const Error kStopping{ErrorCode::unavailable, "the node is stopping, send the request again", {}};
const Error kNotReachable{
    ErrorCode::unavailable, "the database is not reachable, send the request again", {}
};

}  // namespace

/// Everything that dies with the connection.
struct Worker::Session {
    db::Connection connection;
    BucketLocks locks;
    LiveRuns runs;
    std::unique_ptr<decision::Policies> policies;
    Batch batch;
    Round round;
    std::deque<RunId> interrupted;  ///< taken over, and not yet asked again

    Session(db::Connection opened, Worker& worker, std::unique_ptr<decision::Policies> ready)
        : connection(std::move(opened)),
          locks(connection, worker.settings_.owner),
          runs(worker.release_),
          policies(std::move(ready)),
          round({connection, runs, worker.waiters_, *policies, batch, worker.services_}) {}
};

Worker::Worker(
    WorkerSettings settings, WorkerServices services, script::ReleasePtr release, Value candidates
)
    : settings_(std::move(settings)),
      services_(std::move(services)),
      release_(std::move(release)),
      candidates_(std::move(candidates)),
      inbox_(settings_.inbox_max) {}

Worker::~Worker() { stop(); }

void Worker::start() {
    thread_ = std::thread([this] { loop(); });
}

void Worker::stop() {
    inbox_.close();
    if (thread_.joinable()) {
        thread_.join();
    }
}

bool Worker::owns(Bucket bucket) const { return owned_[static_cast<std::uint8_t>(bucket)]; }

void Worker::set_owned(Bucket bucket, std::size_t held) {
    owned_[static_cast<std::uint8_t>(bucket)] = session_->locks.held().contains(bucket);
    held_count_ = held;
}

void Worker::loop() {
    while (!inbox_.is_closed()) {
        const auto done = session_ == nullptr ? open_session() : turn();
        if (!done) {
            lose_session(done.error());
        }
    }
    for (auto& [payment, reply] : waiters_.take_all()) {
        reply(fail(kStopping));
    }
    inbox_.refuse_all(kStopping);
    session_.reset();
}

Result<void> Worker::open_session() {
    SLUICE_ASSIGN(auto connection, db::Connection::open(settings_.conninfo, settings_.connection));
    SLUICE_ASSIGN(auto policies, decision::Policies::create(release_, candidates_));
    SLUICE_TRY(register_worker(connection, settings_.worker));
    SLUICE_TRY(RunStore(connection).prepare_session());
    session_ = std::make_unique<Session>(std::move(connection), *this, std::move(policies));
    next_rebalance_ = Time{};
    counters_.sessions += 1;
    log::info("worker_session_opened", {{"worker", settings_.name}});
    return rebalance();
}

void Worker::lose_session(const Error& why) {
    for (auto& owned : owned_) {
        owned = false;
    }
    held_count_ = 0;
    session_.reset();
    log::warn("worker_session_lost", {{"worker", settings_.name}, {"why", why.message}});
    inbox_.refuse_all(kNotReachable);
    inbox_.wait_closed(std::chrono::steady_clock::now() + settings_.reconnect);
}

Time Worker::next_wake(Time now) const {
    if (!session_->interrupted.empty()) {
        return now;
    }
    Time wake = std::min(next_rebalance_, now + std::chrono::milliseconds(100));
    if (const auto due = session_->round.next_due()) {
        wake = std::min(wake, *due);
    }
    if (const auto deadline = waiters_.next_deadline()) {
        wake = std::min(wake, *deadline);
    }
    return wake;
}

std::vector<Input> Worker::gather() {
    const Time now = services_.clock->now();
    const auto patience = std::max(next_wake(now) - now, std::chrono::microseconds{0});
    return inbox_.take(settings_.batch_max, std::chrono::steady_clock::now() + patience);
}

/// Facts that waited go before timers: "close unpaid" must not beat a callback.
void Worker::add_due(std::vector<Input>& inputs) {
    if (inputs.size() >= settings_.batch_max) {
        return;
    }
    const std::size_t room = settings_.batch_max - inputs.size();
    for (auto& input : session_->round.take_due(room)) {
        inputs.push_back(std::move(input));
    }
}

/// Inputs of buckets that are not ours (any more): the owner must take them.
void Worker::drop_foreign(std::vector<Input>& inputs) {
    std::erase_if(inputs, [&](Input& input) {
        const Bucket bucket = input.kind == Input::Kind::callback
                                  ? input.callback.instruction.bucket()
                                  : input.payment.bucket();
        if (session_->locks.held().contains(bucket)) {
            return false;
        }
        input.refuse({ErrorCode::unavailable, "the bucket has moved, send the request again", {}});
        return true;
    });
}

/// One part of the runs that were taken over; between two parts the others have their turn.
Result<void> Worker::recover_some() {
    auto& waiting = session_->interrupted;
    std::vector<RunId> part;
    while (!waiting.empty() && part.size() < settings_.recover_max) {
        part.push_back(waiting.front());
        waiting.pop_front();
    }
    return part.empty() ? Result<void>{} : session_->round.recover(part);
}

Result<void> Worker::turn() {
    SLUICE_TRY(recover_some());
    std::vector<Input> inputs = gather();
    // What was asked before goes before what a timer would do.
    if (session_->interrupted.empty()) {
        add_due(inputs);
    }
    drop_foreign(inputs);
    if (!inputs.empty()) {
        counters_.batches += 1;
        counters_.activations += inputs.size();
        SLUICE_ASSIGN(auto deferred, session_->round.process(std::move(inputs)));
        inbox_.put_back(std::move(deferred));
    }
    return keep_house();
}

Result<void> Worker::keep_house() {
    const Time now = services_.clock->now();
    session_->runs.dehydrate(now - settings_.warm);
    counters_.live = session_->runs.size();
    counters_.warm = session_->runs.warm();
    std::vector<Input> overdue;
    for (auto& [payment, reply] : waiters_.take_overdue(now)) {
        Input input;
        input.kind = Input::Kind::wait;
        input.payment = payment;
        input.wait_for = WaitFor::committed;
        input.on_picture = std::move(reply);
        overdue.push_back(std::move(input));
    }
    if (!overdue.empty()) {
        SLUICE_TRY(session_->round.process(std::move(overdue)));
    }
    if (now >= next_sweep_) {
        SLUICE_TRY(sweep_orders(now));
    }
    if (now >= next_rebalance_) {
        SLUICE_TRY(rebalance());
    }
    return {};
}

Result<void> Worker::sweep_orders(Time now) {
    auto& session = *session_;
    RunStore store(session.connection);
    SLUICE_ASSIGN(
        const std::size_t closed,
        store.close_expired_orders(session.locks.held(), now, settings_.sweep_max)
    );
    // When there are more, they are next after the payments that gathered meanwhile.
    next_sweep_ = closed < settings_.sweep_max ? now + settings_.sweep : now;
    return {};
}

Result<void> Worker::rebalance() {
    next_rebalance_ = services_.clock->now() + settings_.rebalance;
    auto& session = *session_;
    SLUICE_ASSIGN(const std::size_t fair, fair_share(session.connection));
    const auto all = static_cast<std::size_t>(kBucketCount);
    const std::size_t share =
        std::min(fair, (all + settings_.workers_of_node - 1) / settings_.workers_of_node);
    while (session.locks.held().size() > share) {
        // Drained between two batches: nothing of it is under way here.
        const Bucket bucket = *session.locks.held().rbegin();
        session.runs.forget_bucket(bucket);
        SLUICE_TRY(session.locks.release(bucket));
        set_owned(bucket, session.locks.held().size());
    }
    SLUICE_ASSIGN(const auto taken, session.locks.take_up_to(share));
    if (taken.empty()) {
        return {};
    }
    SLUICE_ASSIGN(const auto live, RunStore(session.connection).live_runs(taken));
    std::size_t interrupted = 0;
    for (const auto& row : live) {
        session.runs.note(row);
        if (session.runs.find(row.id)->interrupted) {
            session.interrupted.push_back(row.id);
            ++interrupted;
        }
    }
    // From here on others hand us what is ours.
    for (const Bucket bucket : taken) {
        set_owned(bucket, session.locks.held().size());
    }
    log::info(
        "buckets_taken",
        {{"worker", settings_.name},
         {"buckets", std::to_string(taken.size())},
         {"live_runs", std::to_string(live.size())},
         {"interrupted", std::to_string(interrupted)}}
    );
    return {};
}

}  // namespace sluice::worker
