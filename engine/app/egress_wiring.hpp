#pragma once

#include "channel/account_egress.hpp"
#include "channel/exchange.hpp"
#include "config/settings.hpp"
#include "http/client.hpp"

namespace sluice::app {

/// How requests to channels leave this node, unless their account says otherwise. What goes to
/// other nodes and to receivers of webhooks never takes this way.
[[nodiscard]] http::Proxy node_proxy(const config::EgressSettings& settings);
/// Of a client that asks channels now and then.
[[nodiscard]] http::ClientSettings channel_client(const config::EgressSettings& settings);
[[nodiscard]] channel::ExchangeSettings exchange_settings(const config::Settings& settings);

[[nodiscard]] channel::AccountEgress account_egress(const config::AccountEgressSettings& settings);

}  // namespace sluice::app
