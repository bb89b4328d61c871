#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"
#include "gateway/listing.hpp"
#include "payment/service.hpp"
#include "payment/task.hpp"

namespace sluice::gateway {

/// A task as it is stored, with whose it is.
struct StoredTask {
    payment::Task task;
    RunId run;
    payment::Service service = payment::Service::payment;
    std::string merchant_id;
};

/// Which tasks are listed; what is not set does not matter.
struct TaskQuery {
    std::optional<std::string> merchant_id;
    std::optional<payment::TaskStatus> status;
    std::optional<std::string> role;  ///< that may vote now
    std::optional<std::string> kind;
    ListWindow window;
};

struct TaskPage {
    std::vector<StoredTask> tasks;    ///< newest first
    std::optional<Id128> next_after;  ///< none: this was the last page
};

/// Tasks as the database has them; who may see one is the caller's question. Never writes: the
/// worker does. Every call blocks on the database. Any thread.
class TaskStore {
  public:
    virtual ~TaskStore() = default;

    /// One snapshot; nullopt when there is none. `corrupt` for rows that cannot be read back.
    virtual Result<std::optional<StoredTask>> find(TaskId id) = 0;
    /// A page may be shorter than its limit, even empty, and not be the last.
    virtual Result<TaskPage> list(const TaskQuery& query) = 0;
};

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<TaskStore> make_task_store(db::Pool& pool);

/// Those of them that exist, newest first. Blocks.
Result<std::vector<StoredTask>> load_tasks(db::Connection& connection, std::span<const TaskId> ids);

}  // namespace sluice::gateway
