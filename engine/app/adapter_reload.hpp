#pragma once

#include <filesystem>
#include <vector>

#include "channel/registry.hpp"
#include "core/result.hpp"
#include "gateway/channel_accounts.hpp"

namespace sluice::app {

/// The adapters of the folder as they are now. Those whose files did not change since `before` are
/// the very same objects. The first mistake is the error, with file and line. Blocks on the disk.
Result<std::vector<channel::AdapterPtr>> read_adapters_again(
    const std::filesystem::path& channels, const channel::Registry& before
);

/// Whether what began under `before` can be finished under `after`: each account keeps its
/// merchant, and its channel keeps the operations, scenes, methods of payouts, currencies and
/// amounts that it had. `refused` names the account and the first thing that is lost. Pure.
Result<void> check_succession(const channel::Registry& before, const channel::Registry& after);

/// What became of each channel, in the order of their names. Pure.
[[nodiscard]] std::vector<gateway::LoadedChannel> changes_between(
    const channel::Registry& before, const channel::Registry& after
);

}  // namespace sluice::app
