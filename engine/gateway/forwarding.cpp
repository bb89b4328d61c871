#include "gateway/forwarding.hpp"

#include <utility>

#include "gateway/auth.hpp"

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

std::optional<Answer> answer_elsewhere(const Services& services, const Call& call, Bucket bucket) {
    const auto found = services.parts.intake.owner_elsewhere(bucket);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<std::string>& owner = *found;
    if (!owner) {
        return std::nullopt;
    }
    const bool may_forward = services.parts.forward && !call.forwarded &&
                             !services.settings.internal_secret.reveal().empty();
    if (!may_forward) {
        return std::unexpected(problem_of(
            {ErrorCode::unavailable, "bucket belongs to " + *owner + " and cannot be reached", {}}
        ));
    }
    auto answer = services.parts.forward(*owner, marked(call, services.settings));
    if (!answer) {
        return std::unexpected(problem_of(answer.error()));
    }
    return *std::move(answer);
}

}  // namespace sluice::gateway
