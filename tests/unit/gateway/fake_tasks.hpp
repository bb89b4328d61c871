#pragma once

#include <optional>
#include <vector>

#include "gateway/task_store.hpp"

namespace sluice::testing {

/// Tasks in memory, as a worker would have written them.
class MemoryTasks final : public gateway::TaskStore {
  public:
    Result<std::optional<gateway::StoredTask>> find(TaskId id) override;
    Result<gateway::TaskPage> list(const gateway::TaskQuery& query) override;

    std::vector<gateway::StoredTask> rows;
};

}  // namespace sluice::testing
