#pragma once

#include "core/value.hpp"
#include "gateway/task_store.hpp"

namespace sluice::gateway {

/// How a task looks in JSON, as the API answers it and events tell it. Pure.
[[nodiscard]] Value render(const StoredTask& stored);

}  // namespace sluice::gateway
