#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "core/clock.hpp"
#include "notify/delivery.hpp"

namespace sluice::notify {

/// A delivery that is due, with what its next attempt needs.
struct DueDelivery {
    DeliveryId id;
    EndpointId endpoint;
    Event event;
    std::int64_t attempts = 0;
    Time due_at{};
    std::optional<std::string> body;  ///< as the first attempt had it; none before that
};

struct QueueLimits {
    std::size_t per_endpoint = 1024;  ///< attempts under way at one endpoint
    std::size_t total = 8192;         ///< and at all of them
    std::size_t waiting = 256;        ///< loaded for one endpoint beyond those under way
};

/// What is due, in memory: whose turn it is. Endpoints take turns one delivery at a time. No
/// endpoint may have more attempts under way than there are free places left, so that receivers
/// that never answer, however many, leave room for the others. One thread.
class FairQueue {
  public:
    explicit FairQueue(QueueLimits limits) : limits_(limits) {}

    /// How many more of this endpoint's may be added.
    [[nodiscard]] std::size_t room(EndpointId endpoint) const;
    /// How many of this endpoint's are here, waiting or under way.
    [[nodiscard]] std::size_t loaded(EndpointId endpoint) const;
    /// False when it is here already, waiting or under way.
    bool add(DueDelivery delivery);
    /// The next one that may be sent; it is under way from now on.
    std::optional<DueDelivery> next();
    /// The attempt has ended.
    void finished(EndpointId endpoint, DeliveryId delivery);
    /// Forgets what waits, of one endpoint or of all; what is under way stays.
    void forget(EndpointId endpoint);
    void forget_all();

    [[nodiscard]] std::size_t under_way() const { return under_way_; }
    [[nodiscard]] std::size_t waiting() const { return known_.size() - under_way_; }

  private:
    struct Line {
        std::deque<DueDelivery> waiting;
        std::size_t under_way = 0;
        bool has_turn = false;
    };

    [[nodiscard]] bool may_send(const Line& line) const;
    void give_turn(EndpointId endpoint, Line& line);

    const QueueLimits limits_;
    std::unordered_map<EndpointId, Line> lines_;
    std::deque<EndpointId> turns_;  ///< endpoints that have something to send
    std::unordered_set<DeliveryId> known_;
    std::size_t under_way_ = 0;
};

}  // namespace sluice::notify
