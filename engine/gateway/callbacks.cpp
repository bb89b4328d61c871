#include "gateway/callbacks.hpp"

#include <utility>

#include "core/utf8.hpp"
#include "gateway/forwarding.hpp"
#include "log/log.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kShownMax = 200;

Problem not_recorded(const Error& error) {
    log::warn("callback_not_recorded", {{"code", error.code}, {"message", error.message}});
    return {
        .status =
            error.code == ErrorCode::unavailable || error.code == ErrorCode::unknown ? 503 : 500,
        .code = "callback_not_recorded",
        .detail = "the message could not be recorded, send it again",
        .errors = {},
        .headers = {{"Retry-After", "1"}}
    };
}

Problem too_large(std::size_t size, std::size_t max) {
    return {
        .status = 413,
        .code = "body_too_large",
        .detail = "the body has " + std::to_string(size) + " bytes, wanted at most " +
                  std::to_string(max),
        .errors = {},
        .headers = {}
    };
}

}  // namespace

Reply receive_callback(const Services& services, const Call& call) {
    const std::size_t max = services.settings.callback_bytes_max;
    if (call.request.body.size() > max) {
        return std::unexpected(too_large(call.request.body.size(), max));
    }
    if (!services.parts.read_callback) {
        return std::unexpected(not_found("channel", call.captures[0]));
    }
    auto verdict = services.parts.read_callback({call.captures[0], call.captures[1]}, call.request);
    if (!verdict) {
        log::warn(
            "callback_refused",
            {{"channel", call.captures[0]},
             {"channel_account", call.captures[1]},
             {"status", verdict.error().status},
             {"answer", cut_text(verdict.error().body, kShownMax)}}
        );
        return Reply(std::move(verdict).error());
    }
    if (auto reply = answer_elsewhere(services, call, verdict->fact.instruction.bucket())) {
        return *std::move(reply);
    }
    auto record = [&services, fact = std::move(verdict->fact)](Take<void> take) mutable {
        services.parts.intake.callback(std::move(fact), std::move(take));
    };
    auto acknowledge = [answer = std::move(verdict->acknowledgement)](const Result<void>& recorded
                       ) -> Answer {
        if (!recorded) {
            return std::unexpected(not_recorded(recorded.error()));
        }
        return answer;
    };
    return wait_for<void>(
        services.settings.engine_grace, std::move(record), std::move(acknowledge)
    );
}

}  // namespace sluice::gateway
