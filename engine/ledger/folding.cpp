#include "ledger/folding.hpp"

#include <pthread.h>

#include "log/log.hpp"

namespace sluice::ledger {
namespace {

constexpr db::Statement kFold{"ledger_fold", "SELECT sluice.fold_balances($1)"};

}  // namespace

Result<std::int64_t> fold_balances(db::Connection& connection, std::int64_t transactions) {
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kFold, {transactions}));
    return rows[0].int64(0);
}

Folding::Folding(db::Pool& pool, FoldingSettings settings) : pool_(pool), settings_(settings) {}

Folding::~Folding() { stop(); }

void Folding::start() {
    thread_ = std::thread([this] { loop(); });
}

void Folding::stop() {
    {
        const MutexLock lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

Result<std::int64_t> Folding::step() {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    return fold_balances(*lease, settings_.transactions_max);
}

void Folding::loop() {
    ::pthread_setname_np(::pthread_self(), "folding");
    bool failing = false;
    while (true) {
        const auto left = step();
        if (!left && !failing) {
            log::warn("folding_failed", {{"why", left.error().message}});
        }
        failing = !left;
        // A backlog is worked off without a pause.
        const bool more = left && *left > 0;
        const auto until = std::chrono::steady_clock::now() +
                           (more ? std::chrono::milliseconds{0} : settings_.every);
        const MutexLock lock(mutex_);
        while (!stopping_ && stopped_.wait_until(mutex_, until) != std::cv_status::timeout) {
        }
        if (stopping_) {
            return;
        }
    }
}

}  // namespace sluice::ledger
