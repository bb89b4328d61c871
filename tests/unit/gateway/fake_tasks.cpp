#include "unit/gateway/fake_tasks.hpp"

namespace sluice::testing {

Result<std::optional<gateway::StoredTask>> MemoryTasks::find(TaskId id) {
    for (const gateway::StoredTask& row : rows) {
        if (row.task.id == id) {
            return row;
        }
    }
    return std::nullopt;
}

Result<gateway::TaskPage> MemoryTasks::list(const gateway::TaskQuery& query) {
    gateway::TaskPage page;
    for (const gateway::StoredTask& row : rows) {
        const auto& task = row.task;
        if (row.merchant_id == query.merchant_id.value_or(row.merchant_id) &&
            task.status == query.status.value_or(task.status) &&
            task.kind == query.kind.value_or(task.kind) &&
            task.role == query.role.value_or(task.role)) {
            page.tasks.push_back(row);
        }
    }
    return page;
}

}  // namespace sluice::testing
