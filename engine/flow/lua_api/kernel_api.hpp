#pragma once

#include "flow/kernel.hpp"
#include "lua/vm.hpp"

namespace sluice::flow {

/// The Lua table `kernel`: the primitives that the verbs in scripts/lib are made of, each
/// documented in scripts/api/kernel.lua. The functions keep a reference to `kernel`, which must
/// outlive the Vm.
[[nodiscard]] lua::HostTable kernel_api(Kernel& kernel);

}  // namespace sluice::flow
