#include "gateway/render_webhooks.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/json_record.hpp"
#include "gateway/render_parts.hpp"
#include "payment/service.hpp"

namespace sluice::gateway {
namespace {

/// The kinds of objects that events are about beside those of runs, and how their ids begin.
struct ObjectKind {
    std::string_view name;
    std::string_view prefix;
};
constexpr std::array kObjectKinds{
    ObjectKind{"order", OrderTag::kPrefix},
    ObjectKind{"endpoint", notify::EndpointTag::kPrefix},
    ObjectKind{"task", TaskTag::kPrefix},
};

std::string_view prefix_of(std::string_view kind) {
    if (const auto service = payment::parse_service(kind)) {
        return payment::prefix_of(*service);
    }
    const auto* found = std::ranges::find(kObjectKinds, kind, &ObjectKind::name);
    return found == kObjectKinds.end() ? "" : found->prefix;
}

}  // namespace

Value render(const notify::Endpoint& endpoint) {
    ValueArray filters;
    for (const std::string& filter : endpoint.filters) {
        filters.emplace_back(filter);
    }
    Value body;
    body.set("id", endpoint.id.to_string());
    body.set("merchant_id", endpoint.merchant_id);
    body.set("url", endpoint.url);
    body.set("description", endpoint.description);
    body.set("events", std::move(filters));
    body.set("enabled", endpoint.enabled);
    body.set("disabled_reason", or_null(endpoint.disabled_reason));
    body.set("created_at", format_rfc3339(endpoint.created_at));
    body.set("updated_at", format_rfc3339(endpoint.updated_at));
    return body;
}

Value render_with_secret(const notify::Endpoint& endpoint, const Secret<std::string>& secret) {
    Value body = render(endpoint);
    body.set("secret", secret.reveal());
    return body;
}

Value render(const notify::Delivery& delivery) {
    Value body;
    body.set("id", delivery.id.to_string());
    body.set("endpoint_id", delivery.endpoint.to_string());
    body.set("event_id", delivery.event.id.to_string());
    body.set("event_type", delivery.event.type);
    body.set("object_id", object_id_text(delivery.event));
    body.set("status", to_string(delivery.status));
    body.set("attempts", delivery.attempts);
    body.set("next_attempt_at", or_null(delivery.next_attempt_at));
    body.set(
        "response_status", delivery.response_status ? Value(*delivery.response_status) : Value()
    );
    body.set("failure", or_null(delivery.failure));
    body.set("created_at", format_rfc3339(delivery.created_at));
    body.set("finished_at", or_null(delivery.finished_at));
    return body;
}

std::string render(const notify::ShownEvent& shown) {
    std::string out;
    JsonRecord body(out);
    body.add("id", shown.event.id);
    body.add("type", shown.event.type);
    body.add("object_id", object_id_text(shown.event));
    body.add("timestamp", shown.event.at);
    body.begin("data");
    out += shown.object;
    body.end();
    return out;
}

std::string object_id_text(const notify::Event& event) {
    const std::string_view kind = std::string_view(event.type).substr(0, event.type.find('.'));
    std::string text(prefix_of(kind));
    event.object.append_to(text);
    return text;
}

}  // namespace sluice::gateway
