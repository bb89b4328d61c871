#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "db/pool.hpp"
#include "notify/delivery.hpp"

namespace sluice::notify {

struct DeliveryPageRequest {
    EndpointId endpoint;
    std::optional<DeliveryStatus> status;  ///< none: all
    std::optional<DeliveryId> before;      ///< only older ones; none: from the newest
    std::int64_t limit = 20;
};

struct DeliveryPage {
    std::vector<Delivery> deliveries;  ///< the object that came last first
    std::optional<DeliveryId> next_before;
};

/// A wish to send events again: those of one endpoint from `since` on.
struct RedeliverSince {
    EndpointId endpoint;
    Time since{};
    std::int64_t from = 0;  ///< where an earlier call ended; 0: the first call
    Time now{};
};

struct Redelivered {
    std::int64_t deliveries = 0;
    std::optional<std::int64_t> next;  ///< where to go on; none: everything was sent again
};

/// Deliveries as merchants see them; the sender has its own door (courier_store). Every call blocks
/// on the database; errors as db::Connection tells them. Any thread; the pool must outlive it.
class DeliveryStore {
  public:
    /// Deliveries that one call of redeliver_since() makes, more or less.
    static constexpr std::int64_t kRedeliverMax = 10'000;

    explicit DeliveryStore(db::Pool& pool) : pool_(pool) {}

    Result<DeliveryPage> list(const DeliveryPageRequest& request);
    /// A delivery of one of this merchant's endpoints, or without one of any; nullopt when there is
    /// none.
    Result<std::optional<Delivery>> find(
        std::optional<std::string_view> merchant_id, DeliveryId id
    );
    /// It is due again, with the whole ladder before it. nullopt when this merchant has none.
    Result<std::optional<Delivery>> redeliver(
        std::string_view merchant_id, DeliveryId id, Time now
    );
    Result<Redelivered> redeliver_since(const RedeliverSince& wish);

  private:
    db::Pool& pool_;
};

}  // namespace sluice::notify
