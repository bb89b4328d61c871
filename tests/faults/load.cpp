#include "faults/load.hpp"

#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t kComplaintsMax = 20;
constexpr std::uint64_t kRepeatOneIn = 16;
/// How callers wait: as it is usual, not at all, for the end.
constexpr const char* kPreferences[] = {"", "wait=0", "wait=5"};

}  // namespace

Load::Load(Cluster& cluster, Options options)
    : cluster_(cluster), api_(cluster.api()), options_(options) {}

Load::~Load() { stop(); }

void Load::start() {
    for (std::size_t i = 0; i < options_.threads; ++i) {
        callers_.emplace_back([this, i] { run_caller(i); });
    }
}

void Load::stop() {
    stopping_ = true;
    for (std::thread& caller : callers_) {
        caller.join();
    }
    callers_.clear();
}

bool Load::wait_for_more(std::size_t count) {
    const std::size_t wanted = acknowledged_count_ + count;
    const bool ended = eventually([&] { return acknowledged_count_ >= wanted || complained_; });
    return ended && !complained_;
}

void Load::run_caller(std::size_t caller) {
    SeededRandom random(options_.seed * 1000 + caller);
    const auto& cards = cluster_.cards();
    for (int turn = 0; !stopping_ && !complained_; ++turn) {
        const CompositeOrder order{
            .number = "load-" + std::to_string(caller) + "-" + std::to_string(turn),
            .card = cards.at(random.next() % cards.size()),
            .expires_in_seconds = options_.expires_in_seconds
        };
        const std::string wait = kPreferences[random.next() % std::size(kPreferences)];
        pay(order, wait);
        if (random.next() % kRepeatOneIn == 0) {
            pay(order, wait);
        }
    }
}

void Load::pay(const CompositeOrder& order, const std::string& wait) {
    const Value body = body_of(order);
    http::Headers headers;
    if (!wait.empty()) {
        headers.add({"Prefer", wait});
    }
    take(order, api_.post("/v1/payments", body, headers));
}

void Load::take(const CompositeOrder& order, const Reply& reply) {
    if (reply.status != 200 && reply.status != 201) {
        complain(order.number + ": " + std::to_string(reply.status) + " " + reply.why);
        return;
    }
    const std::string payment = reply.text("id");
    const MutexLock lock(mutex_);
    const auto [known, is_new] = acknowledged_.emplace(order.number, payment);
    if (is_new) {
        ++acknowledged_count_;
    } else if (known->second != payment) {
        complained_ = true;
        complaints_.push_back(order.number + " is " + known->second + ", then " + payment);
    }
}

void Load::complain(std::string text) {
    complained_ = true;
    const MutexLock lock(mutex_);
    if (complaints_.size() < kComplaintsMax) {
        complaints_.push_back(std::move(text));
    }
}

std::map<std::string, std::string> Load::acknowledged() {
    const MutexLock lock(mutex_);
    return acknowledged_;
}

std::vector<std::string> Load::complaints() {
    const MutexLock lock(mutex_);
    return complaints_;
}

}  // namespace sluice::testing
