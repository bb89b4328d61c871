#pragma once

#include <chrono>
#include <optional>

#include "channel/callbacks.hpp"
#include "channel/exchange_message.hpp"
#include "channel/registry.hpp"
#include "config/settings.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "flow/channel_terms.hpp"
#include "gateway/gateway.hpp"
#include "http/client.hpp"

namespace sluice::app {

/// Every adapter below the channels folder, with the configured accounts. Blocks on the disk.
Result<channel::RegistryPtr> build_registry(const config::Settings& settings);

/// What routing may know of a channel account.
[[nodiscard]] Value candidate_of(
    const config::ChannelAccountSettings& account, const channel::Registry& registry
);

/// What an adapter declares for every account of its channel: all terms but the merchant.
[[nodiscard]] flow::ChannelTerms terms_of(const channel::Adapter& adapter);

/// What binds us at a channel account of the configuration; nullopt when it names none.
[[nodiscard]] std::optional<flow::ChannelTerms> terms_of(
    const flow::ChannelAddress& address,
    const config::Settings& settings,
    const channel::Registry& registry
);

/// The report of an order that surely never left us.
[[nodiscard]] channel::ExchangeReport report_not_sent(const channel::ExchangeOrder& order);

/// `callbacks` must outlive the reader.
[[nodiscard]] gateway::CallbackReader callback_reader(channel::Callbacks& callbacks);
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
