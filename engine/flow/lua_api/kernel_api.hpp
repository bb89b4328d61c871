#pragma once

#include "flow/kernel.hpp"
#include "lua/vm.hpp"

namespace sluice::flow {

/// Holds the kernel of the run whose script is at work. Empty while files are read: what they
/// return cannot depend on any payment.
struct KernelSeat {
    Kernel* kernel = nullptr;
};

/// The Lua table `kernel`: the primitives that the verbs in scripts/lib are made of, each
/// documented in scripts/api/kernel.lua. The functions reach the kernel that `seat` holds when they
/// are called; the seat must outlive the Vm.
[[nodiscard]] lua::HostTable kernel_api(const KernelSeat& seat);

}  // namespace sluice::flow
