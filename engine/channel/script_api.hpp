#pragma once

#include <functional>
#include <string>
#include <vector>

#include "channel/credentials.hpp"
#include "lua/vm.hpp"

namespace sluice::channel {

/// Told of an account that lacks the key of a serial which a message named.
using MissedKey = std::function<void(const ChannelAccount&)>;

/// Told of a secret of the account that signed, sealed or named something, or that proved or opened
/// what the channel says.
using UsedKey = std::function<void(const std::string& name)>;

/// Whose keys the host functions use: set before each call of an adapter, by its host alone.
struct ScriptCalls {
    const ChannelAccount* account = nullptr;
    MissedKey missed_key = {};  ///< empty: nobody wants to know
    UsedKey used_key = {};      ///< the same
};

/// What an adapter may call besides the language: `json`, `form`, `xml`, `crypto`, `time`.
/// Described for authors in channels/CONTRACT.md. `calls` must outlive the interpreter. A script
/// names keys, it never sees one.
[[nodiscard]] std::vector<lua::HostTable> script_host_tables(ScriptCalls& calls);

/// The meters of one call of an adapter.
[[nodiscard]] lua::Limits adapter_limits();

}  // namespace sluice::channel
