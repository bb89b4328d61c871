#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "http/client.hpp"
#include "notify/fair_queue.hpp"

namespace sluice::notify {

/// Where attempts go: an endpoint as the sender knows it.
struct Receiver {
    EndpointId id;
    std::string url;
    std::vector<Secret<std::string>> secrets;  ///< the newest first; each signs
};

/// The body of an event's webhook. `object` is JSON already.
[[nodiscard]] std::string webhook_body(const Event& event, std::string_view object);

struct AttemptAt {
    Time now{};
    std::chrono::milliseconds timeout{15'000};
};
/// The request of one attempt; the delivery must have its body. Pure.
Result<http::ClientRequest> make_request(
    const Receiver& receiver, const DueDelivery& delivery, const AttemptAt& at
);

/// What an answer means. A plain value.
struct Judgement {
    enum class Kind { taken, failed, gone };
    Kind kind = Kind::failed;
    std::optional<std::int64_t> status;
    std::string failure;                                ///< empty when it was taken
    std::optional<std::chrono::seconds> retry_after{};  ///< as the receiver asks
};
/// 2xx is taken, whatever the body; 410 ends the endpoint; a redirect is a failure like any other.
/// `now` is for a Retry-After that names a moment. Pure.
[[nodiscard]] Judgement judge(const http::ClientResult& result, Time now);

}  // namespace sluice::notify
