#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "channel/journey.hpp"

namespace sluice::channel {

/// Payouts that wait for others to leave in one request with. A group is of one account, as one
/// registry has it, and of one currency; no instruction is in it twice. Pure: time is what it is
/// told. Belongs to one thread.
class PayoutGathering {
  public:
    using SteadyTime = std::chrono::steady_clock::time_point;
    using Group = std::vector<JourneyPtr>;

    /// What a group of this payout may become.
    struct Room {
        std::chrono::milliseconds wait{0};  ///< the first of a group waits so long, no other longer
        std::size_t lines_max = 0;          ///< at least 1
        std::int64_t amount_max_minor = 0;  ///< of all together; at least the payout's own
    };

    /// The room that the payout's account and adapter give it; nullopt when it leaves at once and
    /// alone: another operation, a payout that is sent again, an account that does not gather, an
    /// adapter that pays one at a time.
    [[nodiscard]] static std::optional<Room> room_of(const Journey& journey);

    /// Gives the groups that leave now: one that has no room for this payout, one that is full.
    std::vector<Group> add(JourneyPtr payout, const Room& room, SteadyTime now);
    /// Those whose wait is over, the first to come first.
    std::vector<Group> take_due(SteadyTime now);
    /// When the next group leaves; nullopt: nothing waits.
    [[nodiscard]] std::optional<SteadyTime> next_due() const;

  private:
    struct Waiting {
        Group group;
        std::int64_t total_minor = 0;
        SteadyTime due;
    };
    using Place = std::vector<Waiting>::iterator;

    Place find(const Journey& payout);
    Group take(Place place);

    std::vector<Waiting> waiting_;
};

}  // namespace sluice::channel
