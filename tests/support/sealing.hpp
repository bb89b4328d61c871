#pragma once

#include "channel/seal.hpp"

namespace sluice::testing {

/// One key for all tests of a process.
[[nodiscard]] const channel::SealingKeys& test_sealing_keys();

}  // namespace sluice::testing
