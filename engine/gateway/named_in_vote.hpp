#pragma once

#include <vector>

#include "gateway/call.hpp"
#include "gateway/problem.hpp"
#include "gateway/task_store.hpp"

namespace sluice::gateway {

/// Looks at the accounts and the payee that a vote's values name: money that goes back may go to an
/// open balance of the merchant, a payee must be one that some channel pays. The payee is sealed
/// for the task's run: what stays in the values tells who it is by marks and a fingerprint alone.
/// What is wrong is added to `errors`; then the vote must not be used. Blocks on the database;
/// its errors are the problem.
std::optional<Problem> check_named(
    const Services& services,
    const StoredTask& stored,
    payment::TaskVote& vote,
    std::vector<FieldError>& errors
);

}  // namespace sluice::gateway
