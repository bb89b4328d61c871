#include "app/egress_wiring.hpp"

#include <utility>

namespace sluice::app {

http::Proxy node_proxy(const config::EgressSettings& settings) {
    return {settings.proxy, settings.proxy_user, settings.proxy_password};
}

http::ClientSettings channel_client(const config::EgressSettings& settings) {
    http::ClientSettings client;
    client.proxy = node_proxy(settings);
    client.thread_name = "channel-client";
    return client;
}

channel::ExchangeSettings exchange_settings(const config::Settings& settings) {
    channel::ExchangeSettings exchange;
    exchange.threads = settings.node.exchange_threads;
    exchange.client.proxy = node_proxy(settings.egress);
    return exchange;
}

channel::AccountEgress account_egress(const config::AccountEgressSettings& settings) {
    return {settings.proxy, settings.proxy_user, settings.ca_certificates};
}

}  // namespace sluice::app
