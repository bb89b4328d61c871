#pragma once

#include <string>

#include "core/secret.hpp"
#include "core/value.hpp"
#include "notify/delivery.hpp"
#include "notify/endpoint.hpp"
#include "notify/event_store.hpp"

namespace sluice::gateway {

/// How endpoints, deliveries and events look in JSON. Pure; the OpenAPI document says the same.
[[nodiscard]] Value render(const notify::Endpoint& endpoint);
/// The one answer that shows a secret: to whoever just made it.
[[nodiscard]] Value render_with_secret(
    const notify::Endpoint& endpoint, const Secret<std::string>& secret
);
[[nodiscard]] Value render(const notify::Delivery& delivery);
/// As text: the object of the event is JSON already.
[[nodiscard]] std::string render(const notify::ShownEvent& event);
/// The id of an event's object with the prefix of its kind.
[[nodiscard]] std::string object_id_text(const notify::Event& event);

}  // namespace sluice::gateway
