#pragma once

#include <functional>

#include "notify/delivery_store.hpp"
#include "notify/endpoint_store.hpp"
#include "notify/event_store.hpp"

namespace sluice::gateway {

/// What the addresses about events and their receivers talk to. References outlive it.
struct Webhooks {
    notify::EndpointStore& endpoints;
    notify::DeliveryStore& deliveries;
    notify::EventStore& events;
    std::function<void()> wake;  ///< something is due now
    notify::PlainHttp plain_http = notify::PlainHttp::never;
};

}  // namespace sluice::gateway
