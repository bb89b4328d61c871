#pragma once

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
/// `client` must outlive the forwarder.
[[nodiscard]] gateway::Forwarder forwarder(http::Client& client);

}  // namespace sluice::app
