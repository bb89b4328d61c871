#pragma once

#include <chrono>
#include <cstdint>
#include <thread>

#include "core/mutex.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"

namespace sluice::ledger {

/// One step of folding: what was posted on deferred accounts by at most `transactions` further
/// transactions that are over joins the folded balances. Says how many are left; 0 also while
/// another session folds. One statement; blocks.
Result<std::int64_t> fold_balances(db::Connection& connection, std::int64_t transactions);

struct FoldingSettings {
    std::chrono::milliseconds every{1000};
    std::int64_t transactions_max = 5'000;  ///< a step, so that none takes long
};

/// Keeps the tail short that readers of deferred accounts add up. Any number of nodes may run one:
/// the database lets one at a time. A thread of its own on a session of the pool; no payment waits
/// for it, and while it cannot run balances stay exact and are only slower to read.
class Folding {
  public:
    explicit Folding(db::Pool& pool, FoldingSettings settings = {});
    ~Folding();
    Folding(const Folding&) = delete;
    Folding& operator=(const Folding&) = delete;

    void start();
    /// Waits for the step under way. Idempotent.
    void stop();

  private:
    void loop();
    Result<std::int64_t> step();

    db::Pool& pool_;
    const FoldingSettings settings_;
    Mutex mutex_;
    ConditionVariable stopped_;
    bool stopping_ SLUICE_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace sluice::ledger
