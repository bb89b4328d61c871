#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "notify/endpoint.hpp"

namespace sluice::notify {

struct DeliveryTag {
    static constexpr std::string_view kPrefix = "dlv_";
};
using DeliveryId = Id<DeliveryTag>;

/// Something that happened to an object of a merchant. A plain value.
struct Event {
    EventId id;
    std::string type;  ///< "payment.succeeded"
    Id128 object;
    Time at{};
};

enum class DeliveryStatus {
    pending,    ///< to be sent, perhaps again
    delivered,  ///< the receiver said 2xx
    dead,       ///< given up; a person may send it again
};

[[nodiscard]] std::string_view to_string(DeliveryStatus status);
Result<DeliveryStatus> parse_delivery_status(std::string_view text);

/// One event on its way to one endpoint, as it is told to its merchant. A plain value.
struct Delivery {
    DeliveryId id;
    EndpointId endpoint;
    Event event;
    DeliveryStatus status = DeliveryStatus::pending;
    std::int64_t attempts = 0;
    std::optional<Time> next_attempt_at;  ///< while pending
    std::optional<std::int64_t> response_status;
    std::string failure;  ///< of the last attempt; empty when there was none
    Time created_at{};
    std::optional<Time> finished_at;
};

}  // namespace sluice::notify
