#include "worker/worker.hpp"

#include <algorithm>
#include <limits>
#include <pthread.h>
#include <utility>

#include "log/log.hpp"

namespace sluice::worker {
namespace {

constexpr std::size_t kWorthWaking = 4;  ///< inputs that are worth it to be run at once

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
    Round::Sent sent_before;        ///< by the sessions before

    Session(db::Connection opened, Worker& worker, std::unique_ptr<decision::Policies> ready)
        : connection(std::move(opened)),
          locks(connection, worker.settings_.owner),
          runs(worker.release_, {.most = worker.settings_.warm_runs}),
          policies(std::move(ready)),
          round({connection, runs, worker.waiters_, *policies, batch, worker.services_}),
          sent_before{worker.counters_.batches, worker.counters_.activations} {}
};

Worker::Worker(
    WorkerSettings settings, WorkerServices services, script::ReleasePtr release, Value candidates
)
    : settings_(std::move(settings)),
      services_(std::move(services)),
      release_(std::move(release)),
      candidates_(std::make_shared<const Value>(std::move(candidates))),
      inbox_(settings_.inbox_max) {}

Worker::~Worker() { stop(); }

void Worker::start() {
    thread_ = std::thread([this] { loop(); });
    ::pthread_setname_np(thread_.native_handle(), settings_.name.substr(0, 15).c_str());
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
    if (session_ != nullptr) {
        Round& round = session_->round;
        // Its callers are told either way.
        (void)(round.is_under_way() ? round.finish(Round::Then::stay_free) : Result<void>{});
        round.abandon(kStopping);
    }
    for (auto& [run_id, reply] : waiters_.take_all()) {
        reply(fail(kStopping));
    }
    inbox_.refuse_all(kStopping);
    session_.reset();
}

Result<void> Worker::open_session() {
    SLUICE_ASSIGN(auto connection, db::Connection::open(settings_.conninfo, settings_.connection));
    if (services_.candidates) {
        candidates_ = services_.candidates();
    }
    SLUICE_ASSIGN(auto policies, decision::Policies::create(release_, *candidates_));
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
    if (session_ != nullptr) {
        session_->round.abandon(kNotReachable);
    }
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

/// Whether something needs the session that no input asks for.
bool Worker::has_house_work() const {
    const Time now = services_.clock->now();
    return now >= std::min({next_rebalance_, next_sweep_, next_late_sweep_}) ||
           !session_->interrupted.empty();
}

std::size_t Worker::room() const {
    const Round& round = session_->round;
    const std::size_t held = round.is_full() ? settings_.batch_max : round.held();
    return settings_.batch_max - std::min(settings_.batch_max, held);
}

/// Or for so many inputs that running them now is worth being woken for; the answer wakes the few
/// as well.
void Worker::wait_for_answer() {
    constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
    inbox_.wait(
        {.inputs = room() == 0 ? kNever : kWorthWaking,
         .longest = std::chrono::milliseconds(100),
         .socket = session_->connection.socket()}
    );
}

/// What was asked before goes before what a timer would do: "close unpaid" must not beat a
/// callback. So timers stand behind what has come, and a run that was taken over comes first.
void Worker::line_up_due() {
    if (session_->interrupted.empty() && !inbox_.has_lined_up()) {
        inbox_.line_up(session_->round.take_due(settings_.batch_max));
    }
}

/// Inputs of buckets that are not ours (any more) are refused: the owner must take them.
Result<void> Worker::take(std::size_t most) {
    std::vector<Input> inputs = inbox_.take(most);
    std::erase_if(inputs, [&](Input& input) {
        const Bucket bucket = input.kind == Input::Kind::callback
                                  ? input.callback.instruction.bucket()
                                  : input.run_id.bucket();
        if (session_->locks.held().contains(bucket)) {
            return false;
        }
        input.refuse({ErrorCode::unavailable, "the bucket has moved, send the request again", {}});
        return true;
    });
    return session_->round.take(std::move(inputs));
}

Result<void> Worker::turn() {
    Round& round = session_->round;
    if (round.is_under_way() && !session_->connection.has_answer()) {
        SLUICE_TRY(prepare_next());
    }
    if (round.is_under_way() && session_->connection.has_answer()) {
        const bool stays_free = has_house_work() || is_worth_waiting();
        SLUICE_TRY(round.finish(stays_free ? Round::Then::stay_free : Round::Then::send_next));
    }
    return round.is_under_way() ? Result<void>{} : begin_commit();
}

/// While a commit is under way.
Result<void> Worker::prepare_next() {
    // So few at once that the answer waits for little Lua.
    constexpr std::size_t kSlice = 4;
    wait_for_answer();
    line_up_due();
    SLUICE_TRY(take(std::min(room(), kSlice)));
    return look_after_memory();
}

/// While none is under way.
Result<void> Worker::begin_commit() {
    SLUICE_TRY(recover_some());
    SLUICE_TRY(keep_house());
    if (session_->round.prepared() == 0) {
        if (session_->round.held() == 0) {
            const Time now = services_.clock->now();
            const auto patience = std::max(next_wake(now) - now, std::chrono::microseconds{0});
            inbox_.wait({.inputs = 1, .longest = patience, .socket = std::nullopt});
        }
        line_up_due();
        SLUICE_TRY(take(room()));
    }
    SLUICE_TRY(wait_for_company());
    SLUICE_TRY(look_after_memory());
    return session_->round.send();
}

bool Worker::is_worth_waiting() const {
    const Round& round = session_->round;
    return room() > 0 && CommitDelay::is_worth_it(
                             settings_.commit_delay, round.sent().last_batch, round.prepared()
                         );
}

Result<void> Worker::wait_for_company() {
    const Round& round = session_->round;
    CommitDelay delay(settings_.commit_delay, CommitDelay::Clock::now());
    while (room() > 0 && !inbox_.is_closed()) {
        const auto patience =
            delay.patience(round.sent().last_batch, round.prepared(), CommitDelay::Clock::now());
        if (!patience) {
            break;
        }
        inbox_.wait({.inputs = kWorthWaking, .longest = *patience, .socket = std::nullopt});
        SLUICE_TRY(take(room()));
    }
    return {};
}

/// What needs no session: states of runs that grew cold, callers that have waited long enough.
Result<void> Worker::look_after_memory() {
    const Time now = services_.clock->now();
    session_->runs.dehydrate(now - settings_.warm);
    counters_.live = session_->runs.size();
    counters_.warm = session_->runs.warm();
    std::vector<Input> overdue;
    for (auto& [run_id, reply] : waiters_.take_overdue(now)) {
        Input input;
        input.kind = Input::Kind::wait;
        input.run_id = run_id;
        input.wait_for = WaitFor::committed;
        input.on_picture = std::move(reply);
        overdue.push_back(std::move(input));
    }
    return session_->round.take(std::move(overdue));
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

/// Between two batches. Interpreters of policies that cannot be opened leave the old list.
void Worker::adopt_candidates() {
    auto now = services_.candidates ? services_.candidates() : candidates_;
    if (now == candidates_) {
        return;
    }
    candidates_ = std::move(now);
    if (auto adopted = session_->policies->adopt(*candidates_); !adopted) {
        services_.alarm("candidates_not_adopted", adopted.error().message);
    }
}

Result<void> Worker::keep_house() {
    const Time now = services_.clock->now();
    const Round::Sent sent = session_->round.sent();
    counters_.batches = session_->sent_before.batches + sent.batches;
    counters_.activations = session_->sent_before.activations + sent.activations;
    adopt_candidates();
    if (now >= next_sweep_) {
        SLUICE_TRY(sweep_orders(now));
    }
    if (now >= next_rebalance_) {
        SLUICE_TRY(rebalance());
    }
    if (now >= next_late_sweep_) {
        SLUICE_TRY(sweep_ended(now));
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

/// Refunds that did not begin when their money came: a process ended between, or the database
/// refused. And those that must begin anew, as the one before failed or came back. And questions to
/// people whose moment has come: no timer wakes a run that is over.
Result<void> Worker::sweep_ended(Time now) {
    auto& session = *session_;
    SLUICE_ASSIGN(
        const auto open,
        RunStore(session.connection)
            .open_surpluses(
                session.locks.held(), now - settings_.surplus_again, settings_.sweep_max
            )
    );
    next_late_sweep_ = now + settings_.late_sweep;
    if (!open.empty()) {
        SLUICE_TRY(session.round.refund_surpluses(open));
    }
    SLUICE_ASSIGN(
        const auto asking,
        RunStore(session.connection)
            .ended_with_due_tasks(session.locks.held(), now, settings_.sweep_max)
    );
    return asking.empty() ? Result<void>{} : session.round.pass_moments(asking);
}

Result<void> Worker::rebalance() {
    next_rebalance_ = services_.clock->now() + settings_.rebalance;
    auto& session = *session_;
    SLUICE_ASSIGN(const std::size_t fair, fair_share(session.connection));
    const auto all = static_cast<std::size_t>(kBucketCount);
    const std::size_t share =
        std::min(fair, (all + settings_.workers_of_node - 1) / settings_.workers_of_node);
    if (session.locks.held().size() > share) {
        SLUICE_TRY(session.round.drain());
    }
    while (session.locks.held().size() > share) {
        const Bucket bucket = *session.locks.held().rbegin();
        session.runs.forget_bucket(bucket);
        SLUICE_TRY(session.locks.release(bucket));
        set_owned(bucket, session.locks.held().size());
    }
    SLUICE_ASSIGN(const auto taken, session.locks.take_up_to(share));
    if (taken.empty()) {
        return {};
    }
    session.runs.begin_tenure(taken, settings_.worker.derive(++tenures_, 0));
    SLUICE_ASSIGN(const auto live, RunStore(session.connection).live_runs(taken));
    std::size_t interrupted = 0;
    for (const auto& row : live) {
        session.runs.note(row);
        if (session.runs.find(row.id)->interrupted) {
            session.interrupted.push_back(row.id);
            ++interrupted;
        }
    }
    next_late_sweep_ = Time{};
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
