#include "gateway/webhook_calls.hpp"

#include "gateway/render.hpp"
#include "gateway/render_webhooks.hpp"

namespace sluice::gateway {

std::expected<notify::Endpoint, Problem> own_endpoint(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const auto id, id_in_path<notify::EndpointId>(call, kEndpointWord));
    auto found = services.parts.webhooks.endpoints.find(id);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    std::optional<notify::Endpoint>& endpoint = *found;
    if (!endpoint || !call.sees(endpoint->merchant_id)) {
        return std::unexpected(not_found(kEndpointWord, call.captures.front()));
    }
    return *std::move(endpoint);
}

Answer answer_endpoint(const Call& call, const Result<std::optional<notify::Endpoint>>& found) {
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<notify::Endpoint>& endpoint = *found;
    if (!endpoint) {
        return std::unexpected(not_found(kEndpointWord, call.captures.front()));
    }
    http::Response response = json_response(200, render(*endpoint));
    response.headers.set({"Location", "/v1/webhook_endpoints/" + endpoint->id.to_string()});
    return response;
}

}  // namespace sluice::gateway
