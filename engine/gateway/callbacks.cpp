#include "gateway/callbacks.hpp"

#include <utility>

#include "core/utf8.hpp"
#include "gateway/forwarding.hpp"
#include "log/log.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kShownMax = 200;
constexpr std::size_t kNameShownMax = 40;

std::chrono::steady_clock::time_point steady_now() { return std::chrono::steady_clock::now(); }

/// Only the names of accounts that are there make it a known one: anybody may make up others.
CallbackGate::Address callback_address(const Services& services, const Call& call) {
    CallbackGate::Address address{.channel = call.captures[0], .account = call.captures[1]};
    const auto& knows = services.parts.knows_channel_account;
    address.is_known = !knows || knows({call.captures[0], call.captures[1]});
    return address;
}

/// Counts the refusal, and logs it unless the log has just had such a line.
void tell_refused(
    const Services& services, const Call& call, CallbackRefusal why, std::string_view text
) {
    const CallbackGate::Address address = callback_address(services, call);
    const auto spared = services.callback_gate.refuse(why, address, steady_now());
    if (!spared) {
        return;
    }
    log::warn(
        "callback_refused",
        {{"channel", cut_text(address.channel, kNameShownMax)},
         {"channel_account", cut_text(address.account, kNameShownMax)},
         {"reason", kCallbackRefusalNames.at(static_cast<std::size_t>(why))},
         {"text", cut_text(text, kShownMax)},
         {"not_told_before", *spared}}
    );
}

Problem again_later(int status, std::string code, std::string detail) {
    return {
        .status = status,
        .code = std::move(code),
        .detail = std::move(detail),
        .errors = {},
        .headers = {{"Retry-After", "1"}}
    };
}

Problem too_large(std::size_t size, std::size_t max) {
    return {
        .status = 413,
        .code = "body_too_large",
        .detail = "the body has " + std::to_string(size) + " bytes, wanted at most " +
                  std::to_string(max) + " of a callback",
        .errors = {},
        .headers = {}
    };
}

/// Why nobody reads it. A channel that gets no 2xx sends it again.
Problem not_let_in(const Services& services, const Call& call, CallbackRefusal why) {
    const CallbackLimits& limits = services.callback_gate.limits();
    const std::string path = call.captures[0] + "/" + call.captures[1];
    if (why == CallbackRefusal::unknown_account) {
        return not_found("channel account", path);
    }
    if (why == CallbackRefusal::too_large) {
        return too_large(call.request.body.size(), limits.body_bytes_max);
    }
    if (why == CallbackRefusal::busy) {
        return again_later(
            503,
            "callbacks_busy",
            std::to_string(limits.reading_max) +
                " callbacks of this account are being read, wanted this one again later"
        );
    }
    return again_later(
        429,
        "too_many_callbacks",
        "more callbacks came here than are taken in a second, wanted this one again later"
    );
}

CallbackRefusal refusal_of_status(int status) {
    switch (status) {
        case 401:
            return CallbackRefusal::bad_signature;
        case 404:
            return CallbackRefusal::unknown_number;
        case 413:
            return CallbackRefusal::too_large;
        case 415:
            return CallbackRefusal::content_type;
        default:
            return status >= 500 ? CallbackRefusal::not_read : CallbackRefusal::unreadable;
    }
}

Problem not_recorded(const Error& error) {
    const bool is_passing =
        error.code == ErrorCode::unavailable || error.code == ErrorCode::unknown;
    return again_later(
        is_passing ? 503 : 500,
        "callback_not_recorded",
        "the message could not be recorded, send it again"
    );
}

Later acknowledge_once_recorded(
    const Services& services, const Call& call, CallbackVerdict verdict
) {
    auto ask = [&services, fact = std::move(verdict.fact)](Take<void> take) mutable {
        services.parts.intake.callback(std::move(fact), std::move(take));
    };
    auto acknowledge = [&services, &call, answer = std::move(verdict.acknowledgement)](
                           const Result<void>& recorded
                       ) -> Answer {
        if (!recorded) {
            tell_refused(services, call, CallbackRefusal::not_recorded, recorded.error().message);
            return std::unexpected(not_recorded(recorded.error()));
        }
        return answer;
    };
    return wait_for<void>(services.settings.engine_grace, std::move(ask), std::move(acknowledge));
}

Reply read_and_record(const Services& services, const Call& call) {
    auto verdict = services.parts.read_callback({call.captures[0], call.captures[1]}, call.request);
    if (!verdict) {
        const http::Response& answer = verdict.error();
        tell_refused(services, call, refusal_of_status(answer.status), answer.body);
        return Reply(std::move(verdict).error());
    }
    if (auto reply = answer_elsewhere(services, call, verdict->fact.instruction.bucket())) {
        return *std::move(reply);
    }
    return acknowledge_once_recorded(services, call, *std::move(verdict));
}

}  // namespace

Reply receive_callback(const Services& services, const Call& call) {
    if (!services.parts.read_callback) {
        return std::unexpected(not_found("channel", call.captures[0]));
    }
    auto place = services.callback_gate.admit(
        {.address = callback_address(services, call),
         .body_bytes = call.request.body.size(),
         .was_let_in = call.forwarded},
        steady_now()
    );
    if (!place) {
        Problem problem = not_let_in(services, call, place.error());
        tell_refused(services, call, place.error(), problem.detail);
        return std::unexpected(std::move(problem));
    }
    // The place is given back with the work, once it has been read.
    return Slow{
        .work = [&services,
                 &call,
                 place = *std::move(place)] { return read_and_record(services, call); },
        .threads = Slow::Threads::callbacks
    };
}

}  // namespace sluice::gateway
