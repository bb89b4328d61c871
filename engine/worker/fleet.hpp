#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "channel/exchange_message.hpp"
#include "core/mutex.hpp"
#include "db/pool.hpp"
#include "worker/intake.hpp"
#include "worker/worker.hpp"

namespace sluice::worker {

struct FleetSettings {
    std::string conninfo;
    db::ConnectionOptions connection;
    Id128 node;
    std::string address;  ///< where other nodes reach this one
    std::size_t workers = 2;
    WorkerSettings worker;  ///< what every worker shares; name and owner are set here
};

/// All workers of this node behind one door. Owned by the app; any thread may call it.
class Fleet final : public Intake {
  public:
    Fleet(
        FleetSettings settings,
        WorkerServices services,
        script::ReleasePtr release,
        const Value& candidates,
        db::Pool& pool
    );
    ~Fleet() override;

    /// Stores the release and the node, then starts the workers. `unavailable` without a database.
    Result<void> start();
    void stop();

    /// What the channels answered. Any thread; never blocks. An answer whose run has moved to
    /// another node is dropped: the new owner asks again. What came of a request of an earlier
    /// tenure is judged by the round.
    void deliver(channel::ExchangeReport report);

    [[nodiscard]] bool owns(Bucket bucket) const override { return worker_of(bucket) != nullptr; }
    Result<std::optional<std::string>> owner_elsewhere(Bucket bucket) override;
    void start(StartRun request, PictureReply reply) override;
    void close(RunId run_id, payment::CloseReason reason, PictureReply reply) override;
    void vote(RunId run_id, payment::TaskVote vote, DoneReply reply) override;
    void callback(CallbackFact fact, DoneReply reply) override;
    void wait_final(RunId run_id, Time deadline, PictureReply reply) override;

    /// Whether every bucket is owned by somebody we know.
    [[nodiscard]] std::size_t buckets_held() const;
    [[nodiscard]] const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }

  private:
    [[nodiscard]] Worker* worker_of(Bucket bucket) const;
    void post(Bucket bucket, Input input);
    Result<std::string> look_up_owner(Bucket bucket);

    FleetSettings settings_;
    WorkerServices services_;
    script::ReleasePtr release_;
    db::Pool& pool_;
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace sluice::worker
