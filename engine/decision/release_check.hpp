#pragma once

#include "core/result.hpp"
#include "core/value.hpp"
#include "script/release.hpp"

namespace sluice::decision {

/// Whether the scripts of a release fit this program: asks every policy once with made-up facts and
/// takes every flow through made-up payments, before anything real meets them. `candidates` is what
/// routing will choose from; none stands for one that is made up. `script` tells the first mistake
/// as its author should read it. Touches nothing; a few milliseconds.
Result<void> check_release(const script::ReleasePtr& release, const Value& candidates);

}  // namespace sluice::decision
