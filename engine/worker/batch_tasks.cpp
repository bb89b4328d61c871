// What a batch tells of tasks.
#include <string>

#include "worker/batch_columns.hpp"

namespace sluice::worker {

/// An event of each kind at most once an activation and task.
void Batch::add_task_events(const Activated& activated, std::int64_t i) {
    auto& v = columns_->event;
    for (const flow::TaskTurn& turn : activated.step->task_turns) {
        if (turn.kind == flow::TaskTurn::Kind::voted) {
            continue;
        }
        v.i.append(i);
        v.id.append(
            turn.task.id.raw().derive(activated.row->seq, static_cast<std::uint32_t>(turn.kind))
        );
        v.type.append("task." + std::string(flow::to_string(turn.kind)));
        append_at(v.object, v.id.size()).append(turn.task.id);
    }
}

}  // namespace sluice::worker
