#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::testing {

/// How often a fault is repeated: SLUICE_FAULT_ROUNDS, or `usual` when it is not set.
[[nodiscard]] std::size_t fault_rounds(std::size_t usual);

/// SLUICE_FAULT_SEED, or a fresh one; printed, so that a run can be had again.
[[nodiscard]] std::uint64_t fault_seed();

}  // namespace sluice::testing
