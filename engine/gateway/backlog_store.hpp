#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"

namespace sluice::gateway {

/// What waits for people: open tasks or open cases of one kind and one age.
struct Backlog {
    std::string what;     ///< "task" or "case"
    std::string kind;     ///< "approve", "needs_operator"...
    std::string waiting;  ///< how long: "under_1h", "under_1d", "under_3d" or "over_3d"
    std::int64_t count = 0;
    std::int64_t oldest_seconds = 0;
};

/// Counts what waits for people, on all nodes together. Blocks on the database. Any thread.
class BacklogStore {
  public:
    virtual ~BacklogStore() = default;

    /// In order of what, kind and age; nothing where nothing is open.
    virtual Result<std::vector<Backlog>> count(Time now) = 0;
};

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<BacklogStore> make_backlog_store(db::Pool& pool);

/// As /metrics tells it: how many of each kind and age, and how old the oldest of each kind is.
[[nodiscard]] std::string backlog_metrics(const std::vector<Backlog>& backlog);

}  // namespace sluice::gateway
