#include "gateway/forwarding.hpp"

#include <utility>

#include "gateway/auth.hpp"
#include "gateway/prefer.hpp"

namespace sluice::gateway {
namespace {

http::Request marked(const Call& call, const Settings& settings) {
    http::Request request = call.request;
    request.headers.set({std::string(kForwardedHeader), settings.internal_secret.reveal()});
    request.headers.set({"X-Request-Id", call.request_id});
    return request;
}

}  // namespace

bool is_forwarded(const http::Request& request, const Settings& settings) {
    const std::string& secret = settings.internal_secret.reveal();
    const std::string* mark = request.headers.find(kForwardedHeader);
    return mark != nullptr && !secret.empty() && equal_in_constant_time(*mark, secret);
}

std::optional<Reply> answer_elsewhere(const Services& services, const Call& call, Bucket bucket) {
    const auto found = services.parts.intake.owner_elsewhere(bucket);
    if (!found) {
        return Reply(std::unexpected(problem_of(found.error())));
    }
    const std::optional<std::string>& owner = *found;
    if (!owner) {
        return std::nullopt;
    }
    const bool may_forward = services.parts.forward && !call.forwarded &&
                             !services.settings.internal_secret.reveal().empty();
    if (!may_forward) {
        return Reply(std::unexpected(problem_of(
            {ErrorCode::unavailable, "bucket belongs to " + *owner + " and cannot be reached", {}}
        )));
    }
    auto ask = [&services, &call, address = *owner](Take<http::Response> take) {
        services.parts.forward(address, marked(call, services.settings), std::move(take));
    };
    auto finish = [](Result<http::Response> answer) -> Answer {
        if (!answer) {
            return std::unexpected(problem_of(answer.error()));
        }
        return *std::move(answer);
    };
    // The forwarder gives up sooner by itself.
    const auto patience = kWaitMax + services.settings.engine_grace;
    return wait_for<http::Response>(patience, std::move(ask), finish);
}

}  // namespace sluice::gateway
