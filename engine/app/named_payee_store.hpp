#pragma once

#include "core/result.hpp"
#include "core/value.hpp"
#include "db/pool.hpp"
#include "payment/task.hpp"

namespace sluice::app {

/// The payee that the vote named, its members sealed. Blocks. `corrupt` when the vote named none,
/// else the connection's errors.
Result<Value> load_named_payee(db::Pool& pool, const payment::PayeeName& name);

}  // namespace sluice::app
