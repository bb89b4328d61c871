#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "db/connection.hpp"
#include "notify/attempt.hpp"

namespace sluice::notify {

/// How one attempt ended, as it is written down.
struct AttemptOutcome {
    DeliveryId id;
    EndpointId endpoint;
    DeliveryStatus status = DeliveryStatus::pending;
    std::int64_t attempts = 0;
    Time due_at{};                    ///< of the next attempt, while pending
    std::optional<std::string> body;  ///< to be kept for the next attempt
    std::optional<std::int64_t> response_status;
    std::string failure;
    bool endpoint_gone = false;
};

struct Spread {
    std::int64_t transactions_left = 0;
    std::int64_t made = 0;
};

/// Where loading goes on for one endpoint.
struct DuePlace {
    EndpointId endpoint;
    Time after{};
    DeliveryId after_id;
    std::int64_t room = 0;
};

/// How long finished deliveries are kept.
struct Keep {
    std::chrono::hours delivered{72};
    std::chrono::hours dead{24 * 90};
};

/// The sender's statements, all on one session that holds the lock of the only sender. One thread;
/// the connection must outlive it.
class CourierStore {
  public:
    explicit CourierStore(db::Connection& connection) : connection_(connection) {}

    Result<void> prepare_session();
    /// Takes the lock; false while another session has it.
    Result<bool> become_sender();
    /// Enabled endpoints with the secrets that sign now, sealed as they are kept.
    Result<std::vector<Receiver>> receivers(Time now);
    Result<Spread> spread(std::int64_t transactions_max, Time now);
    Result<std::vector<DueDelivery>> due(std::span<const DuePlace> places, Time now);
    /// What was delivered meanwhile by somebody else stays delivered.
    Result<void> finish(std::span<const AttemptOutcome> outcomes, Time now);
    /// Removes some of what is over, and deleted endpoints with nothing left; how many rows.
    Result<std::int64_t> prune(const Keep& keep, Time now);

  private:
    db::Connection& connection_;
};

}  // namespace sluice::notify
