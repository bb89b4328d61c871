#pragma once

#include <vector>

#include "channel/credentials.hpp"
#include "lua/vm.hpp"

namespace sluice::channel {

/// Whose keys the host functions use: set before each call of an adapter, by its host alone.
struct ScriptCalls {
    const ChannelAccount* account = nullptr;
};

/// What an adapter may call besides the language: `json`, `form`,
/// `crypto`, `time`. Described for authors
/// in channels/README.md. `calls` must outlive the interpreter. A script names keys, it never sees
/// one.
[[nodiscard]] std::vector<lua::HostTable> script_host_tables(ScriptCalls& calls);

/// The meters of one call of an adapter.
[[nodiscard]] lua::Limits adapter_limits();

}  // namespace sluice::channel
