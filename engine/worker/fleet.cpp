#include "worker/fleet.hpp"

#include <utility>

#include "worker/evidence.hpp"
#include "worker/live_runs.hpp"

namespace sluice::worker {
namespace {

constexpr db::Statement kSaveNode{
    "fleet_save_node", "INSERT INTO sluice.node (id, address, workers) VALUES ($1, $2, $3)"
};
constexpr db::Statement kOwner{
    "fleet_owner", "SELECT address FROM sluice.bucket_owner WHERE bucket = $1::smallint"
};

}  // namespace

Fleet::Fleet(
    FleetSettings settings,
    WorkerServices services,
    script::ReleasePtr release,
    const Value& candidates,
    db::Pool& pool
)
    : settings_(std::move(settings)),
      services_(std::move(services)),
      release_(std::move(release)),
      pool_(pool) {
    for (std::size_t i = 0; i < settings_.workers; ++i) {
        WorkerSettings worker = settings_.worker;
        worker.name = "worker-" + std::to_string(i);
        worker.conninfo = settings_.conninfo;
        worker.connection = settings_.connection;
        worker.workers_of_node = settings_.workers;
        worker.owner = {settings_.node, settings_.address};
        worker.worker = settings_.node.derive(0, static_cast<std::uint32_t>(i));
        workers_.push_back(
            std::make_unique<Worker>(std::move(worker), services_, release_, candidates)
        );
    }
}

Fleet::~Fleet() { stop(); }

Result<void> Fleet::start() {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_TRY(RunStore(*lease).save_release(release_->id, release_to_json(*release_)));
    SLUICE_TRY(lease->execute(
        kSaveNode, {settings_.node, settings_.address, static_cast<std::int64_t>(settings_.workers)}
    ));
    for (auto& worker : workers_) {
        worker->start();
    }
    return {};
}

void Fleet::stop() {
    for (auto& worker : workers_) {
        worker->stop();
    }
}

std::size_t Fleet::buckets_held() const {
    std::size_t held = 0;
    for (const auto& worker : workers_) {
        held += worker->buckets_held();
    }
    return held;
}

Worker* Fleet::worker_of(Bucket bucket) const {
    for (const auto& worker : workers_) {
        if (worker->owns(bucket)) {
            return worker.get();
        }
    }
    return nullptr;
}

void Fleet::post(Bucket bucket, Input input) {
    if (Worker* worker = worker_of(bucket)) {
        worker->post(std::move(input));
        return;
    }
    input.refuse(
        {ErrorCode::unavailable, "no worker owns this payment right now, send the request again", {}
        }
    );
}

Result<std::string> Fleet::look_up_owner(Bucket bucket) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    const std::int64_t number{static_cast<std::uint8_t>(bucket)};
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kOwner, {number}));
    return rows.empty() ? std::string{} : std::string(rows[0].text(0));
}

Result<std::optional<std::string>> Fleet::owner_elsewhere(Bucket bucket) {
    if (owns(bucket)) {
        return std::optional<std::string>{};
    }
    SLUICE_ASSIGN(std::string address, look_up_owner(bucket));
    if (address.empty() || address == settings_.address) {
        return fail(
            ErrorCode::unavailable, "no worker owns this payment right now, send the request again"
        );
    }
    return std::optional(std::move(address));
}

void Fleet::start(StartRun request, PictureReply reply) {
    Input input;
    input.kind = Input::Kind::start;
    input.run_id = request.picture.subject.id;
    input.start = std::make_unique<StartRun>(std::move(request));
    input.on_picture = std::move(reply);
    const Bucket bucket = input.run_id.bucket();
    post(bucket, std::move(input));
}

void Fleet::close(RunId run_id, payment::CloseReason reason, PictureReply reply) {
    Input input;
    input.run_id = run_id;
    input.fact.kind = flow::Fact::Kind::close_requested;
    input.fact.reason = reason;
    input.on_picture = std::move(reply);
    post(run_id.bucket(), std::move(input));
}

void Fleet::vote(RunId run_id, payment::TaskVote vote, DoneReply reply) {
    Input input;
    input.run_id = run_id;
    input.fact.kind = flow::Fact::Kind::task_vote;
    input.fact.vote = std::make_shared<const payment::TaskVote>(std::move(vote));
    input.on_done = std::move(reply);
    post(run_id.bucket(), std::move(input));
}

void Fleet::callback(CallbackFact fact, DoneReply reply) {
    Input input;
    input.kind = Input::Kind::callback;
    input.callback = std::move(fact);
    input.on_done = std::move(reply);
    const Bucket bucket = input.callback.instruction.bucket();
    post(bucket, std::move(input));
}

void Fleet::wait_final(RunId run_id, Time deadline, PictureReply reply) {
    Input input;
    input.kind = Input::Kind::wait;
    input.run_id = run_id;
    input.wait_for = WaitFor::final_status;
    input.deadline = deadline;
    input.on_picture = std::move(reply);
    post(run_id.bucket(), std::move(input));
}

void Fleet::deliver(channel::ExchangeReport report) {
    Input input;
    input.run_id = report.run;
    input.tenure = report.tenure;
    auto& fact = input.fact;
    fact.kind = flow::Fact::Kind::outcome;
    fact.instruction = report.instruction;
    fact.exchange = report.ordinal;
    fact.operation = report.operation;
    fact.source = report.resent ? payment::Source::resend : payment::Source::first_send;
    fact.outcome = std::move(report.outcome);
    fact.evidence = to_value(report.evidence);
    const Bucket bucket = input.run_id.bucket();
    post(bucket, std::move(input));
}

}  // namespace sluice::worker
