#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

#include "channel/exchange_message.hpp"
#include "channel/health.hpp"
#include "channel/live_registry.hpp"
#include "channel/seal.hpp"
#include "config/settings.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "flow/channel_terms.hpp"
#include "gateway/gateway.hpp"
#include "http/client.hpp"

namespace sluice::app {

/// Every adapter below the folder, also those that no account uses. Blocks on the disk.
Result<std::vector<channel::AdapterFiles>> read_adapters(const std::filesystem::path& channels);

/// The channel accounts of the configuration. `invalid` for one whose channel has no folder.
Result<std::vector<channel::ChannelAccountSettings>> configured_accounts(
    const config::Settings& settings
);

/// Every adapter below the channels folder, with the configured accounts: whether all of them are
/// sound, before a database is asked. Blocks on the disk.
Result<channel::RegistryPtr> build_registry(const config::Settings& settings);

/// What routing may know of a channel account: what it is and how it answers.
[[nodiscard]] Value candidate_of(
    const channel::ChannelAccount& account,
    const channel::Registry& registry,
    const channel::AccountHealth& health
);
/// Of all that take new money, in the order of the registry, with their health now.
[[nodiscard]] Value candidates_of(const channel::Registry& registry, const channel::Health& health);

/// What an adapter declares for every account of its channel: all terms but the merchant.
[[nodiscard]] flow::ChannelTerms terms_of(const channel::Adapter& adapter);

/// What binds us at a channel account; nullopt when there is none.
[[nodiscard]] std::optional<flow::ChannelTerms> terms_of(
    const flow::ChannelAddress& address, const channel::Registry& registry
);

/// Whether an account of the registry pays out so, by what its adapter and its form declare, and
/// under which key, a fingerprint of what identifies him, the payee is known. `keys` must outlive
/// it.
[[nodiscard]] gateway::PayeeCheck payee_check(
    channel::RegistrySource registry, const channel::SealingKeys& keys
);
/// Whether an account of the registry collects so, by what its adapter declares.
[[nodiscard]] gateway::SceneCheck scene_check(channel::RegistrySource registry);

/// How long the owner of a bucket gets to answer what was passed on to it. A node that hangs takes
/// connections and never answers: only time tells it from one that is at work.
struct ForwardSettings {
    /// For a caller that asked for no wait: what a healthy owner waits at most for something the
    /// payer can act on, and a second for its commit. A caller gets a 503 before it gives up
    /// itself.
    std::chrono::milliseconds unasked =
        gateway::Settings{}.action_wait + std::chrono::milliseconds(1'000);
    /// Beyond the seconds of `Prefer: wait`: the owner's commit, also on a bad day.
    std::chrono::milliseconds beyond_wait{5'000};
};

/// `client` must outlive the forwarder.
[[nodiscard]] gateway::Forwarder forwarder(http::Client& client, ForwardSettings settings = {});

}  // namespace sluice::app
