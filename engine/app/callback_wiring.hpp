#pragma once

#include "channel/callbacks.hpp"
#include "channel/live_registry.hpp"
#include "channel/seal.hpp"
#include "config/settings.hpp"
#include "gateway/gateway.hpp"

namespace sluice::app {

/// Reads what channels send, and hides the payer in it. Both must outlive the reader.
[[nodiscard]] gateway::CallbackReader callback_reader(
    channel::Callbacks& callbacks, const channel::SealingKeys& keys
);
/// Which accounts have a path of their own: all but drafts.
[[nodiscard]] gateway::AccountFinder account_finder(channel::RegistrySource registry);
[[nodiscard]] gateway::CallbackLimits callback_limits(const config::CallbackSettings& settings);

}  // namespace sluice::app
