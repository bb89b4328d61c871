#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/id.hpp"
#include "db/connection.hpp"
#include "worker/bucket_lock.hpp"
#include "worker/commit_delay.hpp"
#include "worker/inbox.hpp"
#include "worker/round.hpp"

namespace sluice::worker {

struct WorkerSettings {
    std::string name;
    std::string conninfo;
    db::ConnectionOptions connection;
    BucketLocks::Owner owner;
    Id128 worker;
    std::size_t workers_of_node = 1;       ///< none of them takes more than its part of the whole
    std::size_t batch_max = 512;           ///< activations of one commit
    std::size_t recover_max = 256;         ///< runs asked again at once after a takeover
    std::size_t inbox_max = 20'000;        ///< inputs that may wait; more are refused
    std::chrono::milliseconds warm{1000};  ///< how long each idle run keeps its script state
    std::size_t warm_runs = 8192;          ///< so many keep it while they wait for a moment soon
    std::chrono::milliseconds rebalance{250};  ///< how often shares of buckets are looked at
    std::chrono::milliseconds reconnect{200};
    std::chrono::milliseconds sweep{1000};  ///< how often expired orders are closed
    std::size_t sweep_max = 500;            ///< of them at once, so that payments wait little
    CommitDelay::Limits commit_delay;
    /// How often it is looked what runs that are over left to do: refunds of surplus money that did
    /// not begin, deadlines and escalations of what people are asked.
    std::chrono::milliseconds late_sweep{10'000};
    std::chrono::hours surplus_again{24};  ///< after a refund of surplus failed or came back
};

/// One thread, one session, one set of buckets. While a commit is under way it prepares the next
/// batch from what arrives; the answer of the one sends the other. When the session is lost or a
/// commit's fate is unknown it drops everything it holds in memory and begins again from the
/// database.
class Worker {
  public:
    Worker(
        WorkerSettings settings,
        WorkerServices services,
        script::ReleasePtr release,
        Value candidates
    );
    ~Worker();

    void start();
    /// Finishes the commit under way, tells every waiting caller `unavailable`, ends. Idempotent.
    void stop();

    /// Any thread. An input that cannot be taken (full, stopping) is refused at once.
    void post(Input input) { inbox_.post(std::move(input)); }
    [[nodiscard]] bool owns(Bucket bucket) const;
    [[nodiscard]] std::size_t buckets_held() const { return held_count_; }

    struct Counters {
        std::atomic<std::uint64_t> batches{0};
        std::atomic<std::uint64_t> activations{0};
        std::atomic<std::uint64_t> sessions{0};
        std::atomic<std::uint64_t> live{0};
        std::atomic<std::uint64_t> warm{0};
    };
    [[nodiscard]] const Counters& counters() const { return counters_; }

  private:
    struct Session;
    void loop();
    Result<void> open_session();
    void lose_session(const Error& why);
    Time next_wake(Time now) const;
    [[nodiscard]] bool has_house_work() const;
    [[nodiscard]] std::size_t room() const;
    void wait_for_answer();
    void line_up_due();
    Result<void> take(std::size_t most);
    Result<void> turn();
    Result<void> prepare_next();
    Result<void> begin_commit();
    [[nodiscard]] bool is_worth_waiting() const;
    Result<void> wait_for_company();
    Result<void> look_after_memory();
    void adopt_candidates();
    Result<void> keep_house();
    Result<void> recover_some();
    Result<void> rebalance();
    Result<void> sweep_orders(Time now);
    Result<void> sweep_ended(Time now);
    void set_owned(Bucket bucket, std::size_t held);

    WorkerSettings settings_;
    WorkerServices services_;
    script::ReleasePtr release_;
    std::shared_ptr<const Value> candidates_;

    Inbox inbox_;
    std::unique_ptr<Session> session_;
    Waiters waiters_;
    std::uint32_t tenures_ = 0;  ///< so often buckets were taken, in whichever session
    Time next_rebalance_{};
    Time next_sweep_{};
    Time next_late_sweep_{};
    std::array<std::atomic<bool>, kBucketCount> owned_{};
    std::atomic<std::size_t> held_count_{0};
    Counters counters_;
    std::thread thread_;
};

}  // namespace sluice::worker
