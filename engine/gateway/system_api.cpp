#include "gateway/system_api.hpp"

#include <string>

#include "gateway/openapi_document.hpp"
#include "gateway/render.hpp"

namespace sluice::gateway {
namespace {

http::Response status_ok() {
    Value body;
    body.set("status", "ok");
    return json_response(200, body);
}

}  // namespace

Answer get_healthz() { return status_ok(); }

Answer get_readyz(const Services& services) {
    if (services.parts.check_ready) {
        const auto ready = services.parts.check_ready();
        if (!ready) {
            return std::unexpected(Problem{
                .status = 503,
                .code = "not_ready",
                .detail = ready.error().message,
                .errors = {},
                .headers = {{"Retry-After", "1"}}
            });
        }
    }
    return status_ok();
}

Answer get_metrics(const Services& services, const Metrics& metrics) {
    std::string text = metrics.text() + services.callback_gate.metrics();
    if (services.parts.more_metrics) {
        text += services.parts.more_metrics();
    }
    return http::Response{
        .status = 200,
        .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
        .body = std::move(text)
    };
}

Answer get_openapi() {
    return http::Response{
        .status = 200,
        .headers = {{"Content-Type", "application/json"}},
        .body = std::string(openapi_document())
    };
}

}  // namespace sluice::gateway
