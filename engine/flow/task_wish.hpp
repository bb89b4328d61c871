#pragma once

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/task.hpp"

namespace sluice::flow {

/// The task that a script wishes for, opened now; it has no id yet. `script` names the member that
/// is wrong and what is wanted. Pure.
Result<payment::Task> read_task_wish(const Value& wish, Time now);

}  // namespace sluice::flow
