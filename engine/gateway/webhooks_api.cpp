#include "gateway/webhooks_api.hpp"

#include <algorithm>
#include <utility>

#include "gateway/input.hpp"
#include "gateway/render.hpp"
#include "gateway/render_webhooks.hpp"
#include "gateway/webhook_calls.hpp"
#include "notify/filter.hpp"
#include "notify/signature.hpp"

namespace sluice::gateway {
namespace {

constexpr TextRule kUrlRule{
    .min = 1, .max = notify::kUrlBytesMax, .charset = TextRule::Charset::any
};
constexpr TextRule kEndpointDescriptionRule{
    .min = 0, .max = 200, .charset = TextRule::Charset::any
};
constexpr std::int64_t kOverlapDefault = 86'400;
constexpr std::int64_t kOverlapMax = 2'592'000;

std::string read_url(Fields& fields, notify::PlainHttp plain) {
    std::string url = fields.text("url", kUrlRule);
    if (!url.empty()) {
        if (const auto fault = notify::find_url_fault(url, plain)) {
            fields.refuse("url", "url " + *fault);
        }
    }
    return url;
}

std::vector<std::string> read_filters(Fields& fields, std::vector<FieldError>& errors) {
    std::vector<std::string> filters;
    const ValueArray* list = fields.list("events");
    if (list == nullptr) {
        return filters;
    }
    if (list->empty() || list->size() > notify::kFiltersMax) {
        fields.refuse(
            "events",
            "events has " + std::to_string(list->size()) + " items, wanted 1 to " +
                std::to_string(notify::kFiltersMax)
        );
        return filters;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        const Value& item = (*list)[i];
        const std::string* text = item.as_text();
        if (text != nullptr && notify::is_filter(*text)) {
            filters.push_back(*text);
            continue;
        }
        errors.push_back(
            {FieldError::Where::pointer,
             fields.pointer_to("events") + "/" + std::to_string(i),
             "an item of events is " + show(item) + ", wanted " + std::string(notify::kFilterWanted)
            }
        );
    }
    return filters;
}

std::optional<bool> read_enabled(Fields& fields, const Value& body) {
    if (!fields.has("enabled")) {
        return std::nullopt;
    }
    const Value& value = *body.find("enabled");
    if (value.as_bool() == nullptr) {
        fields.refuse("enabled", "enabled is " + show(value) + ", wanted true or false");
        return std::nullopt;
    }
    return *value.as_bool();
}

http::Response endpoint_answer(int status, const Value& body, notify::EndpointId id) {
    http::Response response = json_response(status, body);
    response.headers.set({"Location", "/v1/webhook_endpoints/" + id.to_string()});
    return response;
}

Secret<std::string> new_secret(const Services& services) {
    return services.ids.with_random([](Random& random) { return notify::make_secret(random); });
}

}  // namespace

Answer create_webhook_endpoint(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    notify::Endpoint endpoint;
    endpoint.url = read_url(fields, services.parts.webhooks.plain_http);
    endpoint.description = fields.text_or("description", kEndpointDescriptionRule, "");
    endpoint.filters =
        fields.has("events") ? read_filters(fields, errors) : std::vector<std::string>{"*"};
    endpoint.enabled = read_enabled(fields, body).value_or(true);
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    endpoint.id = services.ids.make<notify::EndpointId>(bucket_of("webhooks", call.merchant_id));
    endpoint.merchant_id = call.merchant_id;
    endpoint.created_at = services.ids.now();
    endpoint.updated_at = endpoint.created_at;
    const Secret<std::string> secret = new_secret(services);
    if (const auto added = services.parts.webhooks.endpoints.add(endpoint, secret); !added) {
        return std::unexpected(problem_of(added.error()));
    }
    services.parts.webhooks.wake();
    return endpoint_answer(201, render_with_secret(endpoint, secret), endpoint.id);
}

Answer list_webhook_endpoints(const Services& services, const Call& call) {
    const auto found = services.parts.webhooks.endpoints.list(call.shown_merchant());
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    ValueArray list;
    for (const notify::Endpoint& endpoint : *found) {
        list.push_back(render(endpoint));
    }
    Value body;
    body.set("webhook_endpoints", std::move(list));
    return json_response(200, body);
}

Answer get_webhook_endpoint(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const notify::Endpoint endpoint, own_endpoint(services, call));
    return endpoint_answer(200, render(endpoint), endpoint.id);
}

Answer change_webhook_endpoint(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const auto id, id_in_path<notify::EndpointId>(call, kEndpointWord));
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    notify::EndpointChange change;
    if (fields.has("url")) {
        change.url = read_url(fields, services.parts.webhooks.plain_http);
    }
    if (fields.has("description")) {
        change.description = fields.text("description", kEndpointDescriptionRule);
    }
    if (fields.has("events")) {
        change.filters = read_filters(fields, errors);
    }
    change.enabled = read_enabled(fields, body);
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    return answer_endpoint(
        call,
        services.parts.webhooks.endpoints.change({call.merchant_id, id}, change, services.ids.now())
    );
}

Answer delete_webhook_endpoint(const Services& services, const Call& call) {
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(const auto id, id_in_path<notify::EndpointId>(call, kEndpointWord));
    const auto removed =
        services.parts.webhooks.endpoints.remove({call.merchant_id, id}, services.ids.now());
    if (!removed) {
        return std::unexpected(problem_of(removed.error()));
    }
    if (!*removed) {
        return std::unexpected(not_found(kEndpointWord, call.captures.front()));
    }
    return http::Response{.status = 204, .headers = {}, .body = {}};
}

Answer rotate_webhook_secret(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const auto id, id_in_path<notify::EndpointId>(call, kEndpointWord));
    std::int64_t overlap = kOverlapDefault;
    if (!call.request.body.empty()) {
        SLUICE_ANSWER_ASSIGN(
            const Value body, read_body(call.request, services.settings.body_bytes_max)
        );
        std::vector<FieldError> errors;
        Fields fields(body, "", errors);
        if (fields.has("overlap_seconds")) {
            overlap =
                fields.whole("overlap_seconds", {.min = 0, .max = kOverlapMax, .unit = "seconds"});
        }
        fields.finish();
        if (!errors.empty()) {
            return std::unexpected(invalid_request(std::move(errors)));
        }
    }
    notify::SecretRotation rotation{.secret = new_secret(services), .now = services.ids.now()};
    rotation.old_until = rotation.now + std::chrono::seconds(overlap);
    const auto rotated = services.parts.webhooks.endpoints.rotate({call.merchant_id, id}, rotation);
    if (!rotated) {
        return answer_endpoint(call, rotated);
    }
    const std::optional<notify::Endpoint>& endpoint = *rotated;
    if (!endpoint) {
        return answer_endpoint(call, rotated);
    }
    return endpoint_answer(200, render_with_secret(*endpoint, rotation.secret), id);
}

Answer test_webhook_endpoint(const Services& services, const Call& call) {
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(const notify::Endpoint endpoint, own_endpoint(services, call));
    if (!endpoint.enabled) {
        return std::unexpected(problem_of(
            {ErrorCode::refused,
             "endpoint " + endpoint.id.to_string() + " is disabled, wanted an enabled one",
             "endpoint_disabled"}
        ));
    }
    // Events stand beside their objects.
    const std::uint64_t chance =
        services.ids.with_random([](Random& random) { return random.next(); });
    const EventId event(endpoint.id.raw().derive(
        static_cast<std::uint32_t>(chance >> 32U), static_cast<std::uint32_t>(chance)
    ));
    const auto added =
        services.parts.webhooks.endpoints.add_test_event(event, endpoint.id, services.ids.now());
    if (!added) {
        return std::unexpected(problem_of(added.error()));
    }
    services.parts.webhooks.wake();
    Value body;
    body.set("event_id", event.to_string());
    return json_response(202, body);
}

}  // namespace sluice::gateway
