#include "notify/alarm.hpp"

#include <algorithm>

namespace sluice::notify {

std::optional<std::string_view> Alarms::note(EndpointId endpoint, AttemptEnd end) {
    if (end == AttemptEnd::taken) {
        spells_.erase(endpoint);
        return std::nullopt;
    }
    Spell& spell = spells_[endpoint];
    ++spell.failures;
    if (end == AttemptEnd::given_up && !spell.told_given_up) {
        spell.told_given_up = true;
        return "an event was given up";
    }
    if (spell.failures >= kFailuresInARow && !spell.told_failing) {
        spell.told_failing = true;
        return "four attempts in a row failed";
    }
    return std::nullopt;
}

std::size_t Alarms::failing() const {
    return static_cast<std::size_t>(std::ranges::count_if(spells_, [](const auto& item) {
        return item.second.told_failing || item.second.told_given_up;
    }));
}

}  // namespace sluice::notify
