#include "channel/payout_gathering.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::channel {
namespace {

bool is_in(const PayoutGathering::Group& group, InstructionId id) {
    return std::ranges::any_of(group, [&](const JourneyPtr& other) {
        return other->order.instruction.id == id;
    });
}

}  // namespace

std::optional<PayoutGathering::Room> PayoutGathering::room_of(const Journey& journey) {
    const ExchangeOrder& order = journey.order;
    const bool is_first_payout = order.operation == Operation::payout && !order.resent;
    if (!is_first_payout || journey.account == nullptr) {
        return std::nullopt;
    }
    const ManyPayouts* many = journey.adapter->pays_many();
    const std::chrono::milliseconds wait = journey.account->settings().payout_gather;
    if (many == nullptr || wait.count() == 0 ||
        order.instruction.amount.minor() > many->amount_max_minor) {
        return std::nullopt;
    }
    return Room{
        .wait = wait, .lines_max = many->lines_max, .amount_max_minor = many->amount_max_minor
    };
}

std::vector<PayoutGathering::Group> PayoutGathering::add(
    JourneyPtr payout, const Room& room, SteadyTime now
) {
    const payment::Instruction& instruction = payout->order.instruction;
    const std::int64_t amount = instruction.amount.minor();
    std::vector<Group> leaving;
    Place place = find(*payout);
    const bool has_room = place != waiting_.end() &&
                          amount <= room.amount_max_minor - place->total_minor &&
                          !is_in(place->group, instruction.id);
    if (place != waiting_.end() && !has_room) {
        leaving.push_back(take(place));
        place = waiting_.end();
    }
    if (place == waiting_.end()) {
        waiting_.push_back({.group = {}, .total_minor = 0, .due = now + room.wait});
        place = std::prev(waiting_.end());
    }
    place->total_minor += amount;
    place->group.push_back(std::move(payout));
    if (place->group.size() >= room.lines_max) {
        leaving.push_back(take(place));
    }
    return leaving;
}

std::vector<PayoutGathering::Group> PayoutGathering::take_due(SteadyTime now) {
    std::vector<Group> leaving;
    for (auto place = waiting_.begin(); place != waiting_.end();) {
        if (place->due > now) {
            ++place;
            continue;
        }
        leaving.push_back(std::move(place->group));
        place = waiting_.erase(place);
    }
    return leaving;
}

std::optional<PayoutGathering::SteadyTime> PayoutGathering::next_due() const {
    const auto next = std::ranges::min_element(waiting_, {}, &Waiting::due);
    return next == waiting_.end() ? std::nullopt : std::optional(next->due);
}

PayoutGathering::Place PayoutGathering::find(const Journey& payout) {
    return std::ranges::find_if(waiting_, [&](const Waiting& waiting) {
        const Journey& first = *waiting.group.front();
        return first.account == payout.account && first.order.instruction.amount.currency() ==
                                                      payout.order.instruction.amount.currency();
    });
}

PayoutGathering::Group PayoutGathering::take(Place place) {
    Group group = std::move(place->group);
    waiting_.erase(place);
    return group;
}

}  // namespace sluice::channel
