#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/task.hpp"

namespace sluice::flow {

/// The deadline and the escalation that a wish or the answer of an approval policy has, counted
/// from when the task was opened. `script` names the member that is wrong. Pure.
Result<void> read_task_times(const Value& said, payment::Task& task);

/// The task that a script wishes for, opened now; it has no id yet. `script` names the member that
/// is wrong and what is wanted. Pure.
Result<payment::Task> read_task_wish(const Value& wish, Time now);

}  // namespace sluice::flow
